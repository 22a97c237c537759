/** Why there is no score, as the page tells it. */
import { ProblemError } from '../api/client';
import type { AddressReason, Candidate, Problem } from '../api/types';
import { isPoint, type Asked } from './question';

export type Trouble =
  | { kind: 'off_network'; place: string; off_m: number | null; loaded: boolean }
  | { kind: 'ambiguous' | 'unknown'; words: string; reason: AddressReason; candidates: Candidate[] }
  | { kind: 'unreachable' }
  | { kind: 'failed'; detail: string }
  | { kind: 'bad_link' };

/** Where the service does not say whether streets are loaded: a street as near as this is one of them. */
const LOADED_WITHIN_M = 2000;

export function troubleOf(error: unknown, place: Asked): Trouble {
  if (!(error instanceof ProblemError)) return { kind: 'unreachable' };
  const { problem, kind } = error;
  const words = isPoint(place) ? (place.name ?? '') : place.words;
  const candidates = problem.candidates ?? [];
  if (kind === 'off_network') {
    const off_m = problem.off_m ?? null;
    const loaded = problem.loaded ?? (off_m !== null && off_m < LOADED_WITHIN_M);
    return { kind, place: problem.place ?? '', off_m, loaded };
  }
  if (kind === 'ambiguous_address')
    return { kind: 'ambiguous', words, reason: problem.reason ?? 'unknown', candidates };
  if (kind === 'unknown_address') return { kind: 'unknown', words, reason: reasonOf(problem, candidates), candidates };
  return problem.status >= 500 ? { kind: 'unreachable' } : { kind: 'failed', detail: problem.detail };
}

/** Tell the reason by the candidates where the service does not give it. */
function reasonOf({ reason }: Problem, candidates: readonly Candidate[]): AddressReason {
  if (reason) return reason;
  if (candidates.length === 0) return 'unknown';
  if (candidates.every(({ type }) => type === 'housenumber')) return 'no_such_number';
  return candidates.every(({ type }) => type === 'municipality') ? 'not_loaded' : 'unknown';
}
