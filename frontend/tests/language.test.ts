import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'svelte/compiler';
import { describe, expect, it } from 'vitest';
import en from '../src/i18n/en';
import fr from '../src/i18n/fr';

const SOURCE = join(import.meta.dirname, '../src');
/** Words that are the same in both languages. */
const SAME = new Set([
  'site.sources',
  'site.api',
  'families.nature',
  'licences.ODbL-1.0',
  'licences.CC0-1.0',
  'licences.CC-BY-4.0',
  'search.types.municipality',
  'detail.service',
  'detail.properties.position',
  'coverage.category',
  'coverage.mode',
  'coverage.commune',
  'sources.licence',
  'sources.source',
]);

type Leaf = string | ((...given: never[]) => string);

function leaves(node: unknown, path = ''): Map<string, Leaf> {
  if (typeof node === 'string' || typeof node === 'function') return new Map([[path, node as Leaf]]);
  const found = new Map<string, Leaf>();
  for (const [key, value] of Object.entries(node as object)) {
    for (const entry of leaves(value, path ? `${path}.${key}` : key)) found.set(...entry);
  }
  return found;
}

const [french, english] = [leaves(fr), leaves(en)];
const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' });
const svelte = files.filter((file) => file.endsWith('.svelte'));
const code = files
  .filter((file) => /\.(svelte|ts)$/.test(file) && !file.startsWith('i18n/'))
  .map((file) => readFileSync(join(SOURCE, file), 'utf8'))
  .join('\n');

describe('the dictionaries', () => {
  it('hold the same keys', () => expect([...english.keys()].toSorted()).toEqual([...french.keys()].toSorted()));

  it('say everything in both, each in its own words', () => {
    const texts = [...french].filter(([, words]) => typeof words === 'string');
    expect(texts.length).toBeGreaterThan(100);
    const empty = texts.filter(([key, words]) => !String(words).trim() || !String(english.get(key)).trim());
    const same = texts.filter(([key, words]) => english.get(key) === words && !SAME.has(key));
    expect([...empty, ...same].map(([key]) => key)).toEqual([]);
  });

  it('hold no word that nobody says', () => {
    // Whole branches are looked up by an id of the data; all else is written out where it is said.
    const byId =
      /^(families|licences|rejects|modes|checks|flags|list\.(shown|orders)|judged\.absence|search\.types|place\.precision|coverage\.(why|absence|hatched)|missing|detail\.(reasons|properties)|search\.headline|site\.(search|coverage|sources)|trouble)\b/;
    const unsaid = [...french.keys()].filter((key) => !byId.test(key) && !code.match(`\\.${key.split('.').at(-1)}\\b`));
    expect(unsaid).toEqual([]);
  });

  it('write French with its no-break spaces', () => {
    const open = [...french].filter(([, words]) => typeof words === 'string' && / [:;?!%»]|« /.test(words));
    expect(open.map(([key]) => key)).toEqual([]);
  });
});

describe('the components', () => {
  const SPOKEN = new Set(['aria-label', 'title', 'placeholder', 'alt']);
  const letters = /\p{L}{2,}/u;

  it.each(svelte)('%s says nothing of its own', (file) => {
    const found: string[] = [];
    const visit = (node: unknown): void => {
      if (Array.isArray(node)) return node.forEach(visit);
      if (typeof node !== 'object' || node === null) return;
      const { type, data, name, value } = node as { type?: string; data?: string; name?: string; value?: unknown };
      if (type === 'Text' && data && letters.test(data.replace(/&\w+;/g, ''))) found.push(data.trim());
      if (type === 'Attribute') {
        const texts = Array.isArray(value) ? (value as { type: string; data?: string }[]) : [];
        if (name && SPOKEN.has(name))
          found.push(...texts.flatMap((text) => (text.type === 'Text' && text.data ? [text.data] : [])));
        return; // class names and the like are no words
      }
      for (const child of Object.values(node)) visit(child);
    };
    visit(parse(readFileSync(join(SOURCE, file), 'utf8'), { modern: true }).fragment);
    expect(found.filter((text) => !/^(–\s*)?Alentours$/.test(text))).toEqual([]);
  });
});

describe('the data’s own words', () => {
  it('are those of the taxonomy', () => {
    const toml = readFileSync(join(import.meta.dirname, '../../data/taxonomy.toml'), 'utf8');
    const families = [...toml.matchAll(/\[\[family\]\]\nid = "(\w+)"\nlabel = \{ fr = "([^"]+)", en = "([^"]+)" \}/g)];
    expect(families.length).toBeGreaterThan(5);
    expect(Object.fromEntries(families.map(([, id, label]) => [id, label]))).toEqual(fr.families);
    expect(Object.fromEntries(families.map(([, id, , label]) => [id, label]))).toEqual(en.families);
  });

  it('name every check before publication', () => {
    const page = readFileSync(join(import.meta.dirname, '../../docs/sources.md'), 'utf8');
    const table = page.slice(page.indexOf('\n## Gates')).split('\n## ')[1] ?? '';
    const first = [...table.matchAll(/^\| (`[^|]+) \|/gm)].flatMap(([, cell]) => cell?.match(/\w+/g) ?? []);
    expect(first.length).toBeGreaterThan(10);
    expect(Object.keys(fr.checks).toSorted()).toEqual([...new Set(first)].toSorted());
  });

  it('name every reason for a reject', () => {
    const ledger = readFileSync(join(import.meta.dirname, '../../ingest/ledger.py'), 'utf8');
    const codes = [...ledger.matchAll(/^ {4}[A-Z_]+ = "(\w+)"$/gm)].map(([, code]) => code);
    expect(codes.length).toBeGreaterThan(5);
    expect(Object.keys(fr.rejects).toSorted()).toEqual(codes.toSorted());
  });
});
