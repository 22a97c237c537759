/** What the page calls a check, and what a finding is about. */
import { i18n } from '../i18n/language.svelte';
import { catalogue } from '../state/catalogue.svelte';
import { subjectOf } from './findings';
import { distinctTitles } from './list';

interface CheckWords {
  name: string;
  about: string;
}

/** Name and meaning of a check; of one that has no words here, its own name. */
export function checkWords(check: string): CheckWords {
  const named: Record<string, CheckWords | undefined> = i18n.t.checks;
  return named[check] ?? { name: check, about: '' };
}

/** Title of a source, of one that was left out too. */
export function sourceName(id: string): string {
  const { sources = [], excluded = [] } = catalogue.snapshot ?? {};
  return distinctTitles([...sources, ...excluded]).get(id) ?? id;
}

export const subjectName = (subject: string): string =>
  subjectOf(subject, {
    source: sourceName,
    category: (id) => catalogue.category(id),
    mode: (id) => catalogue.mode(id).label,
    territory: catalogue.snapshot?.territory ?? null,
    streets: i18n.t.judged.streets,
  });
