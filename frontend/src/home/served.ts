/** What is known of a stop's service: its lines, and how often something leaves. */
import type { Nearest } from '../api/types';
import { i18n } from '../i18n/language.svelte';

/** « Lignes 1, 4 · fréquence inconnue »: a frequency that nobody tells is not none. */
export function served({ lines, departures }: Pick<Nearest, 'lines' | 'departures'>): string {
  const { detail } = i18n.t;
  const often = departures
    ? detail.departures(
        i18n.f.points(departures.weekday),
        i18n.f.points(departures.evening),
        i18n.f.points(departures.sunday),
      )
    : detail.frequencyUnknown;
  const text = lines.length ? `${detail.lines(lines)} · ${often}` : often;
  return text.charAt(0).toLocaleUpperCase() + text.slice(1);
}
