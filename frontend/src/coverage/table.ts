/** The communes of a coverage as a table: what stands in it, and in which order. */
import type { CommuneReached, Completeness, Reached } from '../api/types';

export type Column = 'name' | 'people' | 'share' | 'beyond';
export const COLUMNS: readonly Column[] = ['name', 'people', 'share', 'beyond'];

export interface Order {
  column: Column;
  descending: boolean;
}

export const isColumn = (text: string | null | undefined): text is Column => COLUMNS.some((column) => column === text);

/** People whose answer is known, and no. */
export const beyondOf = (row: Reached): number => Math.max(0, row.people - row.not_covered - row.within);

/** The same people in whole numbers that add up: people = known + unknown, known = within + beyond. */
export interface Whole {
  people: number;
  unknown: number;
  known: number;
  within: number;
  beyond: number;
}

export function wholeOf(row: Reached): Whole {
  const people = Math.round(row.people);
  const unknown = Math.min(Math.round(row.not_covered), people);
  const known = people - unknown;
  const within = Math.min(Math.round(row.within), known);
  return { people, unknown, known, within, beyond: known - within };
}

/** Why a row has no share: its source, its inhabitants, or the streets, of which some or none are loaded. */
export type Absence = 'partial' | 'none' | 'nobody' | 'streets' | 'someStreets';

export function absenceOf(row: Reached, completeness: Completeness): Absence | null {
  if (row.share !== null) return null;
  if (completeness !== 'complete') return completeness;
  const { people, known } = wholeOf(row);
  if (people === 0) return 'nobody';
  return known > 0 ? 'someStreets' : 'streets';
}

const VALUE: Record<Exclude<Column, 'name'>, (row: CommuneReached) => number> = {
  people: (row) => row.people,
  share: (row) => row.share ?? 0,
  beyond: beyondOf,
};

/** Sort rows; those without a share come last where the order is by what they have not. */
export function sortedRows(
  rows: readonly CommuneReached[],
  { column, descending }: Order,
  locale: string,
): CommuneReached[] {
  const collator = new Intl.Collator(locale);
  const byName = (a: CommuneReached, b: CommuneReached): number => collator.compare(a.name, b.name);
  const turned = descending ? -1 : 1;
  return rows.toSorted((a, b) => {
    if (column === 'name') return turned * byName(a, b);
    const needsShare = column !== 'people';
    const absent = needsShare ? Number(a.share === null) - Number(b.share === null) : 0;
    return absent || turned * (VALUE[column](a) - VALUE[column](b)) || byName(a, b);
  });
}

/** The order after a press on a column's head: turned where it already orders, else the side that asks for a look. */
export function pressed(order: Order, column: Column): Order {
  if (order.column === column) return { column, descending: !order.descending };
  return { column, descending: column === 'people' || column === 'beyond' };
}
