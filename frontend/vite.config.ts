import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The chosen theme is set before the first paint. The policy allows no inline script, so a tiny file goes first. */
function earlyTheme(): Plugin {
  const source = readFileSync(here('src/state/early-theme.js'));
  const hash = createHash('sha256').update(source).digest('hex').slice(0, 8);
  const fileName = `assets/early-theme-${hash}.js`;
  let building = false;
  return {
    name: 'early-theme',
    configResolved: (config) => void (building = config.command === 'build'),
    generateBundle() {
      this.emitFile({ type: 'asset', fileName, source });
    },
    transformIndexHtml: {
      order: 'post',
      handler: () => [
        { tag: 'script', attrs: { src: building ? `/${fileName}` : '/src/state/early-theme.js' }, injectTo: 'head' },
      ],
    },
  };
}

/** Files that are kept as their makers wrote them: the API's documentation page, the report's map, licences that ask to travel. */
function copies(): Plugin {
  const files = {
    'docs/swagger-ui.css': 'swagger-ui-dist/swagger-ui.css',
    'docs/swagger-ui-bundle.js': 'swagger-ui-dist/swagger-ui-bundle.js',
    'docs/swagger-ui.LICENSE.txt': 'swagger-ui-dist/LICENSE',
    'docs/swagger-ui-bundle.js.LICENSE.txt': 'swagger-ui-dist/swagger-ui-bundle.js.LICENSE.txt',
    'report/leaflet.js': 'leaflet/dist/leaflet.js',
    'report/leaflet.css': 'leaflet/dist/leaflet.css',
    'licences/leaflet.txt': 'leaflet/LICENSE',
    'licences/radio-canada.txt': '@fontsource-variable/radio-canada/LICENSE',
    'licences/radio-canada-big.txt': '@fontsource-variable/radio-canada-big/LICENSE',
    'licences/maplibre-gl.txt': 'maplibre-gl/LICENSE.txt',
    'licences/lucide.txt': 'lucide-static/LICENSE',
    'licences/svelte.txt': 'svelte/LICENSE.md',
  };
  return {
    name: 'copies',
    apply: 'build',
    generateBundle() {
      for (const [fileName, path] of Object.entries(files)) {
        this.emitFile({ type: 'asset', fileName, source: readFileSync(here(`node_modules/${path}`)) });
      }
    },
  };
}

export default defineConfig({
  plugins: [svelte(), earlyTheme(), copies()],
  appType: 'mpa',
  build: {
    target: 'es2022',
    assetsInlineLimit: 0, // a font or a picture as data: would need a wider policy
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1200, // the map, loaded beside the first screen
    rolldownOptions: {
      output: { codeSplitting: { groups: [{ name: 'maplibre', test: /maplibre-gl/ }] } },
      input: { index: here('index.html'), couverture: here('couverture.html'), sources: here('sources.html') },
    },
  },
  server: { proxy: { '/api': 'http://127.0.0.1:8000', '/tiles': 'http://127.0.0.1:8000' } },
  test: { include: ['tests/**/*.test.ts'], environment: 'node' },
});
