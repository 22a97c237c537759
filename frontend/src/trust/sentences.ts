/**
 * The sentences of the checks in French. The service says them in English, with their numbers; where a sentence reads
 * as it is known here, its numbers make a French one. Another sentence stays as it is, and says its language.
 */
import type { Finding } from '../api/types';
import { formatsOf } from '../i18n/format';
import { withFrenchSpaces } from '../i18n/spaces';

export interface Labels {
  source(id: string): string;
}
type Said = (found: string[], labels: Labels) => string;

const f = formatsOf('fr');
const n = (digits: string | undefined): string => f.number(Number(digits));
const percent = (digits: string | undefined): string => f.share(Number(digits) / 100);
const s = (digits: string | undefined): string => (Number(digits) >= 2 ? 's' : '');

/** A date after « de »: `de 2018`, `d’avr. 2018`, `du 3 août 2019`. */
export function ofDate(iso: string): string {
  const date = f.date(iso);
  if (iso.length > 7) return `du ${date}`;
  return /^[aeiou]/i.test(date) ? `d’${date}` : `de ${date}`;
}

const WINDS: Record<string, string> = {
  east: 'à l’est',
  'north-east': 'au nord-est',
  north: 'au nord',
  'north-west': 'au nord-ouest',
  west: 'à l’ouest',
  'south-west': 'au sud-ouest',
  south: 'au sud',
  'south-east': 'au sud-est',
};

const winds = (told: string): string =>
  told.replace(/([a-z-]+) (\d+)%/g, (_, wind: string, share: string) => `${WINDS[wind] ?? wind} ${percent(share)}`);

const apart = (told: string): string =>
  told.replace(/ (\d+) and (\d+)(?=, |$)/g, (_, one: string, other: string) => ` (${n(one)} et ${n(other)})`);

const people: [RegExp, Said] = [
  /^people of the COG and of (the second source|the cells): (\d+) and (\d+) in (\d+) communes, more than (\d+)% apart in (\d+); the farthest apart: (.+)$/,
  ([which, one, other, communes, share, count, worst = '']) =>
    `${n(one)} habitants selon le code officiel géographique et ${n(other)} selon ${which === 'the cells' ? 'les carreaux' : 'la seconde source'}, dans ${n(communes)} commune${s(communes)} ; plus de ${percent(share)} d’écart dans ${n(count)}. Les plus éloignées : ${apart(worst)}.`,
];

const SENTENCES: Record<string, readonly [RegExp, Said][]> = {
  age: [
    [
      /: of ([\d-]+), old before ([\d-]+)$/,
      ([date = '', limit = '']) => `Données ${ofDate(date)} ; attendues : ${f.date(limit)} ou plus récentes.`,
    ],
  ],
  rejected: [
    [
      /: (\d+) of (\d+) rows rejected \(([\d.]+)%\), ([\d.]+)% of those not elsewhere$/,
      ([rejected, read, all, here]) =>
        `${n(rejected)} ligne${s(rejected)} rejetée${s(rejected)} sur ${n(read)} (${percent(all)}), soit ${percent(here)} sans compter les lignes d’autres territoires.`,
    ],
  ],
  rows: [
    [
      /: (\d+) rows, (\d+) to (\d+) expected$/,
      ([rows, low, high]) => `${n(rows)} lignes lues, de ${n(low)} à ${n(high)} attendues.`,
    ],
  ],
  geocoded: [
    [
      /: (\d+) of (\d+) rows stand at the place of their address \(([\d.]+)%\)$/,
      ([placed, all, share]) => `${n(placed)} lieux sur ${n(all)} sont placés à leur adresse (${percent(share)}).`,
    ],
  ],
  category: [
    [
      /: (\d+) in the territory, declared complete by (.+)$/,
      ([found, ids = ''], { source }) =>
        `${n(found)} dans le territoire ; déclarée complète par : ${ids.split(', ').map(source).join(', ')}.`,
    ],
  ],
  completeness: [
    [
      /: (\w+) counts ([\d.e+]+) in (\d+) communes, (\d+) are found; none in (\d+) of those communes(?: \((.+)\))?$/,
      ([id = '', counted, communes, found, empty, codes], { source }) =>
        `« ${source(id)} » en compte ${n(counted)} dans ${n(communes)} commune${s(communes)} ; ici ${n(found)}, et aucun dans ${n(empty)} de ces communes${codes ? ` (INSEE ${codes})` : ''}.`,
    ],
  ],
  population: [people],
  cells_by_commune: [people],
  halo: [
    [
      /^(\d+)% of the halo lies in no contour(?: \((.+)\): its services are kept without a commune)?$/,
      ([share, told]) =>
        `${percent(share)} de la bande autour du territoire n’est dans aucun contour de commune${told ? ` (${winds(told)}) : ses services restent sans commune` : ''}.`,
    ],
  ],
  communes: [
    [
      /^(\d+) communes, (\d+) without population, (\d+) without contour$/,
      ([all, uncounted, undrawn]) =>
        `${n(all)} commune${s(all)}, ${n(uncounted)} sans population, ${n(undrawn)} sans contour.`,
    ],
  ],
  cells: [
    [
      /^the cells show (\d+) of (\d+) people \((-?[\d.]+)% missing\)$/,
      ([shown, all]) => `Les carreaux montrent ${n(shown)} habitants, les communes ${n(all)}.`,
    ],
  ],
  outside: [
    [
      /^(\d+) of (\d+) people live in cells outside any commune of the territory \(([\d.]+)%\)$/,
      ([outside, all, share]) =>
        `${n(outside)} habitant${s(outside)} sur ${n(all)} sont dans des carreaux hors de toute commune (${percent(share)}).`,
    ],
  ],
  twice: [
    [
      /: (\d+) of (\d+) stand within (\d+) m of one of the same name$/,
      ([near, all, metres]) => `${n(near)} sur ${n(all)} sont à moins de ${n(metres)} m d’un autre du même nom.`,
    ],
  ],
  loaded: [
    [
      /^streets are loaded in ([\d.]+)% of the territory$/,
      ([share]) => `Les rues sont chargées dans ${percent(share)} du territoire.`,
    ],
    [
      /: loaded in ([\d.]+)% of the territory, as its streets enclose it, for its file does not say$/,
      ([share]) =>
        `Chargées dans ${percent(share)} du territoire, dans ce que les rues entourent : le fichier ne dit pas où il s’arrête.`,
    ],
  ],
  snapped: [
    [
      /: (\d+) of the (\d+) services inside the loaded streets stand near one \(([\d.]+)% do not\)$/,
      ([near, all]) => `${n(near)} services sur ${n(all)}, là où les rues sont chargées, sont près d’une rue.`,
    ],
  ],
  streets: [
    [
      /: ([\d.]+)% of the street metres hang together$/,
      ([share]) => `${percent(share)} de la longueur des rues est d’un seul tenant.`,
    ],
  ],
  shrunk: [
    [
      /: (\d+) rows for (\d+) places, (\d+) for (\d+) in the snapshot that serves$/,
      ([rows, places, rowsBefore, placesBefore]) =>
        `${n(rows)} lignes pour ${n(places)} lieux ; l’instantané précédent en avait ${n(rowsBefore)} pour ${n(placesBefore)}.`,
    ],
  ],
  lost: [
    [/: left out, and the snapshot that serves has it$/, () => 'Laissée de côté, l’instantané précédent l’avait.'],
  ],
  thinned: [
    [
      /: (\d+) of \S+, (\d+) in the snapshot that serves$/,
      ([left, before]) => `${n(left)} service${s(left)} ; l’instantané précédent en avait ${n(before)}.`,
    ],
  ],
  compared: [
    [
      /^the services of the snapshot that serves cannot be read, no category is compared/,
      () => 'Les services de l’instantané précédent ne se lisent pas : aucune catégorie n’est comparée.',
    ],
  ],
};

/** The sentence in French; null where it reads otherwise than is known here. */
export function frenchOf({ check, text }: Finding, labels: Labels): string | null {
  for (const [pattern, said] of SENTENCES[check] ?? []) {
    const found = pattern.exec(text);
    if (found) return withFrenchSpaces(said(found.slice(1), labels));
  }
  return null;
}

/** The sentence in English, without its subject, which stands beside it. */
export const englishOf = ({ subject, text }: Finding): string =>
  text.startsWith(`${subject}: `) ? text.slice(subject.length + 2) : text;
