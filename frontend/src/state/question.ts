/** What the search page is asked: a place, a mode, a profile, and which families are open. Its home is the fragment. */
import type { PlaceQuestion } from '../api/client';
import { readFragment, writeFragment } from './fragment';

export interface Point {
  lon: number;
  lat: number;
}

/** What an address is called, and how exactly that says where it is (`housenumber`, `street`…). */
export interface Named {
  name?: string;
  type?: string;
}

/** A point, named when it was chosen by name; or words that the service has to understand. */
export type Asked = (Point & Named) | { words: string };

export interface Question {
  place: Asked | null;
  mode: string;
  profile: string;
  /** Open families; null until the reader opens or closes one. */
  open: string[] | null;
}

export const DEFAULTS = { mode: 'walk', profile: 'famille' } as const;
/** About ten centimetres. */
const DECIMALS = 6;

export const isPoint = (place: Asked): place is Point & Named => 'lon' in place;

export const apiPlace = (place: Asked): PlaceQuestion =>
  isPoint(place) ? { lon: place.lon, lat: place.lat } : { address: place.words };

const degrees = (value: number): string => String(Number(value.toFixed(DECIMALS)));

export function isOnEarth({ lon, lat }: Point): boolean {
  return Number.isFinite(lon) && Number.isFinite(lat) && Math.abs(lon) <= 180 && Math.abs(lat) <= 90;
}

/** Read the question of a link; null when the link cannot be read. */
export function readQuestion(hash: string): Question | null {
  const fields = readFragment(hash);
  if (!fields) return null;
  const place = placeOf(fields);
  if (place === undefined) return null;
  return {
    place,
    mode: fields.get('mode') || DEFAULTS.mode,
    profile: fields.get('profile') || DEFAULTS.profile,
    open: fields.has('open') ? (fields.get('open') ?? '').split(',').filter((id) => id && id !== '-') : null,
  };
}

function placeOf(fields: URLSearchParams): Asked | null | undefined {
  const at = fields.get('at');
  if (at !== null) {
    const [lon, lat, ...rest] = at.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)));
    if (lon === undefined || lat === undefined || rest.length || !isOnEarth({ lon, lat })) return undefined;
    const [name, type] = [fields.get('name'), fields.get('type')];
    return { lon, lat, ...(name && { name }), ...(type && { type }) };
  }
  const words = fields.get('q')?.trim();
  return words ? { words } : null;
}

export function writeQuestion(question: Question, lang?: string): string {
  const { place } = question;
  const point = place && isPoint(place) ? place : null;
  return writeFragment({
    at: point ? `${degrees(point.lon)},${degrees(point.lat)}` : undefined,
    name: point?.name,
    type: point?.type,
    q: place && !isPoint(place) ? place.words : undefined,
    mode: question.mode === DEFAULTS.mode ? undefined : question.mode,
    profile: question.profile === DEFAULTS.profile ? undefined : question.profile,
    open: place && question.open ? question.open.join(',') || '-' : undefined,
    lang,
  });
}

/**
 * Understand coordinates as people paste them: `46.80, 4.42`, `46,80 4,42`, `46.80 N, 4.42 E`. Latitude comes first, as
 * in every map's "copy coordinates". Null when the words are no coordinates.
 */
export function coordinatesIn(words: string): Point | null {
  const number = String.raw`([+-]?\d{1,3}(?:[.,]\d+)?)\s*°?\s*`;
  const match = new RegExp(`^\\s*${number}([NS])?\\s*[,;\\s]\\s*${number}([EWO])?\\s*$`, 'i').exec(words);
  if (!match) return null;
  const [, first = '', north = '', second = '', east = ''] = match;
  if (!/[.,]/.test(first) || !/[.,]/.test(second)) return null; // "12 71": a number and a postcode's beginning
  const lat = Number(first.replace(',', '.')) * (/s/i.test(north) ? -1 : 1);
  const lon = Number(second.replace(',', '.')) * (/[wo]/i.test(east) ? -1 : 1);
  return isOnEarth({ lon, lat }) ? { lon, lat } : null;
}
