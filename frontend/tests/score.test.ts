import { describe, expect, it } from 'vitest';
import type { Category, Component, Nearest, Score } from '../src/api/types';
import { familiesOf, firstShown, forAndAgainst, missingOf, sumsOf } from '../src/score/families';
import { numbered } from '../src/score/numbering';

const nearest = (service: string, seconds = 300): Nearest => ({
  service,
  name: service,
  lon: 4,
  lat: 46,
  seconds,
  counted: true,
  source: 's',
  licence: 'l',
  data_date: '2026',
  departures: null,
  lines: [],
  given_by: {},
});

function component(
  category: string,
  family: string,
  weight: number,
  value: number | null,
  found: Nearest[] = [],
): Component {
  const status = value === null ? 'not_covered' : value === 0 ? 'none_within_cutoff' : 'scored';
  return {
    category,
    family,
    mode: 'walk',
    weight,
    status,
    value,
    points: value === null ? null : weight * value,
    nearest: found,
  };
}

const score = (components: Component[]): Score => ({
  place: { label: '', type: '', id: null, lon: 4, lat: 46, insee: null, off_m: 0, crosses: false },
  mode: 'walk',
  slope: null,
  profile: 'famille',
  total: null,
  interval: null,
  covered_weight: 0,
  components,
  snapshot: '',
  method_version: '',
  profile_version: '',
  attribution: [],
});
const category = (id: string, completeness: Category['completeness']): Category => ({
  id,
  family: '',
  label: { fr: id, en: id },
  services: 1,
  completeness,
});

const SCHOOL = component('college', 'school', 11, 0.9, [nearest('a'), nearest('b')]);
const LYCEE = component('lycee', 'school', 7, 0.1, [nearest('c')]);
const CRECHE = component('creche', 'early', 10, null, [nearest('d')]);
const SHOP = component('shop', 'shopping', 60, 0, []);
const DOCTOR = component('doctor', 'health', 12, null, []);
const TOWN = score([CRECHE, LYCEE, SCHOOL, SHOP, DOCTOR]);
const CATEGORIES = [category('creche', 'partial'), category('doctor', 'complete'), category('college', 'complete')];

describe('families', () => {
  const families = familiesOf(TOWN, CATEGORIES);

  it('come heaviest first, and so do their parts', () => {
    expect(families.map((family) => family.id)).toEqual(['shopping', 'school', 'health', 'early']);
    expect(families[1]?.parts.map((part) => part.category)).toEqual(['college', 'lycee']);
  });

  it('add up to the score', () => {
    const { points, coveredWeight, weight } = sumsOf(TOWN);
    expect(families.reduce((sum, family) => sum + family.points, 0)).toBeCloseTo(points, 10);
    expect(families.reduce((sum, family) => sum + family.coveredWeight, 0)).toBeCloseTo(coveredWeight, 10);
    expect(families.reduce((sum, family) => sum + family.weight, 0)).toBeCloseTo(weight, 10);
    expect(weight).toBe(100);
    expect(coveredWeight).toBe(78);
  });

  it('say why a part has no number: the source, or the edge of the streets', () => {
    const reasons = Object.fromEntries(
      families.flatMap(({ parts }) => parts).map((part) => [part.category, part.reason]),
    );
    expect(reasons).toEqual({ creche: 'partial', doctor: 'edge', college: null, lycee: null, shop: null });
    expect(
      familiesOf(TOWN, [])
        .flatMap(({ parts }) => parts)
        .find((part) => part.category === 'creche')?.reason,
    ).toBe('none');
  });

  it('keep the three nothings apart', () => {
    const missing = missingOf(families);
    expect(missing.searched.map((part) => part.category)).toEqual(['shop']);
    expect(missing.partial.map((part) => part.category)).toEqual(['creche']);
    expect(missing.edge.map((part) => part.category)).toEqual(['doctor']);
    expect(missing.none).toEqual([]);
  });
});

describe('for and against', () => {
  it('take what brings most points, and what costs most', () => {
    const { inFavour, against } = forAndAgainst(TOWN);
    expect(inFavour.map((one) => one.category)).toEqual(['college']);
    expect(against.map((one) => one.category)).toEqual(['shop', 'lycee']);
  });

  it('never hold what is not known against a place', () => {
    const { inFavour, against } = forAndAgainst(score([CRECHE, DOCTOR]));
    expect([...inFavour, ...against]).toEqual([]);
  });
});

describe('numbers', () => {
  const families = familiesOf(TOWN, CATEGORIES);

  it('run through the open families in reading order', () => {
    const services = numbered(families, new Set(['early', 'school']));
    expect([...services.values()].map((one) => [one.number, one.service])).toEqual([
      [1, 'a'],
      [2, 'b'],
      [3, 'c'],
      [4, 'd'],
    ]);
  });

  it('are one for a service that stands twice', () => {
    const twice = familiesOf(
      score([component('x', 'f', 50, 1, [nearest('a')]), component('y', 'f', 50, 1, [nearest('a'), nearest('b')])]),
      [],
    );
    expect([...numbered(twice, new Set(['f'])).values()].map((one) => one.number)).toEqual([1, 2]);
  });

  it('are none when nothing is open', () => expect(numbered(families, new Set()).size).toBe(0));
});

describe('the family that opens first', () => {
  const far = { ...nearest('far', 4000), counted: false };
  const of = (...components: Component[]) => firstShown(familiesOf(score(components), []))?.id;

  it('is the heaviest with a service that counts', () => {
    const empty = component('college', 'school', 18, 0);
    const indication = component('doctor', 'health', 15, 0, [far]);
    const counted = component('bakery', 'shopping', 10, 0.5, [nearest('a')]);
    expect(of(empty, indication, counted)).toBe('shopping');
    expect(of(empty, indication)).toBe('health');
    expect(of(empty)).toBe('school');
    expect(of()).toBeUndefined();
  });
});
