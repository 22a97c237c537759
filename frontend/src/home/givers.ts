/** Which rows give what the service's own row does not: one line a source. */
import type { Nearest } from '../api/types';
import { i18n } from '../i18n/language.svelte';
import { catalogue } from '../state/catalogue.svelte';

/** « Position, capacité : FINESS, mai 2026 »; ways in belong to the streets, which the page credits everywhere. */
export function givers({ given_by }: Pick<Nearest, 'given_by'>): string[] {
  const { detail } = i18n.t;
  const rows = new Map<string, { source: string; date: string; properties: string[] }>();
  for (const [property, { source, data_date }] of Object.entries(given_by)) {
    const word = detail.properties[property];
    if (!word) continue;
    const row = rows.get(source) ?? { source, date: data_date, properties: [] };
    row.properties.push(word);
    rows.set(source, row);
  }
  return [...rows.values()].map(({ source, date, properties }) => {
    const text = detail.givenBy(properties, catalogue.source(source), i18n.f.date(date));
    return text.charAt(0).toLocaleUpperCase() + text.slice(1);
  });
}
