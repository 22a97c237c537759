/** French sets a space before `: ; ? ! %` and inside « », where no line may break. */
const spaced = (text: string): string => text.replace(/ (?=[:;?!%»])/g, '\u00a0').replace(/« /g, '«\u00a0');

/** Give every word of a dictionary its no-break spaces, those that functions make up included. */
export function withFrenchSpaces<T>(words: T): T {
  if (typeof words === 'string') return spaced(words) as T;
  if (typeof words === 'function') return ((...given: unknown[]) => spaced(words(...given))) as T;
  if (Array.isArray(words)) return words.map(withFrenchSpaces) as T;
  return Object.fromEntries(Object.entries(words as object).map(([key, value]) => [key, withFrenchSpaces(value)])) as T;
}
