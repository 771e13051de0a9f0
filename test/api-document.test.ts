import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { requestReference, requestsOf } from '../scripts/request-reference.js';
import { useServer } from './support/suite.js';

const suite = useServer();

test('docs/requests.md is what `npm run docs:reference` writes of /openapi.json', async () => {
  const page = readFileSync(new URL('../docs/requests.md', import.meta.url), 'utf8');
  const { json } = await suite.api.get('/openapi.json');
  expect(page, 'run `npm run docs:reference` and commit docs/requests.md').toBe(requestReference(json));
});

test('every request of /openapi.json has a route that knows it', async () => {
  const { json } = await suite.api.get('/openapi.json');
  const missing = await Promise.all(
    requestsOf(json).map(async ([request]) => {
      const [method = '', path = ''] = request.split(' ');
      // Nothing is called by this name, and the body is none: each route refuses, or answers that there is nothing.
      const answer = await suite.api.request(
        method,
        path.replaceAll(/\{\w+\}/g, 'none'),
        method === 'POST' ? '{' : undefined,
      );
      return answer.text.includes('No resource at') || (answer.status >= 500 && answer.status !== 501)
        ? [request, answer.status]
        : undefined;
    }),
  );
  expect(missing.filter((each) => each !== undefined)).toEqual([]);
});
