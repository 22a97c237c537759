import { describe, expect, it } from 'vitest';
import { highlight } from '../src/find/highlight';
import { splitLabel } from '../src/home/label';

const hits = (label: string, typed: string): string[] =>
  highlight(label, typed).flatMap((piece) => (piece.hit ? [piece.text] : []));

describe('the highlighted letters of a suggestion', () => {
  it('are the beginnings of its words, accents aside', () => {
    expect(hits('14 rue de l’Église, Montcernay', '14 rue egl')).toEqual(['14', 'rue', 'Égl']);
  });

  it('give the label back', () => {
    const label = '12 bis rue du Maréchal-Foch, Le Creusot';
    expect(
      highlight(label, 'marechal 12')
        .map((piece) => piece.text)
        .join(''),
    ).toBe(label);
  });

  it('are none for nothing typed', () => expect(hits('rue Foch', '')).toEqual([]));

  it('hold when an accent is two characters', () => {
    const label = 'E\u0301glise';
    expect(
      highlight(label, 'egl')
        .map((piece) => piece.text)
        .join(''),
    ).toBe(label);
  });
});

describe('an address in two lines', () => {
  it.each([
    ['187 Rue du Maréchal Foch 71200 Le Creusot', '187 Rue du Maréchal Foch', '71200 Le Creusot'],
    ['187 rue du Maréchal Foch, Le Creusot', '187 rue du Maréchal Foch', 'Le Creusot'],
    ['187 rue du Maréchal Foch, 71200 Le Creusot', '187 rue du Maréchal Foch', '71200 Le Creusot'],
    ['Le Creusot', 'Le Creusot', ''],
    ['46,8005 N, 4,4259 E', '46,8005 N, 4,4259 E', ''],
  ])('%s', (label, line, town) => expect(splitLabel(label)).toEqual({ line, town }));
});
