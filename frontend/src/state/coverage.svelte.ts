/** State of the coverage page: the indicator and the table's order, whose home is the link, and the service's answer. */
import { ProblemError, api } from '../api/client';
import { Latest } from '../api/latest';
import type { Category, CommuneCollection, Coverage } from '../api/types';
import { isColumn, type Order } from '../coverage/table';
import { i18n } from '../i18n/language.svelte';
import { readFragment, showFragment, writeFragment } from './fragment';

export interface Indicator {
  /** Null until the categories are known and one is chosen. */
  category: string | null;
  mode: string;
  minutes: number;
}

export const MINUTES = [5, 10, 15, 20, 30, 45, 60] as const;
const FIRST_CHOICES = ['education.college', 'education.ecole_elementaire', 'shop.supermarket'];
const DEFAULT_INDICATOR: Indicator = { category: null, mode: 'walk', minutes: 15 };
const DEFAULT_ORDER: Order = { column: 'beyond', descending: true };

export class CoverageState {
  indicator = $state.raw<Indicator>(DEFAULT_INDICATOR);
  order = $state.raw<Order>(DEFAULT_ORDER);
  answer = $state.raw<Coverage | null>(null);
  communes = $state.raw<CommuneCollection | null>(null);
  failed = $state.raw<'unreachable' | { detail: string } | null>(null);
  busy = $state(false);
  readonly #latest = new Latest();

  start(): () => void {
    const follow = (): void => {
      this.#read();
      void this.ask();
    };
    follow();
    addEventListener('popstate', follow);
    return () => removeEventListener('popstate', follow);
  }

  /** Choose a category where the link names none: one that has services, and whose source is complete. */
  suggest(categories: readonly Category[]): void {
    if (this.indicator.category || categories.length === 0) return;
    const sound = categories.filter((category) => category.services > 0 && category.completeness === 'complete');
    const some = categories.filter((category) => category.services > 0);
    const known = sound.length ? sound : some.length ? some : categories;
    const first = FIRST_CHOICES.map((id) => known.find((one) => one.id === id)).find(Boolean) ?? known[0];
    if (!first) return;
    this.indicator = { ...this.indicator, category: first.id };
    void this.ask();
  }

  choose(change: Partial<Indicator>): void {
    this.indicator = { ...this.indicator, ...change };
    this.writeLink();
    void this.ask();
  }

  sort(order: Order): void {
    this.order = order;
    this.writeLink();
  }

  async ask(): Promise<void> {
    const { category, mode, minutes } = this.indicator;
    if (!category) return;
    this.busy = true;
    try {
      const answer = await this.#latest.ask((signal) => api.coverage({ category, mode, minutes }, signal));
      if (!answer) return;
      this.answer = answer.value;
      this.failed = null;
    } catch (error) {
      const named = error instanceof ProblemError && error.problem.status < 500;
      this.failed = named ? { detail: error.problem.detail } : 'unreachable';
      if (named) this.answer = null;
    }
    this.busy = false;
    this.communes ??= await api.communes().catch(() => null); // the table says the same without a map
  }

  writeLink(): void {
    const { category, mode, minutes } = this.indicator;
    const { column, descending } = this.order;
    const usual = column === DEFAULT_ORDER.column && descending === DEFAULT_ORDER.descending;
    showFragment(
      writeFragment({
        category: category ?? undefined,
        mode: mode === DEFAULT_INDICATOR.mode ? undefined : mode,
        minutes: minutes === DEFAULT_INDICATOR.minutes ? undefined : String(minutes),
        sort: usual ? undefined : (descending ? '-' : '') + column,
        lang: i18n.inLink,
      }),
      { push: false },
    );
  }

  #read(): void {
    const fields = readFragment(location.hash) ?? new URLSearchParams();
    const minutes = Number(fields.get('minutes'));
    const sort = fields.get('sort');
    const column = sort?.replace(/^-/, '');
    this.indicator = {
      category: fields.get('category'),
      mode: fields.get('mode') || DEFAULT_INDICATOR.mode,
      minutes: Number.isInteger(minutes) && minutes > 0 && minutes <= 60 ? minutes : DEFAULT_INDICATOR.minutes,
    };
    this.order = isColumn(column) ? { column, descending: sort?.startsWith('-') ?? false } : DEFAULT_ORDER;
  }
}
