import { describe, expect, test } from 'vitest';
import { RowStream } from './row-stream.js';

function open() {
  const events: string[] = [];
  const stream = new RowStream<number>(
    () => events.push('taken'),
    () => events.push('abandoned'),
  );
  return { stream, events };
}

async function collect(stream: RowStream<number>): Promise<number[]> {
  const all: number[] = [];
  for await (const batch of stream) all.push(...batch);
  return all;
}

describe('RowStream', () => {
  test('hands on what came before and during reading', async () => {
    const { stream, events } = open();
    stream.push([1, 2]);
    const read = collect(stream);
    stream.push([3]);
    await Promise.resolve();
    stream.push([4]);
    stream.end();
    expect(await read).toEqual([1, 2, 3, 4]);
    expect(events).toEqual(['taken', 'taken', 'taken']);
  });

  test('fails after the rows that are there', async () => {
    const { stream } = open();
    stream.push([1]);
    stream.end(new Error('broken'));
    const rows = stream[Symbol.asyncIterator]();
    expect((await rows.next()).value).toEqual([1]);
    await expect(rows.next()).rejects.toThrow('broken');
  });

  test('tells when the reader leaves early', async () => {
    const { stream, events } = open();
    stream.push([1]);
    stream.push([2]);
    for await (const batch of stream) if (batch[0] === 1) break;
    expect(events).toEqual(['taken', 'abandoned']);
  });

  test('a reader that saw the end has not left', async () => {
    const { stream, events } = open();
    stream.end();
    await collect(stream);
    expect(events).toEqual([]);
  });
});
