import { beforeEach, describe, expect, it } from 'vitest';
import { served } from '../src/home/served';
import { i18n } from '../src/i18n/language.svelte';
import en from '../src/i18n/en';
import fr from '../src/i18n/fr';

describe('what is said of a stop', () => {
  beforeEach(() => {
    i18n.t = fr;
    i18n.locale = 'fr';
  });
  const departures = { weekday: 12.4, evening: 1.2, sunday: 0 };

  it('names its lines, and calls a frequency that nobody tells unknown', () => {
    expect(served({ lines: ['1', '4'], departures: null })).toBe('Lignes 1, 4 · fréquence inconnue');
    expect(served({ lines: ['LR7'], departures: null })).toBe('Ligne LR7 · fréquence inconnue');
    expect(served({ lines: [], departures: null })).toBe('Fréquence inconnue');
  });

  it('tells its departures', () => {
    expect(served({ lines: ['10'], departures }).replaceAll('\u00a0', ' ')).toBe(
      'Ligne 10 · départs : 12,4 par jour ouvré, dont 1,2 en soirée, 0 le dimanche',
    );
    expect(served({ lines: [], departures })).toMatch(/^Départs/);
  });

  it('says the same in English', () => {
    i18n.t = en;
    i18n.locale = 'en';
    expect(served({ lines: ['1', '4'], departures: null })).toBe('Lines 1, 4 · frequency unknown');
    expect(served({ lines: ['1'], departures })).toBe(
      'Line 1 · departures: 12.4 on a working day, 1.2 of them in the evening, 0 on a Sunday',
    );
  });
});
