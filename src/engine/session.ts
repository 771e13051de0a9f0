/** A value as an engine hands it over: 64-bit integers as bigint, timestamps as text, lists as arrays. */
export type EngineValue = string | number | bigint | boolean | null | readonly EngineValue[];

/**
 * A connection on which the engine's SQL runs. Calls on one session run one after the other.
 * Every method throws `EngineError` when the engine refuses or the statement was interrupted.
 */
export interface SqlSession {
  /** Runs a statement; answers the number of rows that it changed or wrote, where the engine tells. */
  run(sql: string): Promise<number>;
  /** Runs a query and reads all its rows. For small answers only. */
  rows(sql: string): Promise<readonly (readonly EngineValue[])[]>;
}

/** Why the engine refused. `interrupted`: by us; `memory` and `disk`: a limit was reached; `data`: a value was bad; `unsupported`: a statement that the engine cannot make sense of; `lost`: the engine's server is gone. */
export type EngineErrorKind = 'interrupted' | 'memory' | 'disk' | 'data' | 'unsupported' | 'lost' | 'internal';

/** A failure inside the engine, with its own text kept. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
  constructor(
    readonly kind: EngineErrorKind,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
