import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { useServer } from './support/suite.js';

// A host that is not loopback reads no local files but what was handed in.
const suite = useServer(['--upload-space', '4000', '--host', '0.0.0.0']);
const binary = { 'content-type': 'application/octet-stream' };
const upload = (name: string, content: string) =>
  suite.api.request('POST', `/millrace/v1/uploads?name=${encodeURIComponent(name)}`, content, binary);
const kept = () => readdir(path.join(suite.directory, 'var/uploads'));

describe('POST /millrace/v1/uploads', () => {
  test('takes a file in, answers the input source that reads it, and removes it again', async () => {
    const answer = await upload('../../etc/a b$.json', '{"n":1}\n{"n":2}\n');
    expect(answer.status).toBe(201);
    expect(answer.json).toMatchObject({ name: 'a b_.json', size: 16, inputSource: { type: 'local' } });
    const source = JSON.stringify(answer.json.inputSource);
    const { report } = await suite.api.task(
      `SELECT SUM(n) FROM TABLE(EXTERN('${source}', '{"type":"json"}', '[{"name":"n","type":"long"}]'))`,
    );
    expect(report.results.results).toEqual([[3]]);

    const remove = () => suite.api.request('DELETE', `/millrace/v1/uploads/${answer.json.id}`);
    expect((await remove()).status).toBe(204);
    expect((await remove()).status).toBe(404);
    expect(await kept()).toEqual([]);
  });

  test('refuses what would go beyond the space, and keeps nothing of it', async () => {
    const answer = await upload('large.json', 'x'.repeat(5_000));
    expect(answer.status).toBe(413);
    expect(answer.json).toMatchObject({
      category: 'CAPACITY_EXCEEDED',
      errorMessage: expect.stringContaining('uploadSpace'),
    });
    expect(await kept()).toEqual([]);
    const { status, json } = await upload('first.json', 'x'.repeat(3_000));
    expect(status).toBe(201);
    expect((await upload('second.json', 'x'.repeat(3_000))).status).toBe(413);
    await suite.api.request('DELETE', `/millrace/v1/uploads/${json.id}`);
  });

  test('refuses requests that are not uploads', async () => {
    const post = (query: string, body: string, headers: Record<string, string>) =>
      suite.api.request('POST', `/millrace/v1/uploads${query}`, body, headers);
    expect((await post('', 'x', binary)).status).toBe(400);
    expect((await post('?name=a', 'x', { 'content-type': 'text/plain' })).status).toBe(415);
    expect((await suite.api.request('DELETE', '/millrace/v1/uploads/..%2F..')).status).toBe(404);
  });
});
