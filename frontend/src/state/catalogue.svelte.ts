/** What the service says of itself, read once a page: its territory and sources, the categories, the profiles. */
import { api } from '../api/client';
import type { Category, Profile, SnapshotInfo } from '../api/types';
import { i18n } from '../i18n/language.svelte';

class Catalogue {
  snapshot = $state.raw<SnapshotInfo | null>(null);
  categories = $state.raw<Category[]>([]);
  profiles = $state.raw<Profile[]>([]);
  failed = $state(false);
  /** Those that stand for themselves first, then their options. */
  modes = $derived((this.snapshot?.mode_details ?? []).toSorted((a, b) => +!!a.option_of - +!!b.option_of));
  #labels = $derived(new Map(this.categories.map((category) => [category.id, category.label])));
  #sources = $derived(new Map(this.snapshot?.sources.map((source) => [source.id, source])));

  /** Whose streets the map draws, and under which licence. */
  mapCredit = $derived.by(() => {
    const streets = this.snapshot?.sources.find((source) => source.id.endsWith('streets'));
    if (!streets) return '';
    const [credit, licence] = [streets.attribution || streets.producer, this.licence(streets.licence)];
    return credit.includes(licence) ? credit : `${credit}, ${licence}`;
  });

  async load(): Promise<void> {
    this.failed = false;
    try {
      const [snapshot, categories, profiles] = await Promise.all([api.snapshot(), api.categories(), api.profiles()]);
      this.categories = categories;
      this.profiles = profiles;
      this.snapshot = snapshot;
    } catch {
      this.failed = true; // the page says so and offers to try again
    }
  }

  category(id: string): string {
    const label = this.#labels.get(id);
    return label ? i18n.label(label) : id;
  }

  family(id: string): string {
    const named: Record<string, string> = i18n.t.families;
    return named[id] ?? id;
  }

  profile(id: string): string {
    const profile = this.profiles.find((one) => one.id === id);
    return profile ? i18n.label(profile.label) : id;
  }

  /** Title of a source, as its publisher calls it. */
  source(id: string): string {
    return this.#sources.get(id)?.title ?? id;
  }

  licence(id: string): string {
    const named: Record<string, string> = i18n.t.licences;
    return named[id] ?? id;
  }

  mode(id: string): { label: string; phrase: string } {
    const mode = this.modes.find((one) => one.id === id);
    return mode ? { label: i18n.label(mode.label), phrase: i18n.label(mode.phrase) } : { label: id, phrase: id };
  }

  /** How little is known of the streets of a mode that only indicates; nothing of any other. */
  caveat(id: string): string {
    const mode = this.modes.find((one) => one.id === id);
    return mode?.indicative && mode.untold_share !== null
      ? i18n.t.choice.indicative(i18n.f.share(mode.untold_share))
      : '';
  }
}

export const catalogue = new Catalogue();
