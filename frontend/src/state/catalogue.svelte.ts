/** What the service says of itself, read once a page: its territory and sources, the categories, the profiles. */
import { api } from '../api/client';
import type { Category, Profile, SnapshotInfo } from '../api/types';
import { i18n } from '../i18n/language.svelte';

class Catalogue {
  snapshot = $state.raw<SnapshotInfo | null>(null);
  categories = $state.raw<Category[]>([]);
  profiles = $state.raw<Profile[]>([]);
  failed = $state(false);
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
    const named: Record<string, { label: string; phrase: string }> = i18n.t.modes;
    return named[id] ?? { label: id, phrase: id };
  }
}

export const catalogue = new Catalogue();
