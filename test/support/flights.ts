import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const require = createRequire(import.meta.url);

/** A file of the npm package vega-datasets, found beside its code as the package exports no data file. */
export const datasetFile = (name: string): string =>
  path.resolve(path.dirname(require.resolve('vega-datasets')), '../data', name);

export interface Flight {
  /** `2001/01/01 00:47` */
  readonly date: string;
  readonly delay: number;
  readonly distance: number;
  readonly origin: string;
  readonly destination: string;
}

let cached: readonly Flight[] | undefined;

/** Twenty thousand real flights of the first three months of 2001. */
export function flights(): readonly Flight[] {
  cached ??= JSON.parse(readFileSync(datasetFile('flights-20k.json'), 'utf8')) as Flight[];
  return cached;
}

/** Writes flights as one JSON object a line. */
export function writeFlights(directory: string, name = 'flights.json', rows = flights()): string {
  const file = path.join(directory, name);
  writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  return file;
}

const signature = JSON.stringify([
  { name: 'date', type: 'string' },
  { name: 'delay', type: 'long' },
  { name: 'distance', type: 'long' },
  { name: 'origin', type: 'string' },
  { name: 'destination', type: 'string' },
]);

/** EXTERN over JSON flights from an input source. */
export const flightsFrom = (inputSource: unknown): string =>
  `TABLE(EXTERN('${JSON.stringify(inputSource).replaceAll("'", "''")}', '{"type":"json"}', '${signature}'))`;

export const localFlights = (file: string): string => flightsFrom({ type: 'local', files: [file] });

/** The columns of a flights datasource. */
export const flightColumns = `TIME_PARSE("date", 'yyyy/MM/dd HH:mm') AS "__time", "origin", "destination", "distance", "delay"`;

/** EXTERN over all three million flights of 2001. */
export const allFlights = `TABLE(EXTERN('${JSON.stringify({ type: 'local', files: [datasetFile('flights-3m.parquet')] })}', '{"type":"parquet"}'))
EXTEND ("date" BIGINT, "delay" BIGINT, "distance" BIGINT, "origin" VARCHAR, "destination" VARCHAR)`;

export const allFlightColumns = `MILLIS_TO_TIMESTAMP("date") AS "__time", "origin", "destination", "distance", "delay"`;
