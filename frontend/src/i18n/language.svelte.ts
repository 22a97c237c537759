/** The language of the page: French at once, English when it is asked for. */
import { readFragment } from '../state/fragment';
import { recall, remember } from '../state/storage';
import { formatsOf, type Locale } from './format';
import fr, { type Messages } from './fr';

const LOADERS: Record<Locale, () => Promise<Messages>> = {
  fr: () => Promise.resolve(fr),
  en: async () => (await import('./en')).default,
};

const isLocale = (value: string | null | undefined): value is Locale => value === 'fr' || value === 'en';

class Language {
  locale = $state<Locale>('fr');
  /** The words. */
  t = $state.raw<Messages>(fr);
  /** Numbers, times and dates. */
  f = $derived(formatsOf(this.locale));
  /** What a link has to say of the language: nothing when it is French. */
  inLink = $derived(this.locale === 'fr' ? undefined : this.locale);

  async use(locale: Locale): Promise<void> {
    const words = await LOADERS[locale]();
    this.t = words;
    this.locale = locale;
    document.documentElement.lang = locale;
    remember('language', locale);
  }

  /** Take the language of the link, else the one that this browser remembers. */
  async start(): Promise<void> {
    const linked = readFragment(location.hash)?.get('lang');
    const asked = isLocale(linked) ? linked : recall('language');
    if (isLocale(asked) && asked !== this.locale) await this.use(asked);
  }

  /** A label that the data carries in both languages. */
  label(label: Record<Locale, string>): string {
    return label[this.locale];
  }
}

export const i18n = new Language();
