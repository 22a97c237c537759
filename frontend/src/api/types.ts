/** The answers of the API, version 1 (`/api/v1/openapi.json`). */
import type { FeatureCollection, MultiPolygon, Point, Polygon } from 'geojson';

export type Label = { fr: string; en: string };
export type Completeness = 'complete' | 'partial' | 'none';

export interface Ledger {
  read: number;
  kept: number;
  merged: number;
  out_of_scope: number;
  rejected: number;
}

export interface Source {
  id: string;
  title: string;
  producer: string;
  licence: string;
  url: string;
  /** `YYYY`, `YYYY-MM` or `YYYY-MM-DD`. */
  data_date: string;
  fetched_at: string | null;
  ledger: Ledger;
  attribution?: string;
}

export interface LedgerRow extends Source {
  /** Rejected rows by code. */
  rejects: Record<string, number>;
  /** Categories that the source is declared to hold whole. */
  complete: string[];
}

/** What one check before publication came to. */
export interface Finding {
  check: string;
  /** A source, a category, a mode, an area of streets or the territory. */
  subject: string;
  outcome: 'pass' | 'warn' | 'fail';
  /** One sentence, in English. */
  text: string;
  /** Of a failure alone: why it was let pass. */
  accepted: { reason: string; when: string } | null;
}

/** One row that no record could be made of. */
export interface RejectRow {
  source: string;
  code: string;
  file: string;
  line: number;
  example: string;
}

export interface RejectPage {
  rejects: RejectRow[];
  total: number;
}

export interface Mode {
  id: string;
  label: Label;
  /** Within a sentence: "on foot". */
  phrase: Label;
  /** The mode of which this is another pace or another need. */
  option_of: string | null;
  /** Share of the street metres of which nothing is told that the mode asks; null when it asks nothing. */
  untold_share: number | null;
  /** Whether too little is told for the answers to be more than an indication. */
  indicative: boolean;
}

export interface SnapshotInfo {
  id: string;
  /** `bbox`: west, south, east, north. */
  territory: { code: string; name: string; bbox: [number, number, number, number] };
  built_at: string | null;
  method_version: string;
  mode_details: Mode[];
  sources: Source[];
  /** Sources that were to be read, and whose files nobody gave. */
  excluded: { id: string; title: string }[];
}

export interface Category {
  id: string;
  family: string;
  label: Label;
  services: number;
  completeness: Completeness;
}

export interface Profile {
  id: string;
  label: Label;
  version: string;
  rationale: string;
  /** By family, summing to 100. */
  weights: Record<string, number>;
}

export interface Nearest {
  service: string;
  name: string;
  lon: number;
  lat: number;
  seconds: number;
  /** False where it is shown as an indication: too far, or of an incomplete source. */
  counted: boolean;
  source: string;
  licence: string;
  data_date: string;
  /** Of a stop: trips a day; null where no timetable is known, which is not 0. */
  departures: { weekday: number; evening: number; sunday: number } | null;
  /** Of a stop: names of the lines that call there; empty where none are known. */
  lines: string[];
  /** Property → the row that gives it, where that is not the row of `source`. */
  given_by: Record<string, { source: string; local_id: string; licence: string; data_date: string }>;
}

export interface Component {
  category: string;
  family: string;
  mode: string;
  weight: number;
  status: 'scored' | 'none_within_cutoff' | 'not_covered';
  value: number | null;
  points: number | null;
  nearest: Nearest[];
}

export interface Score {
  place: {
    label: string;
    type: string;
    id: string | null;
    lon: number;
    lat: number;
    insee: string | null;
    off_m: number;
    /** Whether the straight line to its street crosses a river, a railway or a motorway: none lies on this side. */
    crosses: boolean;
  };
  mode: string;
  /** Name of the raster by which slopes count; null: every street counts as level. */
  slope: string | null;
  profile: string;
  total: number | null;
  interval: [number, number] | null;
  covered_weight: number;
  components: Component[];
  snapshot: string;
  method_version: string;
  profile_version: string;
  attribution: string[];
}

export type AddressReason =
  'no_such_number' | 'municipality' | 'street' | 'not_loaded' | 'street_in_several_places' | 'unknown';

export interface Candidate {
  label: string;
  type: string;
  lon: number;
  lat: number;
}

/** RFC 9457. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  candidates?: Candidate[] | null;
  /** `unknown_address` and `ambiguous_address`: why the words are no address. */
  reason?: AddressReason | null;
  /** `off_network` alone: the commune where the point lies, and the metres to the nearest loaded street. */
  place?: string | null;
  off_m?: number | null;
  /** `off_network` alone: whether the streets around are loaded, and none of them is near. */
  loaded?: boolean | null;
}

export interface GeocodeProperties {
  id: string;
  label: string;
  type: string;
  name: string;
  postcode?: string;
  city?: string;
}
export type GeocodeCollection = FeatureCollection<Point, GeocodeProperties>;

export interface Reached {
  people: number;
  within: number;
  not_covered: number;
  share: number | null;
}
export interface CommuneReached extends Reached {
  insee: string;
  name: string;
}
export interface Coverage {
  category: string;
  mode: string;
  minutes: number;
  /** Unless complete, no share is given. */
  completeness: Completeness;
  territory: Reached;
  communes: CommuneReached[];
  snapshot: string;
  attribution: string[];
}

export interface CommuneProperties {
  insee: string;
  name: string;
  population: number | null;
}
export type CommuneCollection = FeatureCollection<Polygon | MultiPolygon, CommuneProperties>;

/** Whether a row of a batch is a score, and no problem. */
export const isScore = (row: Score | Problem): row is Score => 'components' in row;
