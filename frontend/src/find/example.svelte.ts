/** An example for the empty page, so that the map shows what an answer looks like: the square with most around it. */
import { api } from '../api/client';
import { isScore, type Nearest, type Score } from '../api/types';
import { DEFAULTS } from '../state/question';

/** Every French town has one; addresses are known where streets are loaded. */
const WORDS = 'place';
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

  /** Find the example; there is none where no such address stands on loaded streets. */
  async load(): Promise<void> {
    try {
      const { features } = await api.search(WORDS, MOST_PLACES);
      const places = features.map(({ geometry, properties }) => ({
        lon: geometry.coordinates[0] ?? NaN,
        lat: geometry.coordinates[1] ?? NaN,
        name: properties.label,
      }));
      if (places.length === 0) return;
      const asked = places.map(({ lon, lat }) => ({ lon, lat }));
      const rows = await api.scores(asked, DEFAULTS.mode, DEFAULTS.profile);
      let most = -1;
      rows.forEach((row, index) => {
        if (!isScore(row)) return;
        const telling = sightsOf(row).length + (row.total ?? 0) / 101; // the total decides between equals
        if (telling <= most) return;
        most = telling;
        this.score = row;
        this.name = places[index]?.name ?? row.place.label;
      });
    } catch {
      // the page is whole without an example: the map shows the territory
    }
  }
}

export function sightsOf(score: Score): Sight[] {
  return SHOWN.flatMap((category) => {
    const component = score.components.find((one) => one.category === category);
    const first = component?.nearest[0];
    return first && first.seconds <= FARTHEST_S ? [{ ...first, category }] : [];
  }).slice(0, MOST_SIGHTS);
}
