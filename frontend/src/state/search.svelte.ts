/** State of the search page: the question, whose home is the link, and what the service answered to it. */
import { api } from '../api/client';
import { Latest } from '../api/latest';
import type { Score } from '../api/types';
import { i18n } from '../i18n/language.svelte';
import { showFragment } from './fragment';
import { apiPlace, readQuestion, writeQuestion, DEFAULTS, type Asked, type Question } from './question';
import { troubleOf, type Trouble } from './trouble';

const NOTHING_ASKED: Question = { place: null, ...DEFAULTS, open: null };
const samePlace = (a: Asked | null, b: Asked | null): boolean => JSON.stringify(a) === JSON.stringify(b);

export class SearchState {
  question = $state.raw<Question>(NOTHING_ASKED);
  /** The last score, and when it came; it stays while the next is on its way. */
  score = $state.raw<Score | null>(null);
  scoredAt = $state.raw<Date | null>(null);
  /** The place that the last score is of: another may be on its way. */
  scored = $state.raw<Asked | null>(null);
  trouble = $state.raw<Trouble | null>(null);
  busy = $state(false);
  /** Service that the reader points at, on the map or in a table. */
  pointed = $state<string | null>(null);
  readonly #latest = new Latest();

  /** Follow the link: at the start, and whenever the reader goes back or forward. */
  start(onscore: (score: Score) => void): () => void {
    const follow = (): void => {
      const question = readQuestion(location.hash);
      if (!question) {
        this.#latest.forget();
        this.busy = false;
        this.question = NOTHING_ASKED;
        this.score = null;
        this.trouble = { kind: 'bad_link' };
        return;
      }
      void this.#show(question, onscore);
    };
    this.#onscore = onscore;
    follow();
    addEventListener('popstate', follow);
    return () => removeEventListener('popstate', follow);
  }

  #onscore: (score: Score) => void = () => {};

  /** Ask about another place: a step that the back button takes back. */
  askPlace(place: Asked): void {
    this.#change({ ...this.question, place }, true);
  }

  choose(change: { mode: string } | { profile: string }): void {
    this.#change({ ...this.question, ...change }, false);
  }

  setOpen(open: string[]): void {
    this.question = { ...this.question, open };
    this.writeLink();
  }

  retry(): void {
    void this.#show(this.question, this.#onscore, true);
  }

  writeLink(push = false): void {
    showFragment(writeQuestion(this.question, i18n.inLink), { push });
  }

  #change(question: Question, push: boolean): void {
    void this.#show(question, this.#onscore);
    this.writeLink(push);
  }

  async #show(question: Question, onscore: (score: Score) => void, again = false): Promise<void> {
    const before = this.question;
    this.question = question;
    const place = question.place;
    if (!place) {
      this.#latest.forget();
      Object.assign(this, { score: null, scoredAt: null, trouble: null, busy: false, pointed: null });
      return;
    }
    const asSame = samePlace(before.place, place);
    const answered = this.score || this.trouble;
    if (!again && asSame && before.mode === question.mode && before.profile === question.profile && answered) return;
    this.pointed = null;
    if (!asSame) this.trouble = null;
    this.busy = true;
    try {
      const answer = await this.#latest.ask((signal) =>
        api.score(apiPlace(place), question.mode, question.profile, signal),
      );
      if (!answer) return;
      this.score = answer.value;
      this.scored = place;
      this.scoredAt = new Date();
      this.trouble = null;
      onscore(answer.value);
    } catch (error) {
      this.trouble = troubleOf(error, place);
      if (this.trouble.kind !== 'unreachable') this.score = null;
    }
    this.busy = false;
  }
}
