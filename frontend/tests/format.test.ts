import { describe, expect, it } from 'vitest';
import { formatsOf } from '../src/i18n/format';

const fr = formatsOf('fr');
const en = formatsOf('en');
const plain = (text: string): string => text.replaceAll('\u00a0', ' ');

describe('French', () => {
  it.each([
    [0, 'moins d’1 min'],
    [29, 'moins d’1 min'],
    [30, '1 min'],
    [330, '6 min'],
    [3_569, '59 min'],
    [3_570, '1 h 00'],
    [3_900, '1 h 05'],
  ])('%i seconds: %s', (seconds, text) => expect(plain(fr.minutes(seconds))).toBe(text));

  it.each([
    [0, '0 %'],
    [0.214, '21,4 %'],
    [0.5, '50 %'],
    [1, '100 %'],
    [0.99999, '99,9 %'],
    [0.00001, '0,1 %'],
  ])('share %f: %s', (share, text) => expect(plain(fr.share(share))).toBe(text));

  it.each([
    [4, '4 m'],
    [858, '860 m'],
    [996, '1,0 km'],
    [7_130, '7,1 km'],
  ])('%i metres: %s', (metres, text) => expect(plain(fr.distance(metres))).toBe(text));

  it.each([
    ['2023', '2023'],
    ['2024-10', 'oct. 2024'],
    ['2026-02-02', '2 fév. 2026'],
    ['2026-02-01', '1er fév. 2026'],
    ['2026-11-21T08:00:00Z', '21 nov. 2026'],
  ])('date %s: %s', (iso, text) => expect(plain(fr.date(iso))).toBe(text));

  it('writes points with at most one decimal', () => {
    expect([15.9, 18, 0.04].map(fr.points)).toEqual(['15,9', '18', '0']);
  });

  it('uses spaces that the typeface has, and that do not break', () => {
    expect(fr.number(58_214)).toBe('58\u00a0214');
    expect(fr.minutes(3_900)).not.toMatch(/[ \u202f]/);
  });

  it('tells the time', () => expect(plain(fr.clock(new Date(2026, 1, 2, 20, 5)))).toBe('20 h 05'));
});

describe('English', () => {
  it('has its own ways', () => {
    expect(plain(en.minutes(3_900))).toBe('1 h 05 min');
    expect(plain(en.minutes(10))).toBe('under 1 min');
    expect(en.share(0.214)).toBe('21.4%');
    expect(en.number(58_214)).toBe('58,214');
    expect(plain(en.date('2026-02-02'))).toBe('2 Feb 2026');
  });
});
