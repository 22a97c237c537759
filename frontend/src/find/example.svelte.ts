/** An example for the empty page, so that the map shows what an answer looks like: the square with most around it. */
import { api } from '../api/client';
import { isScore, type Nearest, type Score } from '../api/types';
import { DEFAULTS } from '../state/question';

/** What French towns have, asked one after another until an address tells enough. */
const WORDS = ['place', 'gare', 'mairie', 'rue'] as const;
const ENOUGH_SIGHTS = 3;
const MOST_PLACES = 10;
const MOST_SIGHTS = 5;
const FARTHEST_S = 20 * 60;
/** The categories whose nearest service gets a post, first come first. */
const SHOWN = [
  'education.ecole_elementaire',
  'shop.bakery',
  'education.college',
  'health.pharmacy',
  'shop.supermarket',
  'culture.library',
  'transport.station',
  'sport.gym',
];

export interface Sight extends Nearest {
  category: string;
}

export class Example {
  score = $state.raw<Score | null>(null);
  name = $state('');
  /** How exactly the name says where it is. */
  type = $state('');

  /** Find the example; there is none where no such address stands on loaded streets with something near. */
  async load(): Promise<void> {
    let best: Telling | null = null;
    try {
      for (const words of WORDS) {
        best = await moreTelling(words, best);
        if (best && best.telling >= ENOUGH_SIGHTS) break;
      }
    } catch {
      // the page is whole without an example: the map shows the territory
    }
    if (!best) return;
    this.score = best.score;
    this.name = best.name;
    this.type = best.type;
  }
}

interface Telling {
  score: Score;
  name: string;
  type: string;
  /** Sights near it; the total decides between equals. */
  telling: number;
}

/** The most telling of the addresses that answer to `words`, if it tells more than `best`; else `best`. */
async function moreTelling(words: string, best: Telling | null): Promise<Telling | null> {
  const { features } = await api.search(words, MOST_PLACES);
  const homes = features.filter(({ properties }) => properties.type !== 'poi'); // nobody lives in a service
  const places = homes.map(({ geometry, properties }) => ({
    lon: geometry.coordinates[0] ?? NaN,
    lat: geometry.coordinates[1] ?? NaN,
    name: properties.label,
    type: properties.type,
  }));
  if (places.length === 0) return best;
  const asked = places.map(({ lon, lat }) => ({ lon, lat }));
  const rows = await api.scores(asked, DEFAULTS.mode, DEFAULTS.profile);
  rows.forEach((score, index) => {
    if (!isScore(score)) return;
    const telling = sightsOf(score).length + (score.total ?? 0) / 101;
    if (telling < Math.max(1, best?.telling ?? 0)) return;
    const { name, type } = places[index] ?? { name: score.place.label, type: score.place.type };
    best = { score, name, type, telling };
  });
  return best;
}

export function sightsOf(score: Score): Sight[] {
  return SHOWN.flatMap((category) => {
    const component = score.components.find((one) => one.category === category);
    const first = component?.nearest[0];
    return first && first.seconds <= FARTHEST_S ? [{ ...first, category }] : [];
  }).slice(0, MOST_SIGHTS);
}
