/** An address in two lines: what is in the street, and the town. */
export interface Lines {
  line: string;
  town: string;
}

/** Cut `187 Rue Foch 71200 Le Creusot` before the postcode, and `187 rue Foch, Le Creusot` at its last comma. */
export function splitLabel(label: string): Lines {
  const [, line = '', town = ''] = /^(.+?),?\s+(\d{5}\s.+)$/.exec(label) ?? /^(.+),\s+([^,]+)$/.exec(label) ?? [];
  return line ? { line, town } : { line: label, town: '' };
}
