import { describe, expect, test } from 'vitest';
import { useServer } from '../support/suite.js';

const suite = useServer();
const get = (path: string, headers: Record<string, string> = {}) => suite.api.request('GET', path, undefined, headers);
const page = { accept: 'text/html,*/*' };

describe('the console', () => {
  test('is served at / without being cached, and at every address of its own', async () => {
    for (const path of ['/', '/query/abc', '/tasks/query-1/report', '/datasources/a.b?x=1']) {
      const answer = await get(path, page);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-type')).toContain('text/html');
      expect(answer.headers.get('cache-control')).toContain('no-cache');
      expect(answer.headers.get('content-security-policy')).toContain("default-src 'self'");
      expect(answer.text).toContain('<div id="root">');
    }
  });

  test('leaves what is not its own alone', async () => {
    expect((await get('/druid/nothing', page)).status).toBe(404);
    expect((await get('/status/nothing', page)).json).toEqual({ error: 'No resource at GET /status/nothing' });
    // A script that is missing must not be answered with a page.
    expect((await get('/assets/gone.js', { accept: '*/*' })).status).toBe(404);
    expect((await suite.api.request('POST', '/query', {}, page)).status).toBe(404);
  });

  test('has its scripts compressed beforehand and cached for good', async () => {
    const script = /src="(\/assets\/[^"]+\.js)"/.exec((await get('/', page)).text)?.[1] ?? '';
    const sizes: number[] = [];
    for (const encoding of ['br', 'gzip']) {
      const answer = await get(script, { 'accept-encoding': encoding });
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-encoding')).toBe(encoding);
      expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
      sizes.push(Number(answer.headers.get('content-length')));
    }
    expect(Math.max(...sizes)).toBeLessThan(1_000_000);
  });
});
