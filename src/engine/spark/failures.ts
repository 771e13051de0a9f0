import { status, type ServiceError } from '@grpc/grpc-js';
import { EngineError, type EngineErrorKind } from '../session.js';
import { exceptionClasses } from './error-info.js';

/** What Spark's failures mention, and what that means to us; the first that fits counts. */
const kinds: readonly (readonly [RegExp, EngineErrorKind])[] = [
  [/OPERATION_CANCELED|OPERATION_ABANDONED|was cancell?ed|interrupted by user/i, 'interrupted'],
  [/No space left on device/i, 'disk'],
  [/OutOfMemoryError|Java heap space|UNABLE_TO_ACQUIRE_MEMORY|Total size of serialized results/i, 'memory'],
  [/CAST_INVALID_INPUT|MALFORMED_RECORD|FAILED_READ_FILE|USER_RAISED_EXCEPTION|SCALAR_SUBQUERY_TOO_MANY_ROWS/, 'data'],
  // What raise_error throws in Spark 3.5.
  [/java\.lang\.RuntimeException: /, 'data'],
  // Files that are not where they should be are no fault of the statement, though its analysis finds them missing.
  [/\[(PATH_NOT_FOUND|UNABLE_TO_INFER_SCHEMA|FAILED_READ_FILE|CANNOT_READ_FILE_FOOTER)/, 'internal'],
  // SQL's own classes of failures: 22 is for values, 42 and 0A for what cannot be run. Spark 3.5 does not always tell them.
  [/SQLSTATE: 22|\[INVALID_PARAMETER_VALUE|PatternSyntaxException/, 'data'],
  // What Java throws for values, or texts that say what to do with them, that it cannot work with.
  [/java\.(util\.\w*Format\w*|time\.DateTime|lang\.(Arithmetic|NumberFormat))Exception/, 'data'],
  [/SQLSTATE: (42|0A)/, 'unsupported'],
  // What Spark throws for a statement that it cannot make a plan of.
  [/org\.apache\.spark\.(sql\.Analysis|SparkUnsupportedOperation)Exception/, 'unsupported'],
];

const isServiceError = (cause: unknown): cause is ServiceError =>
  cause instanceof Error && 'code' in cause && 'details' in cause;

/** Whether trying again may help: the connection broke or the server did not answer. */
export function isTransient(cause: unknown): boolean {
  if (!isServiceError(cause)) return false;
  return cause.code === status.UNAVAILABLE || /INVALID_CURSOR.DISCONNECTED/.test(cause.details);
}

/** Whether the server does not know the operation or the session (any more). */
export const isUnknownHandle = (cause: unknown): boolean =>
  isServiceError(cause) && /INVALID_HANDLE\.(OPERATION|SESSION)_/.test(cause.details);

/** The message without the stack trace of the JVM that may follow it, but with the first cause, where the trace tells it. */
function withoutTrace(details: string): string {
  const message = details.split(/\n\s*(?:JVM stacktrace|at [\w.$]+\()/)[0]?.trim() ?? details;
  const cause = [...details.matchAll(/^Caused by: (.+)$/gm)].at(-1)?.[1];
  return cause === undefined || message.includes(cause) ? message : `${message}: ${cause}`;
}

/** By the message, in which a failed task of an executor tells its exception, and by the classes of the server's own. */
function kindOf(cause: ServiceError, message: string): EngineErrorKind {
  const told = [message, ...exceptionClasses(cause)].join('\n');
  return kinds.find(([pattern]) => pattern.test(told))?.[1] ?? 'internal';
}

/** Turns what a call threw into an EngineError with Spark's own message; an EngineError stays what it is. */
export function toEngineError(cause: unknown): EngineError {
  if (cause instanceof EngineError) return cause;
  if (!isServiceError(cause)) {
    return new EngineError('internal', cause instanceof Error ? cause.message : String(cause), { cause });
  }
  const message = withoutTrace(cause.details);
  if (cause.code === status.UNAVAILABLE || cause.code === status.DEADLINE_EXCEEDED) {
    return new EngineError('lost', `The Spark server cannot be reached: ${message}`, { cause });
  }
  if (isUnknownHandle(cause)) {
    return new EngineError('lost', `The Spark server has lost the session: ${message}`, { cause });
  }
  if (cause.code === status.UNAUTHENTICATED || cause.code === status.PERMISSION_DENIED) {
    return new EngineError('internal', `The Spark server refused the connection: ${message}`, { cause });
  }
  return new EngineError(kindOf(cause, message), message, { cause });
}
