import { FaultError } from '../msq/fault.js';
import type { InferredSignature } from '../msq/report.js';
import type { ExternalDefinition } from '../sql/binder/binding.js';
import { BIGINT, VARCHAR } from '../sql/types.js';
import { compileStatement, type CompiledStatement, type CompileOptions, type StatementRequest } from './compile.js';
import { InvalidInputError } from './identifiers.js';
import type { QueryService } from './query-service.js';

/** A compiled statement with the signatures that had to be inferred for it. */
export interface InferredStatement extends CompiledStatement {
  readonly inferred: readonly InferredSignature[];
}

/** Binding met external data without a signature. */
class SignatureMissing extends Error {
  constructor(readonly definition: ExternalDefinition) {
    super('EXTERN has no signature');
  }
}

/** Columns of which a statement may read: Druid takes no more (TooManyColumns). */
const MOST_COLUMNS = 2_000;

/**
 * Tells the columns of external data from the beginnings of its files, in the query process.
 * @throws InvalidInputError when the files cannot be read or tell nothing
 */
async function inferSignature(definition: ExternalDefinition, queries: QueryService): Promise<InferredSignature> {
  const columns = [
    { name: 'name', type: VARCHAR },
    { name: 'type', type: VARCHAR },
    { name: 'files', type: BIGINT },
    { name: 'records', type: BIGINT },
  ];
  const relation = {
    ...definition,
    signature: columns,
    columns: columns.map(({ name }) => name),
    describes: true,
  } as const;
  const rows: (readonly unknown[])[] = [];
  try {
    const { signal } = new AbortController();
    for await (const batch of queries.readExternal(relation, MOST_COLUMNS, signal)) rows.push(...batch);
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    throw refusal(error.fault.errorMessage ?? error.fault.errorCode);
  }
  const [first] = rows;
  if (!first) throw refusal('there is no record to tell them from');
  return {
    inputSource: definition.inputSource,
    signature: rows.map(([name, type]) => ({ name: String(name), type: String(type) })),
    files: Number(first[2]),
    records: Number(first[3]),
  };
}

const refusal = (reason: string): InvalidInputError =>
  new InvalidInputError(
    `The columns of EXTERN cannot be inferred: ${reason}. Give them as a signature or in an EXTEND clause`,
  );

/**
 * Compiles a statement; where EXTERN has no signature, it is inferred from the files first.
 * @throws what compileStatement throws; ExternalSpecError, InvalidInputError
 */
export async function compileInferring(
  request: StatementRequest,
  options: Omit<CompileOptions, 'signatureOf'>,
  queries: QueryService,
): Promise<InferredStatement> {
  const inferred = new Map<string, InferredSignature>();
  const keyOf = (definition: ExternalDefinition): string => JSON.stringify(definition);
  for (;;) {
    try {
      const compiled = compileStatement(request, {
        ...options,
        signatureOf: (definition) => {
          const known = inferred.get(keyOf(definition));
          if (!known) throw new SignatureMissing(definition);
          return known.signature;
        },
      });
      return { ...compiled, inferred: [...inferred.values()] };
    } catch (error) {
      if (!(error instanceof SignatureMissing)) throw error;
      inferred.set(keyOf(error.definition), await inferSignature(error.definition, queries));
    }
  }
}
