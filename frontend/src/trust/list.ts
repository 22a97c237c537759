/** The list of sources: which of them are shown, and in which order. */
import type { Finding, LedgerRow } from '../api/types';

export const SHOWN = ['all', 'rejects', 'warnings'] as const;
export const ORDERS = ['warnings', 'name', 'date', 'read', 'rejected'] as const;
/** So many sources are shown until the others are asked for. */
export const FIRST = 10;
export type Shown = (typeof SHOWN)[number];
export type Order = (typeof ORDERS)[number];

export interface Choice {
  /** Words of a title, a producer or an id. */
  words: string;
  show: Shown;
  order: Order;
}
export type Told = ReadonlyMap<string, readonly Finding[]>;

export const isShown = (text: string | null): text is Shown => SHOWN.some((one) => one === text);
export const isOrder = (text: string | null): text is Order => ORDERS.some((one) => one === text);

/** Titles by id; those of several sources say their id too, so that nobody takes one for the other. */
export function distinctTitles(sources: readonly { id: string; title: string }[]): Map<string, string> {
  const times = new Map<string, number>();
  for (const { title } of sources) times.set(title, (times.get(title) ?? 0) + 1);
  return new Map(sources.map(({ id, title }) => [id, (times.get(title) ?? 0) > 1 ? `${title} (${id})` : title]));
}

const plain = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

export function listed(sources: readonly LedgerRow[], told: Told, choice: Choice, locale: string): LedgerRow[] {
  const collator = new Intl.Collator(locale);
  const warnings = ({ id }: LedgerRow): number => told.get(id)?.length ?? 0;
  const words = plain(choice.words).split(/\s+/).filter(Boolean);
  const names = (source: LedgerRow): boolean => {
    const text = plain(`${source.title} ${source.producer} ${source.id}`);
    return words.every((word) => text.includes(word));
  };
  const kept: Record<Shown, (source: LedgerRow) => boolean> = {
    all: () => true,
    rejects: (source) => source.ledger.rejected > 0,
    warnings: (source) => warnings(source) > 0,
  };
  const first: Record<Order, (a: LedgerRow, b: LedgerRow) => number> = {
    name: () => 0,
    date: (a, b) => (a.data_date < b.data_date ? -1 : Number(a.data_date > b.data_date)),
    read: (a, b) => b.ledger.read - a.ledger.read,
    rejected: (a, b) => b.ledger.rejected - a.ledger.rejected,
    warnings: (a, b) => warnings(b) - warnings(a),
  };
  return sources
    .filter((source) => kept[choice.show](source) && names(source))
    .toSorted((a, b) => first[choice.order](a, b) || collator.compare(a.title, b.title) || (a.id < b.id ? -1 : 1));
}
