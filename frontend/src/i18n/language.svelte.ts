/** The language of the page: the one that was asked for, else the browser's where it is English, else French. */
import { readFragment } from '../state/fragment';
import { recall, remember } from '../state/storage';
import { formatsOf, type Locale } from './format';
import fr, { type Messages } from './fr';

const LOADERS: Record<Locale, () => Promise<Messages>> = {
  fr: () => Promise.resolve(fr),
  en: async () => (await import('./en')).default,
};

const isLocale = (value: string | null | undefined): value is Locale => value === 'fr' || value === 'en';

const inBrowser = (): Locale => (/^en\b/i.test(navigator.language) ? 'en' : 'fr');

class Language {
  locale = $state<Locale>('fr');
  /** The words. */
  t = $state.raw<Messages>(fr);
  /** Numbers, times and dates. */
  f = $derived(formatsOf(this.locale));
  #browser = $state<Locale>('fr');
  /** What a link has to say of the language: nothing when it is French, and would be without a word. */
  inLink = $derived(this.locale === 'fr' && this.#browser === 'fr' ? undefined : this.locale);

  /** Take a language that the reader chose; this browser remembers it. */
  async use(locale: Locale): Promise<void> {
    await this.#speak(locale);
    remember('language', locale);
  }

  async #speak(locale: Locale): Promise<void> {
    const words = await LOADERS[locale]();
    this.t = words;
    this.locale = locale;
    document.documentElement.lang = locale;
  }

  /** Take the language of the link, else the one that this browser remembers, else its own. */
  async start(): Promise<void> {
    const linked = readFragment(location.hash)?.get('lang');
    const asked = isLocale(linked) ? linked : recall('language');
    this.#browser = inBrowser();
    if (isLocale(asked)) await this.use(asked);
    else await this.#speak(this.#browser);
  }

  /** A label that the data carries in both languages. */
  label(label: Record<Locale, string>): string {
    return label[this.locale];
  }
}

export const i18n = new Language();
