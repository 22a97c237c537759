/**
 * The page's own address holds its state, in the fragment: browsers never send it, so no address that somebody looks at
 * reaches a server's log by a link.
 */
export type Fields = Record<string, string | undefined>;

/** Version of the fragment's keys. A link without `v` is of version 1. */
export const VERSION = 1;

/** Read a fragment; null when it is of a version that this page does not know. */
export function readFragment(hash: string): URLSearchParams | null {
  const fields = new URLSearchParams(hash.replace(/^#/, ''));
  const version = fields.get('v');
  return version === null || version === String(VERSION) ? fields : null;
}

/** Write a fragment with what is not empty; `''` when nothing is. */
export function writeFragment(fields: Fields): string {
  const written = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) if (value) written.set(name, value);
  const text = written.toString().replaceAll('%2C', ',').replaceAll('%3A', ':');
  return text && `#${text}`;
}

/** Change the fragment; `push` makes a step that the back button takes back. */
export function showFragment(fragment: string, { push }: { push: boolean }): void {
  const address = location.pathname + location.search + fragment;
  if (address === location.pathname + location.search + location.hash) return;
  history[push ? 'pushState' : 'replaceState'](null, '', address);
}
