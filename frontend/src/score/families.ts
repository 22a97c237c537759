/** A score as it is told: families with their components, heaviest first; what speaks for the place and against it. */
import type { Category, Component, Completeness, Score } from '../api/types';

/** Why a component has no number. */
export type Reason = 'partial' | 'none' | 'edge';

export interface Part extends Component {
  /** Null unless the component is not covered. */
  reason: Reason | null;
}

export interface Family {
  id: string;
  weight: number;
  /** Weight of the components whose answer is known. */
  coveredWeight: number;
  points: number;
  parts: Part[];
}

const REASON: Record<Completeness, Reason> = { partial: 'partial', none: 'none', complete: 'edge' };

/** Say why a component is not covered; a complete category is so only where the loaded streets end too soon. */
export function reasonOf(component: Component, completeness: Completeness | undefined): Reason | null {
  return component.status === 'not_covered' ? REASON[completeness ?? 'none'] : null;
}

/** Group the components of a score; families by weight, components by weight within, ties in the score's order. */
export function familiesOf(score: Score, categories: readonly Category[]): Family[] {
  const completeness = new Map(categories.map((category) => [category.id, category.completeness]));
  const families = new Map<string, Family>();
  for (const component of score.components) {
    let family = families.get(component.family);
    if (!family) {
      family = { id: component.family, weight: 0, coveredWeight: 0, points: 0, parts: [] };
      families.set(component.family, family);
    }
    family.weight += component.weight;
    if (component.status !== 'not_covered') family.coveredWeight += component.weight;
    family.points += component.points ?? 0;
    family.parts.push({ ...component, reason: reasonOf(component, completeness.get(component.category)) });
  }
  const byWeight = (a: { weight: number }, b: { weight: number }): number => b.weight - a.weight;
  return [...families.values()]
    .map((family) => ({ ...family, parts: family.parts.toSorted(byWeight) }))
    .toSorted(byWeight);
}

/** The family to open first: the first with services in evidence, else the first. */
export function firstShown(families: readonly Family[]): Family | undefined {
  const has = (counted: boolean) => (family: Family) =>
    family.parts.some(({ nearest }) => nearest.some((one) => one.counted || !counted));
  return families.find(has(true)) ?? families.find(has(false)) ?? families[0];
}

/** Points and covered weight of the whole score: the total is the first over the second. */
export function sumsOf(score: Score): { points: number; coveredWeight: number; weight: number } {
  const sums = { points: 0, coveredWeight: 0, weight: 0 };
  for (const component of score.components) {
    sums.weight += component.weight;
    sums.points += component.points ?? 0;
    if (component.status !== 'not_covered') sums.coveredWeight += component.weight;
  }
  return sums;
}

const GOOD = 0.5;
const NOTABLE_LOSS = 0.5;

/** The components that bring most points, and those that cost most; a component is never on both sides. */
export function forAndAgainst(score: Score, count = 3): { inFavour: Component[]; against: Component[] } {
  const known = score.components.filter((component) => component.value !== null);
  const points = (c: Component): number => c.points ?? 0;
  const loss = (c: Component): number => c.weight - points(c);
  return {
    inFavour: known
      .filter((c) => (c.value ?? 0) >= GOOD && points(c) > 0)
      .toSorted((a, b) => points(b) - points(a))
      .slice(0, count),
    against: known
      .filter((c) => (c.value ?? 0) < GOOD && loss(c) >= NOTABLE_LOSS)
      .toSorted((a, b) => loss(b) - loss(a))
      .slice(0, count),
  };
}

/** Components without a number by reason, and those that were searched in vain. */
export function missingOf(families: readonly Family[]): Record<Reason | 'searched', Part[]> {
  const parts = families.flatMap((family) => family.parts);
  return {
    partial: parts.filter((part) => part.reason === 'partial'),
    none: parts.filter((part) => part.reason === 'none'),
    edge: parts.filter((part) => part.reason === 'edge'),
    searched: parts.filter((part) => part.status === 'none_within_cutoff'),
  };
}
