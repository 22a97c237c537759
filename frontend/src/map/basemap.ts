/** The basemap's style over the tiles of the snapshot: a function of the palette, without glyphs, sprites or strangers. */
import type { ExpressionSpecification, LayerSpecification, StyleSpecification } from 'maplibre-gl';
import type { Palette } from './palette';

export const FONTS = { medium: ['Map Medium'], bold: ['Map Bold'], italic: ['Map Italic'] };
/** Overlays of areas go below this layer, so that streets and names stay readable. */
export const FIRST_LINE_LAYER = 'waterway';
const LIMITS_MAX_ZOOM = 11;

const kind: ExpressionSpecification = ['get', 'class'];
const by = (values: Record<string, number>, other: number): ExpressionSpecification =>
  ['match', kind, ...Object.entries(values).flat(), other] as unknown as ExpressionSpecification;

/** Width of a road in pixels, growing with the zoom; the casing is wider by `extra`. */
function roadWidth(extra: number): ExpressionSpecification {
  const at = (motorway: number, primary: number, secondary: number, tertiary: number, minor: number, service: number) =>
    by(
      {
        motorway: motorway + extra,
        trunk: motorway + extra,
        primary: primary + extra,
        secondary: secondary + extra,
        tertiary: tertiary + extra,
        minor: minor + extra,
      },
      service + extra,
    );
  return [
    'interpolate',
    ['exponential', 1.6],
    ['zoom'],
    8,
    at(1.4, 0.9, 0.6, 0.4, 0.2, 0.1),
    12,
    at(3, 2.4, 1.9, 1.4, 0.8, 0.4),
    14,
    at(6, 5.5, 4.5, 3.8, 2.6, 1.4),
    16,
    at(15, 14, 12, 10, 8, 4.5),
    18,
    at(34, 30, 26, 22, 18, 10),
  ] as unknown as ExpressionSpecification;
}

export function basemapStyle(p: Palette, tiles: string, bbox: [number, number, number, number]): StyleSpecification {
  const source = { type: 'vector' as const, tiles: [tiles], bounds: bbox, minzoom: 6 };
  return {
    version: 8,
    sources: {
      base: { ...source, maxzoom: 14 },
      limits: { ...source, maxzoom: LIMITS_MAX_ZOOM },
    },
    layers: [...areas(p), ...lines(p), ...labels(p)],
    transition: { duration: 0, delay: 0 },
  };
}

const base = (layer: string) => ({ source: 'base', 'source-layer': layer });

function areas(p: Palette): LayerSpecification[] {
  return [
    { id: 'land', type: 'background', paint: { 'background-color': p['m-land'] } },
    { id: 'landuse', type: 'fill', ...base('landuse'), paint: { 'fill-color': p['m-town'] } },
    {
      id: 'green',
      type: 'fill',
      ...base('landcover'),
      filter: ['match', kind, ['park', 'grass'], true, false],
      paint: { 'fill-color': p['m-park'], 'fill-opacity': by({ park: 1 }, 0.45) },
    },
    {
      id: 'wood',
      type: 'fill',
      ...base('landcover'),
      filter: ['==', kind, 'wood'],
      paint: { 'fill-color': p['m-wood'] },
    },
    { id: 'water', type: 'fill', ...base('water'), paint: { 'fill-color': p['m-water'] } },
    {
      id: FIRST_LINE_LAYER,
      type: 'line',
      ...base('waterway'),
      layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: {
        'line-color': p['m-water'],
        'line-width': [
          'interpolate',
          ['exponential', 1.4],
          ['zoom'],
          10,
          by({ river: 1.6 }, 0.4),
          16,
          by({ river: 9 }, 2.5),
        ],
      },
    },
  ];
}

function lines(p: Palette): LayerSpecification[] {
  const isRoad: ExpressionSpecification = ['!', ['match', kind, ['path', 'rail', 'rail_service'], true, false]];
  const order = by({ motorway: 7, trunk: 6, primary: 5, secondary: 4, tertiary: 3, minor: 2 }, 1);
  const round = { 'line-cap': 'round' as const, 'line-join': 'round' as const, 'line-sort-key': order };
  return [
    {
      id: 'building',
      type: 'fill',
      ...base('building'),
      minzoom: 13,
      paint: { 'fill-color': p['m-block'], 'fill-opacity': ['interpolate', ['linear'], ['zoom'], 13, 0.4, 14.5, 1] },
    },
    {
      id: 'path',
      type: 'line',
      ...base('transportation'),
      minzoom: 14,
      filter: ['==', kind, 'path'],
      paint: { 'line-color': p['m-rail'], 'line-width': 1.2, 'line-dasharray': [2.5, 2], 'line-opacity': 0.8 },
    },
    {
      id: 'road-case',
      type: 'line',
      ...base('transportation'),
      minzoom: 11,
      filter: isRoad,
      layout: round,
      paint: { 'line-color': p['m-case'], 'line-width': roadWidth(1.6) },
    },
    {
      id: 'road',
      type: 'line',
      ...base('transportation'),
      filter: isRoad,
      layout: round,
      paint: { 'line-color': p['m-road'], 'line-width': roadWidth(0) },
    },
    {
      id: 'rail',
      type: 'line',
      ...base('transportation'),
      filter: ['match', kind, ['rail', 'rail_service'], true, false],
      paint: { 'line-color': p['m-rail'], 'line-width': by({ rail: 2 }, 1) },
    },
    {
      id: 'rail-ties',
      type: 'line',
      ...base('transportation'),
      minzoom: 13,
      filter: ['==', kind, 'rail'],
      paint: { 'line-color': p['m-rail'], 'line-width': 6, 'line-dasharray': [0.25, 2] },
    },
    {
      id: 'limit',
      type: 'line',
      source: 'limits',
      'source-layer': 'boundary',
      filter: ['==', ['get', 'admin_level'], 8],
      paint: {
        'line-color': p['m-limit'],
        'line-width': ['interpolate', ['linear'], ['zoom'], 7, 0.5, 11, 1],
        'line-opacity': ['interpolate', ['linear'], ['zoom'], 7, 0.35, 11, 0.7],
        'line-dasharray': [4, 3],
      },
    },
    {
      id: 'limit-territory',
      type: 'line',
      source: 'limits',
      'source-layer': 'boundary',
      filter: ['==', ['get', 'admin_level'], 6],
      layout: { 'line-join': 'round' },
      paint: { 'line-color': p['m-limit'], 'line-width': ['interpolate', ['linear'], ['zoom'], 7, 1.2, 11, 2] },
    },
  ];
}

function labels(p: Palette): LayerSpecification[] {
  const halo = { 'text-color': p['m-label'], 'text-halo-color': p['m-land'], 'text-halo-width': 1.5 };
  const name: ExpressionSpecification = ['get', 'name'];
  return [
    {
      id: 'waterway-name',
      type: 'symbol',
      ...base('waterway'),
      minzoom: 12,
      filter: ['has', 'name'],
      layout: { 'symbol-placement': 'line', 'text-field': name, 'text-font': FONTS.italic, 'text-size': 12 },
      paint: { 'text-color': p['m-water-label'], 'text-halo-color': p['m-land'], 'text-halo-width': 1.2 },
    },
    {
      id: 'road-name',
      type: 'symbol',
      ...base('transportation_name'),
      minzoom: 14,
      layout: {
        'symbol-placement': 'line',
        'text-field': name,
        'text-font': FONTS.medium,
        'text-size': ['interpolate', ['linear'], ['zoom'], 14, 10.5, 17, 13],
        'text-padding': 6,
      },
      paint: { ...halo, 'text-halo-color': p['m-road'] },
    },
    {
      id: 'locality-name',
      type: 'symbol',
      ...base('place'),
      minzoom: 12,
      filter: ['match', kind, ['suburb', 'quarter', 'neighbourhood', 'hamlet', 'locality'], true, false],
      layout: { 'text-field': name, 'text-font': FONTS.medium, 'text-size': 12, 'text-max-width': 8 },
      paint: halo,
    },
    {
      id: 'commune-name',
      type: 'symbol',
      source: 'limits',
      'source-layer': 'place',
      filter: ['match', kind, ['city', 'town', 'village'], true, false],
      layout: {
        'text-field': name,
        'text-font': FONTS.bold,
        'text-size': [
          'interpolate',
          ['linear'],
          ['zoom'],
          7,
          by({ city: 13, town: 11.5 }, 10.5),
          13,
          by({ city: 19, town: 17 }, 13.5),
        ],
        'text-max-width': 8,
        'text-padding': 4,
        'symbol-sort-key': ['-', 0, ['coalesce', ['get', 'population'], 0]],
      },
      paint: halo,
    },
  ] as LayerSpecification[];
}
