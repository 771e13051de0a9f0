import { FaultError } from '../msq/fault.js';
import { SqlError } from '../sql/errors.js';

/** Druid's error categories with their HTTP status (org.apache.druid.error.DruidException.Category). */
const statusOfCategory = {
  DEFENSIVE: 500,
  INVALID_INPUT: 400,
  UNAUTHORIZED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  CONFLICT: 409,
  CAPACITY_EXCEEDED: 429,
  CANCELED: 500,
  RUNTIME_FAILURE: 500,
  SERVICE_UNAVAILABLE: 503,
  TIMEOUT: 504,
  UNSUPPORTED: 501,
} as const;

export type ErrorCategory = keyof typeof statusOfCategory;

const errorCodeOfCategory: Readonly<Partial<Record<ErrorCategory, string>>> = {
  INVALID_INPUT: 'invalidInput',
  NOT_FOUND: 'notFound',
  FORBIDDEN: 'forbidden',
  CONFLICT: 'conflict',
  UNSUPPORTED: 'unsupported',
};

/** An error in the shape of Druid's DruidException, before it becomes JSON. */
export class DruidError extends Error {
  override readonly name = 'DruidError';
  constructor(
    readonly category: ErrorCategory,
    message: string,
    readonly context: Readonly<Record<string, string>> = {},
    readonly status: number = statusOfCategory[category],
  ) {
    super(message);
  }
}

/** What the error routes send. */
export interface ErrorAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

function answer(error: DruidError): ErrorAnswer {
  return {
    status: error.status,
    body: {
      error: 'druidException',
      errorCode: errorCodeOfCategory[error.category] ?? 'general',
      persona: error.category === 'DEFENSIVE' ? 'DEVELOPER' : 'USER',
      category: error.category,
      errorMessage: error.message,
      context: error.context,
    },
  };
}

function sqlErrorContext(error: SqlError): Record<string, string> {
  const { span, detail } = error;
  return {
    sourceType: 'sql',
    ...(span && {
      line: String(span.line),
      column: String(span.column),
      endLine: String(span.endLine),
      endColumn: String(span.endColumn),
    }),
    ...(detail?.token !== undefined && { token: detail.token }),
    ...(detail?.expected && { expected: detail.expected.join(', ') }),
  };
}

/**
 * Turns whatever a request ended in into Druid's error JSON. A refusal of SQL is the user's (400): a construct that is
 * understood but not executed too, because sending it again will not help.
 */
export function toErrorAnswer(error: unknown): ErrorAnswer {
  if (error instanceof DruidError) return answer(error);
  if (error instanceof SqlError) return answer(new DruidError('INVALID_INPUT', error.message, sqlErrorContext(error)));
  if (error instanceof FaultError) return faultAnswer(error);
  const named = namedInvalidInput(error);
  if (named) return answer(named);
  const message = error instanceof Error ? error.message : String(error);
  return answer(new DruidError('DEFENSIVE', message));
}

/** Errors of lower rooms that say by their name that the input was wrong. */
function namedInvalidInput(error: unknown): DruidError | undefined {
  if (!(error instanceof Error)) return undefined;
  switch (error.name) {
    case 'ContextError':
    case 'ExternalSpecError':
    case 'InvalidInputError':
      return new DruidError('INVALID_INPUT', error.message);
    default:
      return undefined;
  }
}

function faultAnswer({ fault }: FaultError): ErrorAnswer {
  const category = ((): ErrorCategory => {
    switch (fault.errorCode) {
      case 'Canceled':
        return 'CANCELED';
      case 'NotEnoughMemory':
      case 'NotEnoughTemporaryStorageFault':
        return 'CAPACITY_EXCEEDED';
      case 'WorkerFailed':
      case 'WorkerRpcFailed':
        return 'SERVICE_UNAVAILABLE';
      case 'UnknownError':
        return 'RUNTIME_FAILURE';
      default:
        return 'INVALID_INPUT';
    }
  })();
  return answer(new DruidError(category, fault.errorMessage, { faultCode: fault.errorCode }));
}
