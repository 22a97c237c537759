/** Questions to the API. What goes wrong is one of two things: a problem that the service names, or no answer at all. */
import type {
  Category,
  CommuneCollection,
  Coverage,
  Finding,
  GeocodeCollection,
  LedgerRow,
  Problem,
  Profile,
  RejectPage,
  Score,
  SnapshotInfo,
} from './types';

export class ProblemError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail);
  }

  /** Last part of the problem's type: `off_network`, `ambiguous_address`… */
  get kind(): string {
    return this.problem.type.split('/').at(-1) ?? '';
  }
}

/** Nobody answered, or what answered is not our API. */
export class UnreachableError extends Error {}

export interface CoverageQuestion {
  category: string;
  mode: string;
  minutes: number;
}
export type PlaceQuestion = { lon: number; lat: number } | { address: string };
type Query = Record<string, string | number>;

const WAIT_MS = 20_000;

export class Api {
  constructor(
    private readonly fetcher: typeof fetch = (input, init) => fetch(input, init),
    private readonly base = '/api/v1',
  ) {}

  snapshot = (): Promise<SnapshotInfo> => this.json('/snapshot');
  categories = (): Promise<Category[]> => this.json('/categories');
  profiles = (): Promise<Profile[]> => this.json('/profiles');
  ledger = (): Promise<LedgerRow[]> => this.json('/ledger');
  rejects = (source: string, limit: number): Promise<RejectPage> => this.json('/rejects', { source, limit });
  findings = (): Promise<Finding[]> => this.json('/findings');
  communes = (): Promise<CommuneCollection> => this.json('/communes');

  search = (q: string, limit: number, signal?: AbortSignal): Promise<GeocodeCollection> =>
    this.json('/search', { q, limit }, signal);

  score = (place: PlaceQuestion, mode: string, profile: string, signal?: AbortSignal): Promise<Score> =>
    this.json('/score', { ...place, mode, profile }, signal);

  /** Scores of several places, in order; a place that has none gives its problem. */
  async scores(
    places: readonly { lon: number; lat: number }[],
    mode: string,
    profile: string,
  ): Promise<(Score | Problem)[]> {
    const answer = await this.answer('/scores', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ places, mode, profile }),
    });
    return ((await answer.json()) as { results: (Score | Problem)[] }).results;
  }

  coverage = (question: CoverageQuestion, signal?: AbortSignal): Promise<Coverage> =>
    this.json('/coverage', { ...question }, signal);

  /** Addresses of the accounts, of the findings, and of all rejected rows of a source, as files. */
  ledgerCsv = (): string => `${this.base}/ledger?format=csv`;
  findingsCsv = (): string => `${this.base}/findings?format=csv`;
  rejectsCsv = (source: string): string => `${this.base}/rejects?${new URLSearchParams({ source, format: 'csv' })}`;

  /** Address of the same table as a file: `csv-fr` is for a spreadsheet in French. */
  coverageCsv = ({ category, mode, minutes }: CoverageQuestion, format: 'csv' | 'csv-fr' = 'csv'): string =>
    `${this.base}/coverage?${query({ category, mode, minutes, format })}`;

  private async json<T>(path: string, parameters: Query = {}, signal?: AbortSignal): Promise<T> {
    const asked = query(parameters);
    const answer = await this.answer(
      asked ? `${path}?${asked}` : path,
      { headers: { Accept: 'application/json' } },
      signal,
    );
    try {
      return (await answer.json()) as T;
    } catch (error) {
      throw signal?.aborted ? error : new UnreachableError('the answer is not JSON', { cause: error });
    }
  }

  private async answer(path: string, init: RequestInit, signal?: AbortSignal): Promise<Response> {
    const patience = AbortSignal.timeout(WAIT_MS);
    let answer: Response;
    try {
      answer = await this.fetcher(this.base + path, {
        ...init,
        signal: signal ? either(signal, patience) : patience,
      });
    } catch (error) {
      throw signal?.aborted ? error : new UnreachableError('no answer', { cause: error });
    }
    if (answer.ok) return answer;
    throw await refusal(answer);
  }
}

const query = (parameters: Query): string =>
  new URLSearchParams(Object.entries(parameters).map(([name, value]) => [name, String(value)])).toString();

/** Aborted as soon as one of both is; `AbortSignal.any` is younger than some browsers in use. */
function either(...signals: AbortSignal[]): AbortSignal {
  const both = new AbortController();
  for (const signal of signals) {
    if (signal.aborted) both.abort(signal.reason);
    else signal.addEventListener('abort', () => both.abort(signal.reason), { once: true });
  }
  return both.signal;
}

async function refusal(answer: Response): Promise<Error> {
  if (!answer.headers.get('Content-Type')?.startsWith('application/problem+json')) {
    return new UnreachableError(`status ${answer.status}`);
  }
  return new ProblemError((await answer.json()) as Problem);
}

export const api = new Api();
