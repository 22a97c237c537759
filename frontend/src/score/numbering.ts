/** One number for each service shown: the same on the map and in the tables. */
import type { Nearest } from '../api/types';
import type { Family } from './families';

export interface Numbered extends Nearest {
  number: number;
  category: string;
}

/** Number the services of the open families in reading order; a service met again keeps its number. */
export function numbered(families: readonly Family[], open: ReadonlySet<string>): Map<string, Numbered> {
  const services = new Map<string, Numbered>();
  for (const family of families) {
    if (!open.has(family.id)) continue;
    for (const part of family.parts) {
      for (const nearest of part.nearest) {
        if (services.has(nearest.service)) continue;
        services.set(nearest.service, { ...nearest, number: services.size + 1, category: part.category });
      }
    }
  }
  return services;
}
