/** State of the sources page: the accounts, what the checks found, and the choice of sources, whose home is the link. */
import { api } from '../api/client';
import type { Finding, LedgerRow } from '../api/types';
import { i18n } from '../i18n/language.svelte';
import { bySource } from '../trust/findings';
import { distinctTitles, FIRST, isOrder, isShown, listed, type Choice } from '../trust/list';
import { readFragment, showFragment, writeFragment } from './fragment';

const EVERYTHING: Choice = { words: '', show: 'all', order: 'warnings' };

export class SourcesState {
  sources = $state.raw<LedgerRow[] | null>(null);
  findings = $state.raw<Finding[]>([]);
  failed = $state(false);
  choice = $state.raw<Choice>(EVERYTHING);
  /** Warnings and accepted failures of each source. */
  told = $derived(bySource(this.findings, this.sources ?? []));
  listed = $derived(listed(this.sources ?? [], this.told, this.choice, i18n.locale));
  /** Whether those beyond the first are shown too. */
  everyone = $state(false);
  /** One more is shown rather than a button that shows one more. */
  shown = $derived(this.everyone || this.listed.length <= FIRST + 1 ? this.listed : this.listed.slice(0, FIRST));

  start(): () => void {
    const follow = (): void => this.#read();
    follow();
    void this.load();
    addEventListener('popstate', follow);
    return () => removeEventListener('popstate', follow);
  }

  async load(): Promise<void> {
    this.failed = false;
    try {
      const [sources, findings] = await Promise.all([api.ledger(), api.findings()]);
      this.findings = findings;
      const titles = distinctTitles(sources);
      this.sources = sources.map((source) => ({ ...source, title: titles.get(source.id) ?? source.title }));
    } catch {
      this.failed = true;
    }
  }

  choose(change: Partial<Choice>): void {
    this.choice = { ...this.choice, ...change };
    this.writeLink();
  }

  reset(): void {
    this.choose({ ...EVERYTHING, order: this.choice.order });
    this.everyone = true;
  }

  writeLink(): void {
    if (!readFragment(location.hash)) return; // a link of another version is left as it came
    const { words, show, order } = this.choice;
    const fields = {
      words: words.trim() || undefined,
      show: show === EVERYTHING.show ? undefined : show,
      sort: order === EVERYTHING.order ? undefined : order,
      lang: i18n.inLink,
    };
    showFragment(writeFragment(fields), { push: false });
  }

  #read(): void {
    const fields = readFragment(location.hash) ?? new URLSearchParams();
    const [show, order] = [fields.get('show'), fields.get('sort')];
    this.choice = {
      words: fields.get('words') ?? '',
      show: isShown(show) ? show : EVERYTHING.show,
      order: isOrder(order) ? order : EVERYTHING.order,
    };
  }
}
