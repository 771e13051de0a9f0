/** A column of an answer. */
export interface ResultColumn {
  readonly name: string;
  /** Druid's native type: LONG, STRING, ARRAY<STRING>, COMPLEX<json> … */
  readonly nativeType: string;
  /** java.sql name: BIGINT, VARCHAR, TIMESTAMP, ARRAY, OTHER … */
  readonly sqlType: string;
}

export type ResultRow = readonly unknown[];

/** Rows of an interactive query or of a SELECT task. */
export interface ResultSet {
  readonly columns: readonly ResultColumn[];
  readonly rows: readonly ResultRow[];
  /** There were more rows than were asked for. */
  readonly truncated: boolean;
  /** Milliseconds from the request to the last row, as the browser saw it. */
  readonly elapsedMs: number;
}

/** JSON.parse that keeps integers beyond 2^53 as their digits, where the browser lets a reviver see the source. */
export function parseExact(text: string): unknown {
  if (!/\d{16}/.test(text)) return JSON.parse(text);
  return JSON.parse(text, function (this: unknown, _key: string, value: unknown, ...rest: unknown[]) {
    const source = (rest[0] as { readonly source?: string } | undefined)?.source;
    if (typeof value !== 'number' || Number.isSafeInteger(value) || source === undefined) return value;
    return /^-?\d+$/.test(source) ? source : value;
  });
}
