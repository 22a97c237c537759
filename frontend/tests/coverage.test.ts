import { describe, expect, it } from 'vitest';
import type { CommuneReached } from '../src/api/types';
import { classOf, legend } from '../src/coverage/classes';
import { absenceOf, beyondOf, pressed, sortedRows, wholeOf, type Order } from '../src/coverage/table';

const row = (name: string, people: number, within: number, not_covered = 0): CommuneReached => ({
  insee: name,
  name,
  people,
  within,
  not_covered,
  share: people > not_covered ? within / (people - not_covered) : null,
});
const ROWS = [row('Étang', 100, 50), row('Autun', 300, 30), row('Mâcon', 900, 0, 900), row('Épinac', 100, 100)];
const names = (order: Order): string[] => sortedRows(ROWS, order, 'fr').map((one) => one.name);

describe('the table of communes', () => {
  it('sorts names as French does', () => {
    expect(names({ column: 'name', descending: false })).toEqual(['Autun', 'Épinac', 'Étang', 'Mâcon']);
  });

  it.each([true, false])('puts what has no share last, descending %s', (descending) => {
    expect(names({ column: 'share', descending }).at(-1)).toBe('Mâcon');
    expect(names({ column: 'beyond', descending }).at(-1)).toBe('Mâcon');
  });

  it('sorts people whether their streets are loaded or not', () => {
    expect(names({ column: 'people', descending: true })).toEqual(['Mâcon', 'Autun', 'Épinac', 'Étang']);
  });

  it('counts as beyond only people whose answer is known', () => {
    expect(beyondOf(row('x', 100, 40, 25))).toBe(35);
    expect(beyondOf(row('x', 100, 0, 100))).toBe(0);
  });

  it('shows whole numbers that add up', () => {
    const whole = wholeOf(row('x', 28_614.6, 21_420.5, 539.4));
    expect(whole).toEqual({ people: 28_615, unknown: 539, known: 28_076, within: 21_421, beyond: 6_655 });
    const tight = wholeOf(row('y', 10.4, 5.8, 4.6));
    expect(tight.within).toBe(tight.known);
    expect(tight.known + tight.unknown).toBe(tight.people);
  });

  it('says why there is no share', () => {
    const absent = { ...row('x', 100, 0, 100), share: null };
    expect(absenceOf(row('x', 100, 50), 'complete')).toBeNull();
    expect(absenceOf(absent, 'partial')).toBe('partial');
    expect(absenceOf(absent, 'none')).toBe('none');
    expect(absenceOf(absent, 'complete')).toBe('streets');
    expect(absenceOf({ ...absent, not_covered: 40 }, 'complete')).toBe('someStreets');
    expect(absenceOf(row('x', 0, 0), 'complete')).toBe('nobody');
  });

  it('turns round when its column is pressed again', () => {
    const first = pressed({ column: 'name', descending: false }, 'beyond');
    expect(first).toEqual({ column: 'beyond', descending: true });
    expect(pressed(first, 'beyond')).toEqual({ column: 'beyond', descending: false });
    expect(pressed(first, 'share')).toEqual({ column: 'share', descending: false });
  });
});

describe('the classes of the map', () => {
  it.each([
    [0, 1],
    [0.1999, 1],
    [0.2, 2],
    [0.79, 4],
    [0.8, 5],
    [0.95, 6],
    [1, 6],
  ])('%f is in class %i', (share, step) => expect(classOf(share)).toBe(step));

  it('are none for no share', () => expect(classOf(null)).toBeNull());

  it('are told in percent', () => expect(legend()).toEqual(['0–20', '20–40', '40–60', '60–80', '80–95', '95–100']));
});
