/** Which letters of a suggestion answer to what was typed. */
export interface Piece {
  text: string;
  hit: boolean;
}

const plain = (text: string): string =>
  text
    .normalize('NFD')
    .replace(/\p{Diacritic}/gu, '')
    .toLowerCase();

/** Cut a label into pieces: words that begin with a typed word are hits as far as it goes. */
export function highlight(label: string, typed: string): Piece[] {
  const wanted = plain(typed)
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);
  const pieces: Piece[] = [];
  const add = (text: string, hit: boolean): void => {
    const last = pieces.at(-1);
    if (!text) return;
    if (last && last.hit === hit) last.text += text;
    else pieces.push({ text, hit });
  };
  for (const word of label.match(/[\p{L}\p{N}]+|[^\p{L}\p{N}]+/gu) ?? []) {
    const same = plain(word);
    const length = Math.max(0, ...wanted.filter((w) => same.startsWith(w)).map((w) => w.length));
    // An accent may be one character or two: when the plain word is not as long, the whole word is the hit.
    const cut = same.length === word.length ? length : length && word.length;
    add(word.slice(0, cut), true);
    add(word.slice(cut), false);
  }
  return pieces;
}
