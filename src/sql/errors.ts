/** Where a token or a node stands in the SQL text. Lines and columns count from 1; offsets from 0, end exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/**
 * What a refusal is about; the HTTP layer maps it to Druid's category and status.
 * `syntax` and `validation` are INVALID_INPUT; `unsupported` is a construct that is understood but not executed.
 */
export type SqlErrorKind = 'syntax' | 'validation' | 'unsupported';

/** A refusal of SQL text: message worded like Calcite's and Druid's, with the place of the offending text. */
export class SqlError extends Error {
  override readonly name = 'SqlError';
  constructor(
    readonly kind: SqlErrorKind,
    message: string,
    readonly span?: Span,
    /** What the parser met and what it would have accepted; Druid's error context shows both. */
    readonly detail?: { readonly token?: string; readonly expected?: readonly string[] },
  ) {
    super(message);
  }
}

/** Calcite's way of naming a place: ` (line [1], column [8])`. */
export function placeSuffix(span: Span): string {
  return ` (line [${span.line}], column [${span.column}])`;
}

/** A validation error whose message ends with the place, as Druid words it. */
export function validationError(message: string, span?: Span): SqlError {
  return new SqlError('validation', span ? message + placeSuffix(span) : message, span);
}

/** A refusal of a construct that is part of the grammar but is not executed. */
export function unsupportedError(message: string, span?: Span): SqlError {
  return new SqlError('unsupported', span ? message + placeSuffix(span) : message, span);
}
