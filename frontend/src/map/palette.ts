/** The map's colours, read from the design tokens of the theme in force. */
const TOKENS = [
  'brand',
  'ink',
  'paper',
  'surface',
  'edge',
  'm-land',
  'm-town',
  'm-block',
  'm-park',
  'm-wood',
  'm-water',
  'm-road',
  'm-case',
  'm-rail',
  'm-label',
  'm-water-label',
  'm-limit',
  'r1',
  'r2',
  'r3',
  'r4',
  'r5',
  'r6',
] as const;

export type Palette = Record<(typeof TOKENS)[number], string>;

/** Resolve the tokens: a custom property keeps `light-dark(…)` as text, a colour does not. */
export function readPalette(): Palette {
  const probe = document.createElement('span');
  probe.hidden = true;
  probe.style.setProperty('forced-color-adjust', 'none');
  document.body.append(probe);
  try {
    const colours = TOKENS.map((token) => {
      probe.style.color = `var(--${token})`;
      return [token, getComputedStyle(probe).color];
    });
    return Object.fromEntries(colours) as Palette;
  } finally {
    probe.remove();
  }
}
