/** Light or dark: the system's choice, until the reader makes another. */
import { recall, remember } from './storage';

export type Theme = 'light' | 'dark';

class ThemeChoice {
  #system = $state<Theme>('light');
  #chosen = $state<Theme | null>(null);
  current = $derived(this.#chosen ?? this.#system);

  start(): void {
    const dark = matchMedia('(prefers-color-scheme: dark)');
    this.#system = dark.matches ? 'dark' : 'light';
    dark.addEventListener('change', (event) => (this.#system = event.matches ? 'dark' : 'light'));
    const remembered = recall('theme');
    if (remembered === 'light' || remembered === 'dark') this.#choose(remembered);
  }

  toggle(): void {
    const next = this.current === 'dark' ? 'light' : 'dark';
    this.#choose(next);
    remember('theme', next);
  }

  #choose(theme: Theme): void {
    this.#chosen = theme;
    document.documentElement.dataset.theme = theme;
  }
}

export const theme = new ThemeChoice();
