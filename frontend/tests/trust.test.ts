import { describe, expect, it } from 'vitest';
import type { Finding, LedgerRow } from '../src/api/types';
import { absenceOf, absentOf, bySource, countsOf, groupsOf, subjectOf, type Names } from '../src/trust/findings';
import { distinctTitles, listed, type Choice } from '../src/trust/list';
import { englishOf, frenchOf, ofDate } from '../src/trust/sentences';

const found = (check: string, subject: string, outcome: Finding['outcome'] = 'warn', text = ''): Finding => ({
  check,
  subject,
  outcome,
  text,
  accepted: outcome === 'fail' ? { reason: 'ok', when: '2026-11-24T08:00:00Z' } : null,
});
const FINDINGS = [
  found('rows', 'poste', 'pass'),
  found('age', 'poste'),
  found('thinned', 'poste/public.post', 'fail'),
  found('novelty', 'walk'),
  found('age', 'ecoles'),
  found('excluded', 'absente'),
];

describe('what the checks found', () => {
  it('is counted by outcome', () => expect(countsOf(FINDINGS)).toEqual({ all: 6, passed: 1, warned: 4, accepted: 1 }));

  it('is grouped by check, old data last and unknown checks before it', () => {
    const groups = groupsOf(FINDINGS.filter(({ outcome }) => outcome !== 'pass'));
    expect(groups.map(({ check }) => check)).toEqual(['thinned', 'novelty', 'excluded', 'age']);
    expect(groups.at(-1)?.findings.map(({ subject }) => subject)).toEqual(['poste', 'ecoles']);
  });

  it('is told of the source it is about, what passed left aside', () => {
    const told = bySource(FINDINGS, [{ id: 'poste' }, { id: 'ecoles' }, { id: 'gares' }]);
    expect([...told].map(([id, findings]) => [id, findings.map(({ check }) => check)])).toEqual([
      ['poste', ['age', 'thinned']],
      ['ecoles', ['age']],
      ['gares', []],
    ]);
  });

  it('names what it is about', () => {
    const name =
      (known: Record<string, string>) =>
      (id: string): string =>
        known[id] ?? id;
    const names: Names = {
      source: name({ poste: 'La Poste' }),
      category: name({ 'public.post': 'Bureau de poste' }),
      mode: name({ walk: 'À pied' }),
      territory: { code: '00', name: 'Treillis' },
      streets: 'Rues',
    };
    const subjects = [
      'poste',
      'poste/public.post',
      'public.post',
      'walk',
      'walk@Le_Bourg',
      'Le_Bourg',
      'streets',
      '00',
    ];
    expect(subjects.map((subject) => subjectOf(subject, names))).toEqual([
      'La Poste',
      'La Poste, Bureau de poste',
      'Bureau de poste',
      'À pied',
      'À pied, Le Bourg',
      'Le Bourg',
      'Rues',
      'Treillis',
    ]);
  });
});

describe('a source that was left out', () => {
  it.each([
    [
      'x: left out: https://data.example/a.csv?b=c does not answer (nor does anything of data.example) and the mirror lacks it',
      { why: 'publisher', host: 'data.example' },
    ],
    [
      'x: left out: the mirror lacks some of its files (a, b) and the source has no address to fetch from',
      { why: 'nowhere' },
    ],
    ['x: left out: nobody gave its files', { why: 'unknown' }],
    ['', { why: 'unknown' }],
  ])('%s', (text, absence) => expect(absenceOf(text)).toEqual(absence));

  it('is named even where no check told of it', () =>
    expect(absentOf(FINDINGS, [{ id: 'autre' }, { id: 'absente' }])).toEqual(['absente', 'autre']));
});

describe('a sentence in French', () => {
  const labels = { source: (id: string) => `[${id}]` };
  const plain = (text: string | null): string | undefined => text?.replaceAll('\u00a0', ' ');

  it.each([
    ['age', 'x: of 2015-09, old before 2025-01', 'Données de sept. 2015 ; attendues : janv. 2025 ou plus récentes.'],
    [
      'rejected',
      'x: 1491 of 9739 rows rejected (15.3%), 82.4% of those not elsewhere',
      '1 491 lignes rejetées sur 9 739 (15,3 %), soit 82,4 % sans compter les lignes d’autres territoires.',
    ],
    ['rows', 'x: 68294 rows, 600 to 4000 expected', '68 294 lignes lues, de 600 à 4 000 attendues.'],
    [
      'completeness',
      'sport.pool: res counts 1.5e+06 in 35 communes, 2 are found; none in 34 of those communes (00014, …)',
      '« [res] » en compte 1 500 000 dans 35 communes ; ici 2, et aucun dans 34 de ces communes (INSEE 00014, …).',
    ],
    [
      'population',
      'people of the COG and of the second source: 5503 and 5492 in 3 communes, more than 10% apart in 2; the farthest apart: Oyat 1271 and 310, Le Val 74 and 95',
      '5 503 habitants selon le code officiel géographique et 5 492 selon la seconde source, dans 3 communes ; plus de 10 % d’écart dans 2. Les plus éloignées : Oyat (1 271 et 310), Le Val (74 et 95).',
    ],
    [
      'halo',
      '0% of the halo lies in no contour',
      '0 % de la bande autour du territoire n’est dans aucun contour de commune.',
    ],
    [
      'halo',
      '60% of the halo lies in no contour (east 98%, north-west 8%): its services are kept without a commune',
      '60 % de la bande autour du territoire n’est dans aucun contour de commune (à l’est 98 %, au nord-ouest 8 %) : ses services restent sans commune.',
    ],
    ['loaded', 'streets are loaded in 0.7% of the territory', 'Les rues sont chargées dans 0,7 % du territoire.'],
    [
      'streets',
      'walk in Le_Bourg: 88.4% of the street metres hang together',
      '88,4 % de la longueur des rues est d’un seul tenant.',
    ],
    ['thinned', 'x: 1 of a.b, 9 in the snapshot that serves', '1 service ; l’instantané précédent en avait 9.'],
    [
      'category',
      'a.b: 0 in the territory, declared complete by x, y',
      '0 dans le territoire ; déclarée complète par : [x], [y].',
    ],
  ])('%s', (check, text, said) => expect(plain(frenchOf(found(check, 'x', 'warn', text), labels))).toBe(said));

  it('is none where the English one reads otherwise', () => {
    expect(frenchOf(found('age', 'x', 'warn', 'x: as old as the hills'), labels)).toBeNull();
    expect(frenchOf(found('novelty', 'x', 'warn', 'x: of 2015, old before 2025'), labels)).toBeNull();
  });

  it.each([
    ['2018', 'de 2018'],
    ['2018-04', 'd’avr. 2018'],
    ['2018-09', 'de sept. 2018'],
    ['2019-08-03', 'du 3 août 2019'],
  ])('puts %s after « de »', (iso, said) => expect(plain(ofDate(iso))).toBe(said));

  it('leaves the English one as it is, without its subject', () => {
    expect(englishOf(found('age', 'x', 'warn', 'x: of 2015'))).toBe('of 2015');
    expect(englishOf(found('halo', '71', 'warn', '60% of it'))).toBe('60% of it');
  });
});

describe('titles of sources', () => {
  it('say which of two of the same name is meant', () => {
    const sources = ['a', 'b', 'c'].map((id) => ({ id, title: id === 'c' ? 'Gares' : 'Rues' }));
    expect([...distinctTitles(sources).values()]).toEqual(['Rues (a)', 'Rues (b)', 'Gares']);
  });
});

describe('the list of sources', () => {
  const source = (id: string, title: string, data_date: string, read: number, rejected: number): LedgerRow =>
    ({ id, title, producer: 'État', data_date, ledger: { read, rejected } }) as LedgerRow;
  const SOURCES = [
    source('a', 'Zones', '2018', 10, 0),
    source('b', 'Écoles', '2015-09', 500, 7),
    source('c', 'Gares', '2024-01-05', 90, 1),
  ];
  const told = new Map([['a', [found('age', 'a')]]]);
  const ids = (choice: Partial<Choice>): string =>
    listed(SOURCES, told, { words: '', show: 'all', order: 'name', ...choice }, 'fr')
      .map(({ id }) => id)
      .join('');

  it.each<[Partial<Choice>, string]>([
    [{}, 'bca'],
    [{ order: 'date' }, 'bac'],
    [{ order: 'read' }, 'bca'],
    [{ order: 'rejected' }, 'bca'],
    [{ order: 'warnings' }, 'abc'],
    [{ show: 'rejects' }, 'bc'],
    [{ show: 'warnings' }, 'a'],
    [{ words: 'ecole' }, 'b'],
    [{ words: ' ETAT  gar' }, 'c'],
    [{ words: 'ecole', show: 'warnings' }, ''],
  ])('shows %o as %s', (choice, shown) => expect(ids(choice)).toBe(shown));
});
