/** What the checks before publication found, sorted for a reader: how many, of which kind, about what. */
import type { Finding } from '../api/types';

/** What matters to most answers first; what is many and alike last. A check that is not named here stands before those. */
const ORDER = ['lost', 'shrunk', 'thinned', 'category', 'completeness', 'loaded', 'rejected', 'rows', 'twice'];
const LAST = ['age'];

export interface Group {
  check: string;
  findings: Finding[];
}

export interface Counts {
  all: number;
  passed: number;
  warned: number;
  accepted: number;
}

export function countsOf(findings: readonly Finding[]): Counts {
  const of = (outcome: Finding['outcome']): number => findings.filter((one) => one.outcome === outcome).length;
  return { all: findings.length, passed: of('pass'), warned: of('warn'), accepted: of('fail') };
}

/** Findings by check. */
export function groupsOf(findings: readonly Finding[]): Group[] {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) groups.set(finding.check, [...(groups.get(finding.check) ?? []), finding]);
  return [...groups]
    .map(([check, found]) => ({ check, findings: found }))
    .toSorted((a, b) => rank(a.check) - rank(b.check));
}

function rank(check: string): number {
  const first = ORDER.indexOf(check);
  return first >= 0 ? first : ORDER.length + Number(LAST.includes(check));
}

/** Id of the source that a finding is about: `laposte` of `laposte` and of `laposte/public.post`. */
export const sourceOf = (finding: Finding): string => finding.subject.split('/', 1)[0] ?? '';

/** What is to be said of each source: warnings, and failures that were accepted. */
export function bySource(findings: readonly Finding[], sources: readonly { id: string }[]): Map<string, Finding[]> {
  const told = new Map(sources.map(({ id }): [string, Finding[]] => [id, []]));
  for (const finding of findings) if (finding.outcome !== 'pass') told.get(sourceOf(finding))?.push(finding);
  return told;
}

/** Why a source was left out: `host` gave no files, or nobody was to be asked. */
export type Absence = { why: 'publisher'; host: string } | { why: 'nowhere' | 'unknown' };

export function absenceOf(text: string): Absence {
  if (/no address to fetch from/.test(text)) return { why: 'nowhere' };
  const host = /https?:\/\/([^/\s?#]+)/.exec(text)?.[1];
  return host ? { why: 'publisher', host } : { why: 'unknown' };
}

/** Ids of the sources that were left out, in the order in which they are named; a finding knows why, a snapshot only that. */
export function absentOf(findings: readonly Finding[], excluded: readonly { id: string }[]): string[] {
  const found = findings.filter(({ check, outcome }) => check === 'excluded' && outcome !== 'pass');
  return [...new Set([...found.map(({ subject }) => subject), ...excluded.map(({ id }) => id)])];
}

export interface Names {
  source(id: string): string;
  category(id: string): string;
  mode(id: string): string;
  territory: { code: string; name: string } | null;
  streets: string;
}

/** Name what a finding is about: sources, categories and modes have names, areas of streets are named by their files. */
export function subjectOf(subject: string, names: Names): string {
  if (subject === names.territory?.code) return names.territory.name;
  if (subject === 'streets') return names.streets;
  const [source = '', category] = subject.split('/', 2);
  if (category) return `${names.source(source)}, ${names.category(category)}`;
  const [mode = '', area] = subject.split('@', 2);
  if (area) return `${names.mode(mode)}, ${spelt(area)}`;
  const known = [names.source(subject), names.category(subject), names.mode(subject)];
  return known.find((name) => name !== subject) ?? spelt(subject);
}

const spelt = (name: string): string => name.replaceAll('_', ' ');
