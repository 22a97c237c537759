/** Links to a part that is folded: they unfold it first, and move the focus to its heading. */
import { jump } from '../a11y/jump';

export function openAndJump(event: Event, id: string): void {
  const folded = document.getElementById(id)?.closest('section')?.querySelector('details');
  if (folded) folded.open = true;
  jump(event, id);
}
