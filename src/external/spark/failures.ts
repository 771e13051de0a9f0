import { EngineError, type EngineErrorKind } from '../../engine/session.js';

/** The cluster's failures, which are no fault of the files. */
const ofCluster: ReadonlySet<EngineErrorKind> = new Set<EngineErrorKind>(['interrupted', 'lost', 'memory', 'disk']);

/** Whether Spark failed at the files that it was to read. */
export const isOfFiles = (error: unknown): error is EngineError =>
  error instanceof EngineError && !ofCluster.has(error.kind);
