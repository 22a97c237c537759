/**
 * Numbers, times and dates as people read them in each language.
 *
 * `Intl` yields U+202F in French, a space that the typeface has not: it becomes U+00A0.
 */
export type Locale = 'fr' | 'en';

export interface Formats {
  /** Whole, or with so many decimals: `58 214`. */
  number(value: number, decimals?: number): string;
  /** At most one decimal, none when it is zero: `15,9`, `18`. */
  points(value: number): string;
  /** A share of 1, to the decimal that fits: `21,4 %`; never `100 %` for almost all nor `0 %` for a few. */
  share(value: number): string;
  /** A duration: `5 min`, `1 h 05`, `moins d’1 min`. */
  minutes(seconds: number): string;
  /** By 10 m under a kilometre, then by 100 m: `860 m`, `7,1 km`. */
  distance(metres: number): string;
  /** `2026`, `2026-02` or `2026-02-02`, as precise as it is given: `2 fév. 2026`. */
  date(iso: string): string;
  /** The time of day of an instant: `20 h 12`. */
  clock(when: Date): string;
}

const MONTHS: Record<Locale, readonly string[]> = {
  fr: ['janv.', 'fév.', 'mars', 'avr.', 'mai', 'juin', 'juil.', 'août', 'sept.', 'oct.', 'nov.', 'déc.'],
  en: ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sept', 'Oct', 'Nov', 'Dec'],
};
const NO_BREAK = '\u00a0';

const pad = (value: number): string => String(value).padStart(2, '0');

export function formatsOf(locale: Locale): Formats {
  const tag = locale === 'fr' ? 'fr-FR' : 'en-GB';
  const exactly = new Map<number, Intl.NumberFormat>();
  const atMostOne = new Intl.NumberFormat(tag, { maximumFractionDigits: 1 });
  const spaced = (text: string): string => text.replaceAll('\u202f', NO_BREAK).replaceAll(' ', NO_BREAK);

  function number(value: number, decimals = 0): string {
    let format = exactly.get(decimals);
    if (!format) {
      format = new Intl.NumberFormat(tag, { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
      exactly.set(decimals, format);
    }
    return spaced(format.format(value));
  }

  function share(value: number): string {
    const percent = value * 100;
    const rounded = Math.round(percent * 10) / 10;
    const honest = percent > 0 && rounded === 0 ? 0.1 : percent < 100 && rounded === 100 ? 99.9 : rounded;
    const text = number(honest, Number.isInteger(honest) ? 0 : 1);
    return locale === 'fr' ? `${text}${NO_BREAK}%` : `${text}%`;
  }

  function minutes(seconds: number): string {
    const whole = Math.round(seconds / 60);
    if (whole < 1) return locale === 'fr' ? `moins d’1${NO_BREAK}min` : `under 1${NO_BREAK}min`;
    if (whole < 60) return `${whole}${NO_BREAK}min`;
    const hours = `${Math.floor(whole / 60)}${NO_BREAK}h${NO_BREAK}${pad(whole % 60)}`;
    return locale === 'fr' ? hours : `${hours}${NO_BREAK}min`;
  }

  function distance(metres: number): string {
    const tens = Math.round(metres / 10) * 10;
    if (metres < 10) return `${Math.round(metres)}${NO_BREAK}m`;
    if (tens < 1000) return `${tens}${NO_BREAK}m`;
    return `${number(metres / 1000, 1)}${NO_BREAK}km`;
  }

  function date(iso: string): string {
    const [year = '', month, day] = iso.slice(0, 10).split('-');
    const named = MONTHS[locale][Number(month) - 1];
    if (!named) return year;
    if (!day) return `${named}${NO_BREAK}${year}`;
    const first = locale === 'fr' && Number(day) === 1 ? '1er' : String(Number(day));
    return `${first}${NO_BREAK}${named}${NO_BREAK}${year}`;
  }

  const clock = (when: Date): string =>
    locale === 'fr'
      ? `${when.getHours()}${NO_BREAK}h${NO_BREAK}${pad(when.getMinutes())}`
      : `${pad(when.getHours())}:${pad(when.getMinutes())}`;

  return { number, points: (value) => spaced(atMostOne.format(value)), share, minutes, distance, date, clock };
}
