import { describe, expect, it } from 'vitest';
import { Api, ProblemError, UnreachableError } from '../src/api/client';

const answering = (response: Response | Error) => {
  const asked: string[] = [];
  const api = new Api((input) => {
    asked.push(String(input));
    return response instanceof Error ? Promise.reject(response) : Promise.resolve(response);
  });
  return { api, asked };
};

describe('the client', () => {
  it('asks in the words of the API', async () => {
    const { api, asked } = answering(Response.json({}));
    await api.score({ address: '1 rue de l’Église & Cie' }, 'walk', 'famille');
    expect(asked).toEqual(['/api/v1/score?address=1+rue+de+l%E2%80%99%C3%89glise+%26+Cie&mode=walk&profile=famille']);
  });

  it('knows the kind of a problem', async () => {
    const problem = { type: '/problems/off_network', title: '', status: 422, detail: 'not loaded', place: 'Mâcon' };
    const headers = { 'Content-Type': 'application/problem+json' };
    const { api } = answering(new Response(JSON.stringify(problem), { status: 422, headers }));
    const error = await api.score({ lon: 4, lat: 46 }, 'walk', 'famille').catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ProblemError);
    expect((error as ProblemError).kind).toBe('off_network');
    expect((error as ProblemError).problem.place).toBe('Mâcon');
  });

  it.each([
    ['nobody answers', new TypeError('network')],
    ['a proxy answers with a page', new Response('<html>', { status: 502, headers: { 'Content-Type': 'text/html' } })],
    ['what should be JSON is not', new Response('<html>')],
  ])('says unreachable when %s', async (_, response) => {
    await expect(answering(response).api.snapshot()).rejects.toBeInstanceOf(UnreachableError);
  });

  it('lets an abandoned question go as such', async () => {
    const controller = new AbortController();
    const api = new Api(
      (_, init) =>
        new Promise((__, reject) => init?.signal?.addEventListener('abort', () => reject(init.signal?.reason))),
    );
    const asked = api.search('rue', 5, controller.signal);
    controller.abort();
    await expect(asked).rejects.toMatchObject({ name: 'AbortError' });
  });
});
