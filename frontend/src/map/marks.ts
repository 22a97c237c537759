/** Elements that stand on the map. The map itself is for the eye: what they say stands in the page's tables. */
import { Marker, type Map as MapLibre } from 'maplibre-gl';
import './map.css';

export interface Plate {
  lon: number;
  lat: number;
  name: string;
  minutes: string;
  /** On which side of its spot the plate stands: away from the home. */
  side: 'left' | 'right';
}

const SVG = 'http://www.w3.org/2000/svg';

function svg<K extends keyof SVGElementTagNameMap>(
  name: K,
  attributes: Record<string, string>,
): SVGElementTagNameMap[K] {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

export function homePin(map: MapLibre, lon: number, lat: number): Marker {
  const pin = svg('svg', { viewBox: '0 0 36 44', class: 'map-pin', 'aria-hidden': 'true' });
  pin.append(
    svg('path', { d: 'M18 42.5L11 31.5A15.5 15.5 0 1 1 25 31.5Z', 'stroke-linejoin': 'round' }),
    svg('circle', { cx: '18', cy: '17.5', r: '5' }),
  );
  return new Marker({ element: pin as unknown as HTMLElement, anchor: 'bottom' }).setLngLat([lon, lat]).addTo(map);
}

/** A post: a dot on the spot, and beside it a plate with a name and its minutes. */
export class Post {
  readonly #dot: Marker | null;
  readonly #plate: Marker;

  constructor(map: MapLibre, { lon, lat, name, minutes, side }: Plate, { dot }: { dot: boolean }) {
    const plate = document.createElement('div');
    plate.className = `map-plate ${side}`;
    const [title, time] = [document.createElement('span'), document.createElement('b')];
    title.textContent = name;
    time.textContent = minutes;
    plate.append(title, time);
    const where = side === 'left' ? { anchor: 'right', offset: [-16, 0] } : { anchor: 'left', offset: [16, 0] };
    this.#plate = this.#put(map, plate, lon, lat, where);
    if (!dot) this.#dot = null;
    else {
      const spot = document.createElement('div');
      spot.className = 'map-dot';
      this.#dot = this.#put(map, spot, lon, lat, {});
    }
  }

  #put(map: MapLibre, element: HTMLElement, lon: number, lat: number, options: object): Marker {
    element.setAttribute('aria-hidden', 'true');
    return new Marker({ element, ...options }).setLngLat([lon, lat]).addTo(map);
  }

  get box(): DOMRect {
    return this.#plate.getElement().getBoundingClientRect();
  }

  set shown(shown: boolean) {
    for (const marker of [this.#plate, this.#dot]) marker?.getElement().classList.toggle('map-hidden', !shown);
  }

  remove(): void {
    this.#plate.remove();
    this.#dot?.remove();
  }
}

const apart = (a: DOMRect, b: DOMRect): boolean =>
  a.right + 4 < b.left || b.right + 4 < a.left || a.bottom + 4 < b.top || b.bottom + 4 < a.top;

/** Show the posts whose plates fit into the frame and cover neither what is kept free nor one another, first come first. */
export function settle(posts: readonly Post[], frame: DOMRect, kept: readonly DOMRect[]): void {
  const taken = [...kept];
  for (const post of posts) {
    const { box } = post;
    const inside = box.left > frame.left && box.right < frame.right && box.top > frame.top && box.bottom < frame.bottom;
    const fits = inside && taken.every((other) => apart(box, other));
    post.shown = fits;
    if (fits) taken.push(box);
  }
}

export const sideOf = (service: { lon: number }, home: { lon: number } | null): Plate['side'] =>
  home && service.lon < home.lon ? 'left' : 'right';
