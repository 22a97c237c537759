import { beforeEach, describe, expect, it } from 'vitest';
import { givers } from '../src/home/givers';
import { i18n } from '../src/i18n/language.svelte';
import en from '../src/i18n/en';
import fr from '../src/i18n/fr';

describe('who gives what', () => {
  beforeEach(() => {
    i18n.t = fr;
    i18n.locale = 'fr';
  });
  const row = (source: string, data_date = '2026') => ({ source, local_id: '1', licence: 'etalab-2.0', data_date });
  const plain = (lines: string[]) => lines.map((line) => line.replaceAll(/[\u00a0\u202f]/g, ' '));

  it('says nothing where one row gives all, and nothing of ways in', () => {
    expect(givers({ given_by: {} })).toEqual([]);
    expect(givers({ given_by: { entrances: row('osm') } })).toEqual([]);
  });

  it('gives each source a line', () => {
    const given_by = { name: row('registre'), position: row('finess', '2025'), capacity: row('finess', '2025') };
    expect(plain(givers({ given_by }))).toEqual(['Nom : registre, 2026', 'Position, capacité : finess, 2025']);
  });

  it('says the same in English', () => {
    i18n.t = en;
    i18n.locale = 'en';
    expect(givers({ given_by: { lines: row('gtfs') } })).toEqual(['Lines: gtfs, 2026']);
  });
});
