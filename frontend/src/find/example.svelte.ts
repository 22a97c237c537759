/** An example for the empty page: the town hall that scores best, so that the map shows what an answer looks like. */
import { api } from '../api/client';
import { isScore, type Nearest, type Score } from '../api/types';
import { DEFAULTS } from '../state/question';

const SEATS = 'public.townhall';
const MOST_SEATS = 60;
const MOST_SIGHTS = 5;
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

  /** Find the example; there is none where no town hall stands on loaded streets. */
  async load(): Promise<void> {
    try {
      const { features } = await api.services(SEATS, MOST_SEATS);
      const seats = features.map(({ geometry, properties }) => ({
        lon: geometry.coordinates[0] ?? NaN,
        lat: geometry.coordinates[1] ?? NaN,
        name: properties.name,
      }));
      if (seats.length === 0) return;
      const places = seats.map(({ lon, lat }) => ({ lon, lat }));
      const rows = await api.scores(places, DEFAULTS.mode, DEFAULTS.profile);
      let best: { score: Score; name: string } | null = null;
      rows.forEach((row, index) => {
        if (!isScore(row) || row.total === null || row.total <= (best?.score.total ?? -1)) return;
        best = { score: row, name: seats[index]?.name || row.place.label };
      });
      if (best) ({ score: this.score, name: this.name } = best as { score: Score; name: string });
    } catch {
      // the page is whole without an example: the map shows the territory
    }
  }
}

export function sightsOf(score: Score): Sight[] {
  return SHOWN.flatMap((category) => {
    const component = score.components.find((one) => one.category === category);
    const first = component?.nearest[0];
    return first ? [{ ...first, category }] : [];
  }).slice(0, MOST_SIGHTS);
}
