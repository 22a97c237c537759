/**
 * Only the latest answer counts: a question asked again makes the answers to the former ones void, in whatever order
 * they come, and lets go of their requests.
 */
export class Latest {
  #number = 0;
  #running: AbortController | undefined;

  /** Ask; undefined when another question was asked meanwhile, be it by an answer or by an error. */
  async ask<T>(question: (signal: AbortSignal) => Promise<T>): Promise<{ value: T } | undefined> {
    this.#running?.abort();
    const number = ++this.#number;
    const controller = (this.#running = new AbortController());
    try {
      const value = await question(controller.signal);
      return number === this.#number ? { value } : undefined;
    } catch (error) {
      if (number !== this.#number) return undefined;
      throw error;
    }
  }

  /** Make the answer that is on its way void. */
  forget(): void {
    this.#running?.abort();
    this.#number++;
  }
}
