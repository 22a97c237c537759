/** One way to make a map: our tiles, our words, no control of its own, nothing that turns or tilts. */
import * as maplibregl from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url';
import 'maplibre-gl/dist/maplibre-gl.css';
import type { Messages } from '../i18n/fr';
import { basemapStyle } from './basemap';
import { readPalette, type Palette } from './palette';

export type Box = [west: number, south: number, east: number, north: number];

const TILES = '/tiles/{z}/{x}/{y}.mvt';
const ROOM = 0.3;
const MIN_ZOOM = 6;

maplibregl.setWorkerUrl(workerUrl);

export interface Wanted {
  container: HTMLElement;
  /** Territory: what is shown first, and what tiles exist for. */
  bbox: Box;
  /** What a screen reader calls the map. */
  label: string;
  words: Messages['map'];
  /** Called when the map cannot start. */
  onfail: () => void;
}

export interface Made {
  map: maplibregl.Map;
  /** Kept when layers may be added. */
  ready: Promise<void>;
}

/** Make a map. Throws where the browser cannot draw one. */
export function createMap({ container, bbox, label, words, onfail }: Wanted): Made {
  const map = new maplibregl.Map({
    container,
    style: basemapStyle(readPalette(), location.origin + TILES, roomAround(bbox)),
    bounds: bbox,
    fitBoundsOptions: { padding: 12 },
    maxBounds: limits(bbox),
    minZoom: MIN_ZOOM,
    maxZoom: 18,
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    rollEnabled: false,
    fadeDuration: reducedMotion() ? 0 : 150,
    locale: { 'Map.Title': label, 'Marker.Title': words.home },
  });
  let started = false;
  const ready = new Promise<void>((resolve) => map.once('style.load', () => resolve())).then(
    () => void (started = true),
  );
  map.on('error', ({ error }) => {
    if ('status' in error) return; // a tile that did not come leaves a gap in the scenery
    if (started) console.error(error);
    else onfail();
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  return { map, ready };
}

/** How far the map can be moved. */
function limits([west, south, east, north]: Box): Box {
  const [width, height] = [(east - west) * ROOM + 0.2, (north - south) * ROOM + 0.2];
  return [west - width, south - height, east + width, north + height];
}

/** Let the map be moved to a point beyond its limits, if it is; they hold otherwise. */
export function allow(map: maplibregl.Map, bbox: Box, { lon, lat }: { lon: number; lat: number }): void {
  const [west, south, east, north] = limits(bbox);
  const within = lon > west && lon < east && lat > south && lat < north;
  map.setMinZoom(within ? MIN_ZOOM : 0);
  map.setMaxBounds(within ? [west, south, east, north] : null);
}

/** Communes next door are drawn too, as far as the halo goes. */
function roomAround([west, south, east, north]: Box): Box {
  return [west - 0.5, south - 0.4, east + 0.5, north + 0.4];
}

export const reducedMotion = (): boolean => matchMedia('(prefers-reduced-motion: reduce)').matches;

/** Give the basemap the colours of the theme in force, and leave every other layer alone. */
export function repaint(map: maplibregl.Map): Palette {
  const palette = readPalette();
  for (const layer of basemapStyle(palette, '', [0, 0, 0, 0]).layers) {
    for (const [property, value] of Object.entries(layer.paint ?? {})) {
      if (map.getLayer(layer.id)) map.setPaintProperty(layer.id, property as never, value as never);
    }
  }
  return palette;
}
