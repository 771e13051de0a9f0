import { createReadStream, createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';

/** Rows that the benchmark's input should have, about. */
export const TARGET_ROWS = 470_000;

/** A fixed sequence of pseudo-random numbers (mulberry32), so that every run reads the same data. */
function randomSequence(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const places = [
  ['North America', 'United States', 'California', 'San Francisco'],
  ['North America', 'Mexico', 'Chihuahua', 'Nuevo Casas Grandes'],
  ['South America', 'Argentina', 'Santa Fe', 'Rosario'],
  ['Europe', 'Germany', 'Hesse', 'Frankfurt am Main'],
  ['Asia', 'Japan', 'Tokyo', 'Shibuya'],
] as const;
const browsers = [
  ['Browser', 'Personal computer', 'Chrome', '76.0.3809.100', 'Windows 7', 'Windows'],
  ['Mobile Browser', 'Smartphone', 'Chrome Mobile', '50.0.2661.89', 'Android', 'Android'],
  ['Mobile Browser', 'Smartphone', 'Mobile Safari', '12.1.2', 'iOS', 'iOS'],
  ['Browser', 'Personal computer', 'Firefox', '68.0', 'Ubuntu', 'Linux'],
] as const;
const events = ['PercentClear', 'LayerClear', 'PageLoad', 'SessionStart'] as const;
const languages: readonly unknown[] = [
  'en',
  ['es', 'es-419'],
  ['en', 'de'],
  'ja',
  ['en', 'es', 'es-419', 'es-MX'],
  null,
];

/** One click of a web page as its tracker sends it: nested objects, and a language that is a text or a list. */
function click(row: number, random: () => number): string {
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
  const [continent, country, region, city] = pick(places);
  const [type, category, browser, browser_version, os, platform] = pick(browsers);
  const time = Date.UTC(2019, 7, 25) + Math.floor((row / TARGET_ROWS) * 4 * 3_600_000);
  return JSON.stringify({
    timestamp: new Date(time).toISOString(),
    session: `S${Math.floor(random() * 40_000)}`,
    number: String(Math.floor(random() * 64)),
    event: { type: pick(events), percentage: Math.floor(random() * 100) },
    agent: { type, category, browser, browser_version, os, platform },
    client_ip: `${Math.floor(random() * 200)}.${Math.floor(random() * 40)}.41.82`,
    geo_ip: { continent, country, region, city },
    language: pick(languages),
    adblock_list: 'NoAdblock',
    app_version: '1.9.6',
    path: 'http://www.koalastothemax.com/',
    loaded_image: `http://www.koalastothemax.com/img/koalas${Math.floor(random() * 3)}.jpg`,
    referrer: 'Direct',
    referrer_host: 'Direct',
    server_ip: `172.31.${Math.floor(random() * 64)}.5`,
    screen: '1680x1050',
    window: '1680x939',
    session_length: Math.floor(random() * 300_000),
    timezone: 'N/A',
    timezone_offset: '180',
  });
}

/** Writes about TARGET_ROWS made-up clicks, gzipped. */
async function makeClicks(file: string): Promise<number> {
  const random = randomSequence(20_190_825);
  function* chunks(): Generator<string> {
    for (let row = 0; row < TARGET_ROWS; row += 1_000) {
      let chunk = '';
      for (let line = row; line < Math.min(row + 1_000, TARGET_ROWS); line++) chunk += `${click(line, random)}\n`;
      yield chunk;
    }
  }
  await pipeline(Readable.from(chunks()), createGzip({ level: 6 }), createWriteStream(file));
  return TARGET_ROWS;
}

async function isGzip(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const { buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    return buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await handle.close();
  }
}

async function countLines(file: string, gzip: boolean): Promise<number> {
  let lines = 0;
  const source = createReadStream(file);
  for await (const chunk of gzip ? source.pipe(createGunzip()) : source) {
    for (const byte of chunk as Buffer) if (byte === 10) lines++;
  }
  return lines;
}

/** Repeats a file until it has about TARGET_ROWS rows; gzip members may simply follow one another. */
async function repeatFile(input: string, gzip: boolean, file: string): Promise<number> {
  const rows = await countLines(input, gzip);
  const times = Math.max(1, Math.round(TARGET_ROWS / rows));
  for (let copy = 0; copy < times; copy++) {
    await pipeline(createReadStream(input), createWriteStream(file, { flags: copy === 0 ? 'w' : 'a' }));
  }
  return rows * times;
}

export interface ClickData {
  readonly file: string;
  readonly rows: number;
}

/** The benchmark's input: a given file of click data repeated, or clicks of the same shape made here. */
export async function prepareClickData(directory: string, input: string | undefined): Promise<ClickData> {
  if (input === undefined) {
    const file = path.join(directory, 'clicks.json.gz');
    return { file, rows: await makeClicks(file) };
  }
  const gzip = await isGzip(input);
  const file = path.join(directory, gzip ? 'clicks.json.gz' : 'clicks.json');
  return { file, rows: await repeatFile(input, gzip, file) };
}
