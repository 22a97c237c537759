/** What a reader chose and this browser remembers. Storage may be refused: then nothing is remembered, and all works. */
export type Remembered = 'theme' | 'language';

const key = (name: Remembered): string => `alentours.${name}`;

export function recall(name: Remembered): string | null {
  try {
    return localStorage.getItem(key(name));
  } catch {
    return null;
  }
}

export function remember(name: Remembered, value: string): void {
  try {
    localStorage.setItem(key(name), value);
  } catch {
    // refused, or full: the choice holds for this page
  }
}
