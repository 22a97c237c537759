/** Six classes of shares for the map, and the words of their legend. */

/** Upper ends of the first five classes; the sixth goes to the end. */
export const BREAKS = [0.2, 0.4, 0.6, 0.8, 0.95] as const;

/** 1 to 6, lowest first; null where there is no share. */
export function classOf(share: number | null): number | null {
  if (share === null) return null;
  const index = BREAKS.findIndex((end) => share < end);
  return index === -1 ? BREAKS.length + 1 : index + 1;
}

/** `0–20`, …, `95–100`, in percent. */
export function legend(): string[] {
  const ends = [0, ...BREAKS.map((end) => Math.round(end * 100)), 100];
  return ends.slice(1).map((end, index) => `${ends[index]}–${end}`);
}
