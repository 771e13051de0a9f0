import { describe, expect, it } from 'vitest';
import { EngineError } from '../../engine/session.js';
import { FirstLines } from './first-lines.js';

function linesOf(count: number, fail?: EngineError): { readonly lines: FirstLines; readonly batches: number[] } {
  const batches: number[] = [];
  const lines = new FirstLines((uris) => {
    batches.push(uris.length);
    return fail ? Promise.reject(fail) : Promise.resolve(new Map(uris.map((uri) => [uri, `line of ${uri}`])));
  });
  for (let index = 0; index < count; index += 1) lines.add(`f${index}`);
  return { lines, batches };
}

describe('first lines', () => {
  it('are read for many files at once, whichever is asked for first, and for each file once', async () => {
    const { lines, batches } = linesOf(1_200);
    const order = [1_100, ...Array.from({ length: 1_200 }, (_, index) => index).filter((index) => index !== 1_100)];
    const found = await Promise.all(order.map((index) => lines.of(`f${index}`)));
    expect(found).toEqual(order.map((index) => `line of f${index}`));
    expect(batches).toEqual([500, 500, 200]);
  });

  it('of files that were not added are not read', async () => {
    const { lines, batches } = linesOf(1);
    expect(await lines.of('other')).toBeUndefined();
    expect(batches).toEqual([]);
  });

  it('of a batch with a damaged file are left to be read alone; a lost cluster is told', async () => {
    expect(await linesOf(2, new EngineError('data', 'not in gzip format')).lines.of('f0')).toBeUndefined();
    await expect(linesOf(2, new EngineError('lost', 'gone')).lines.of('f0')).rejects.toThrow('gone');
  });
});
