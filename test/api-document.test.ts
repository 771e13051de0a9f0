import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { useServer } from './support/suite.js';

const suite = useServer();

/** Requests that docs/api.md lists, as `GET /path/{parameter}`. */
function documented(): ReadonlySet<string> {
  const text = readFileSync(new URL('../docs/api.md', import.meta.url), 'utf8');
  const rows = text.split('\n').filter((line) => line.startsWith('| `'));
  return new Set(
    rows.flatMap((row) => [...row.matchAll(/`((?:GET|POST|DELETE) \/[^`]*)`/g)].map(([, request]) => request ?? '')),
  );
}

test('docs/api.md and /openapi.json list the same requests', async () => {
  const { json } = await suite.api.get('/openapi.json');
  const served = Object.entries(json.paths as Record<string, object>)
    // The console's pages are no part of the API.
    .filter(([path]) => /^\/(druid|status|proxy|metrics|openapi)/.test(path))
    .flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`));
  expect([...documented()].sort()).toEqual(served.sort());
});
