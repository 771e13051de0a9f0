import { EngineError, type EngineErrorKind } from '../session.js';

/** How DuckDB's messages begin or what they mention, and what they mean to us; the first that fits counts. */
const kinds: readonly (readonly [RegExp, EngineErrorKind])[] = [
  [/^INTERRUPT Error|^Interrupted!|query (was )?interrupted/i, 'interrupted'],
  [/temp_directory_size|No space left on device|failed to offload/i, 'disk'],
  [/^Out of Memory Error|could not allocate|bad_alloc|failed to allocate|failed to pin/i, 'memory'],
  [/^(Conversion|Invalid Input|Out of Range|Invalid|Constraint|Malformed JSON|Mismatch Type) Error/i, 'data'],
  [/^Invalid type Error/i, 'data'],
  [/^(Binder|Catalog|Parser|Not implemented) Error/i, 'unsupported'],
];

/** Turns what DuckDB threw into an EngineError; an EngineError stays what it is. */
export function toEngineError(cause: unknown): EngineError {
  if (cause instanceof EngineError) return cause;
  // What is wrong with a statement that cannot even be taken apart comes behind these words.
  const message = (cause instanceof Error ? cause.message : String(cause)).replace(
    /^Failed to extract statements: /,
    '',
  );
  const kind = kinds.find(([pattern]) => pattern.test(message))?.[1] ?? 'internal';
  return new EngineError(kind, message, { cause });
}
