import { describe, expect, it } from 'vitest';
import { readFragment, writeFragment } from '../src/state/fragment';
import { coordinatesIn, DEFAULTS, readQuestion, writeQuestion, type Question } from '../src/state/question';

const asked = (change: Partial<Question>): Question => ({ place: null, ...DEFAULTS, open: null, ...change });

describe('the fragment of the search page', () => {
  it.each<[string, Question]>([
    ['nothing', asked({})],
    ['a point', asked({ place: { lon: 4.425918, lat: 46.800512 } })],
    ['longitude and latitude zero', asked({ place: { lon: 0, lat: 0 } })],
    [
      'a named point with all choices',
      asked({
        place: { lon: -1.5, lat: 47.25, name: '12 bis rue de l’Église & Cie, Saint-Aubin', type: 'housenumber' },
        mode: 'car',
        profile: 'senior',
        open: ['health', 'shopping'],
      }),
    ],
    ['words', asked({ place: { words: '187 rue du Maréchal Foch, Le Creusot' } })],
    ['all families closed', asked({ place: { lon: 4, lat: 46 }, open: [] })],
  ])('comes back: %s', (_, question) => {
    expect(readQuestion(writeQuestion(question))).toEqual(question);
  });

  it('says nothing of what is usual', () => {
    expect(writeQuestion(asked({}))).toBe('');
    expect(writeQuestion(asked({ place: { lon: 4.4259, lat: 46.8005 } }))).toBe('#at=4.4259,46.8005');
  });

  it('keeps a link of version 1, with its version or without', () => {
    expect(readQuestion('#at=4.4259,46.8005&mode=car')).toEqual(readQuestion('#v=1&at=4.4259,46.8005&mode=car'));
  });

  it.each([
    '#at=4.4',
    '#at=,',
    '#at=4.4,',
    '#at=a,b',
    '#at=NaN,1',
    '#at=4,46,1',
    '#at=200,46',
    '#at=4,91',
    '#v=2&at=4,46',
  ])('refuses what it cannot read: %s', (hash) => expect(readQuestion(hash)).toBeNull());

  it('leaves out what is empty', () => {
    expect(writeFragment({ a: undefined, b: '', c: 'x y' })).toBe('#c=x+y');
    expect(readFragment('#c=x+y')?.get('c')).toBe('x y');
  });
});

describe('coordinates among words', () => {
  it.each([
    ['46.8005, 4.4259', { lat: 46.8005, lon: 4.4259 }],
    ['46,8005 4,4259', { lat: 46.8005, lon: 4.4259 }],
    ['46.8005; 4.4259', { lat: 46.8005, lon: 4.4259 }],
    ['46.8005° N, 4.4259° E', { lat: 46.8005, lon: 4.4259 }],
    ['47.2 N 1.55 W', { lat: 47.2, lon: -1.55 }],
    ['47,2 N, 1,55 O', { lat: 47.2, lon: -1.55 }],
    ['-21.1151, 55.5364', { lat: -21.1151, lon: 55.5364 }],
  ])('%s', (words, point) => expect(coordinatesIn(words)).toEqual(point));

  it.each(['12 rue Foch', '12 71', '71200', '91.5, 4.2', '46.8', ''])('are none: %s', (words) =>
    expect(coordinatesIn(words)).toBeNull(),
  );
});
