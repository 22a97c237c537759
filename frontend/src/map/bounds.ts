/** Boxes around points and areas. */
import type { Feature, MultiPolygon, Polygon, Position } from 'geojson';
import { LngLatBounds } from 'maplibre-gl';

/** The smallest box around points. */
export function around(points: readonly { lon: number; lat: number }[]): LngLatBounds {
  const bounds = new LngLatBounds();
  for (const { lon, lat } of points) bounds.extend([lon, lat]);
  return bounds;
}

/** The smallest box around areas. */
export function boundsOf(areas: readonly Feature<Polygon | MultiPolygon>[]): LngLatBounds {
  const points: { lon: number; lat: number }[] = [];
  const take = (ring: Position[]): void => ring.forEach(([lon = NaN, lat = NaN]) => points.push({ lon, lat }));
  for (const { geometry } of areas) {
    const polygons = geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates;
    for (const polygon of polygons) take(polygon[0] ?? []);
  }
  return around(points);
}
