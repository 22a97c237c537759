import { describe, expect, it } from 'vitest';
import { ProblemError } from '../src/api/client';
import type { Candidate, Problem } from '../src/api/types';
import { troubleOf } from '../src/state/trouble';

const PLACE = { words: '999 rue de la Gare' };
const candidate = (type: string): Candidate => ({ label: 'x', type, lon: 4, lat: 46 });
const told = (type: string, rest: Partial<Problem>): unknown =>
  troubleOf(new ProblemError({ type: `/problems/${type}`, title: '', status: 422, detail: '', ...rest }), PLACE);

describe('a point without a street near it', () => {
  it.each([
    [{ off_m: 330, loaded: true }, true],
    [{ off_m: 330, loaded: false }, false],
    [{ off_m: 330 }, true],
    [{ off_m: 7100 }, false],
    [{ off_m: null }, false],
  ])('%o: streets loaded %s', (problem, loaded) => {
    expect(told('off_network', problem)).toMatchObject({ kind: 'off_network', loaded });
  });
});

describe('words that are no address', () => {
  it('have the reason that the service gives', () => {
    const given = { reason: 'municipality', candidates: [candidate('street')] } as const;
    expect(told('ambiguous_address', { ...given, candidates: [...given.candidates] })).toMatchObject({
      kind: 'ambiguous',
      reason: 'municipality',
      words: PLACE.words,
    });
  });

  it.each([
    [['housenumber', 'housenumber'], 'no_such_number'],
    [['municipality'], 'not_loaded'],
    [['street', 'housenumber'], 'unknown'],
    [[], 'unknown'],
  ])('with candidates %o and no reason given: %s', (types, reason) => {
    expect(told('unknown_address', { candidates: types.map(candidate) })).toMatchObject({ kind: 'unknown', reason });
  });
});

describe('anything else', () => {
  it('is no answer, or a refusal in its own words', () => {
    expect(troubleOf(new TypeError('offline'), PLACE)).toEqual({ kind: 'unreachable' });
    expect(told('internal', { status: 500 })).toEqual({ kind: 'unreachable' });
    expect(told('invalid_parameter', { detail: 'why' })).toEqual({ kind: 'failed', detail: 'why' });
  });
});
