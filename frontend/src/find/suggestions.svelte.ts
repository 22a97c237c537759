/** Suggestions for what is being typed; an answer that comes after a later one is dropped. */
import { api } from '../api/client';
import { Latest } from '../api/latest';
import type { Point } from '../state/question';

export interface Suggestion extends Point {
  id: string;
  label: string;
  type: string;
}

const FEWEST_LETTERS = 3;
const MOST = 6;
const PAUSE_MS = 90;

export class Suggestions {
  list = $state.raw<Suggestion[]>([]);
  /** What the list answers to; null when nothing was asked. */
  typed = $state<string | null>(null);
  failed = $state(false);
  readonly #latest = new Latest();
  #pause: ReturnType<typeof setTimeout> | undefined;

  type(words: string): void {
    clearTimeout(this.#pause);
    if (words.trim().length < FEWEST_LETTERS) this.clear();
    else this.#pause = setTimeout(() => void this.#ask(words.trim()), PAUSE_MS);
  }

  clear(): void {
    clearTimeout(this.#pause);
    this.#latest.forget();
    this.list = [];
    this.typed = null;
    this.failed = false;
  }

  async #ask(words: string): Promise<void> {
    try {
      const answer = await this.#latest.ask((signal) => api.search(words, MOST, signal));
      if (!answer) return;
      this.list = answer.value.features.map(({ geometry, properties }) => ({
        id: properties.id,
        label: properties.label,
        type: properties.type,
        lon: geometry.coordinates[0] ?? NaN,
        lat: geometry.coordinates[1] ?? NaN,
      }));
      this.failed = false;
    } catch {
      this.list = []; // said in the list's place; Enter asks the service all the same
      this.failed = true;
    }
    this.typed = words;
  }
}
