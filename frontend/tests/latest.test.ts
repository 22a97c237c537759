import { describe, expect, it } from 'vitest';
import { Latest } from '../src/api/latest';

function deferred<T>() {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((yes, no) => ([resolve, reject] = [yes, no]));
  return { promise, resolve, reject };
}

describe('only the latest answer counts', () => {
  it('whatever the order in which answers come', async () => {
    const latest = new Latest();
    const [first, second] = [deferred<string>(), deferred<string>()];
    const [a, b] = [latest.ask(() => first.promise), latest.ask(() => second.promise)];
    second.resolve('new');
    first.resolve('old');
    expect(await b).toEqual({ value: 'new' });
    expect(await a).toBeUndefined();
  });

  it('and a former error says nothing', async () => {
    const latest = new Latest();
    const first = deferred<string>();
    const a = latest.ask(() => first.promise);
    const b = latest.ask(() => Promise.resolve('new'));
    first.reject(new Error('late'));
    expect(await a).toBeUndefined();
    expect(await b).toEqual({ value: 'new' });
  });

  it('but the latest error is told', async () => {
    await expect(new Latest().ask(() => Promise.reject(new Error('now')))).rejects.toThrow('now');
  });

  it('and the former request is let go', async () => {
    const latest = new Latest();
    let signal!: AbortSignal;
    void latest.ask((given) => new Promise(() => (signal = given)));
    await latest.ask(() => Promise.resolve(1));
    expect(signal.aborted).toBe(true);
  });

  it('and none counts that was forgotten', async () => {
    const latest = new Latest();
    const only = deferred<number>();
    const asked = latest.ask(() => only.promise);
    latest.forget();
    only.resolve(1);
    expect(await asked).toBeUndefined();
  });
});
