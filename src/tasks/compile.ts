import { duckdbDialect } from '../engine/duckdb/dialect.js';
import type { Dialect, EmittedQuery, EngineName } from '../engine/emitted.js';
import { sparkDialect } from '../engine/spark/dialect.js';
import { literalSecrets, secretHider, validateExternal } from '../external/index.js';
import { ContextError, readContext, type QueryContext } from '../msq/context.js';
import { unsupportedError } from '../sql/errors.js';
import type { BindOptions } from '../sql/binder/binding.js';
import { bind, parse, settingsOf } from '../sql/index.js';
import {
  readJsonMembers,
  withIntermediates,
  type BoundScript,
  type ExplainStatement,
  type ExternalNode,
  type IngestStatement,
  type Plan,
  type SelectStatement,
} from '../sql/plan/index.js';
import type { ServerCatalog } from './catalog.js';
import { prepareIngest } from './ingest-checks.js';

/** SQL with what came along with it. */
export interface StatementRequest {
  readonly sql: string;
  readonly context: Readonly<Record<string, unknown>>;
  readonly parameters: readonly ({ readonly type: string; readonly value: unknown } | null)[];
}

/** A statement that can be run: bound, its context read, its SQL emitted. */
export interface CompiledStatement {
  readonly sql: string;
  readonly statement: SelectStatement | IngestStatement | ExplainStatement;
  readonly reads: BoundScript['reads'];
  /** The request's context under the SET statements, and the values read from it. */
  readonly rawContext: Readonly<Record<string, unknown>>;
  readonly context: QueryContext;
  readonly engine: EngineName;
  readonly emitted: EmittedQuery;
  /** Takes the secrets that stand in the statement's input sources out of what is stored or shown. */
  hideSecrets<T>(value: T): T;
}

export const dialects: Readonly<Record<EngineName, Dialect>> = { duckdb: duckdbDialect, spark: sparkDialect };

/** The engine that the context asks for. Druid has a parameter of the same name, whose values are not ours. */
function engineOf({ engine }: QueryContext, options: CompileOptions): EngineName {
  const asked = engine?.toLowerCase();
  const chosen = asked === 'spark' || asked === 'duckdb' ? asked : options.engine;
  if (chosen === 'spark' && !options.hasSpark) {
    throw new ContextError('Context parameter [engine] cannot be [spark]: the server has no setting sparkRemote');
  }
  return chosen;
}

export interface CompileOptions {
  readonly catalog: ServerCatalog;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly maxNumTasks: number;
  /** Where a statement runs whose context does not say. */
  readonly engine: EngineName;
  /** Whether a Spark server is known. */
  readonly hasSpark: boolean;
  /** See BindOptions. */
  readonly signatureOf?: BindOptions['signatureOf'];
}

function presentOf({ sqlCurrentTimestamp }: QueryContext, now: number): number {
  if (sqlCurrentTimestamp === undefined) return now;
  return Date.parse(sqlCurrentTimestamp);
}

/** Lowers a SELECT's own limit to the request's sqlOuterLimit, or adds one. */
function limitPlan(plan: Plan, outer: number): Plan {
  if (plan.kind === 'limit') return { ...plan, limit: Math.min(plan.limit ?? outer, outer) };
  return { kind: 'limit', input: plan, limit: outer, offset: 0, fields: plan.fields };
}

type Executable = SelectStatement | IngestStatement;

function limitSelect(statement: Executable, { sqlOuterLimit }: QueryContext): Executable {
  if (sqlOuterLimit === undefined) return statement;
  if (statement.kind === 'select' && !statement.exportTo)
    return { ...statement, plan: limitPlan(statement.plan, sqlOuterLimit) };
  throw new ContextError(
    `Context parameter [sqlOuterLimit] cannot be provided on operator [${statement.kind === 'replace' ? 'REPLACE' : 'INSERT'}]`,
  );
}

/** The JSON of external data is checked before a task is made of it. */
function checkExternals(emitted: EmittedQuery, engine: EngineName): void {
  for (const { node } of emitted.relations) {
    if (node.kind === 'external') validateExternal(externalRelation(node), engine);
  }
}

/** What a worker must know of an external relation. */
export const externalRelation = (node: ExternalNode) => ({
  inputSource: node.inputSource,
  inputFormat: node.inputFormat,
  signature: node.signature,
  columns: node.fields.map(({ name }) => name),
  ...(node.members && {
    members: node.members.map(({ field, column, path }) => ({ name: field.name, column, path })),
  }),
});

/** The statement with intermediate values, which only DuckDB holds. */
function unfinalized<S extends SelectStatement | IngestStatement>(statement: S, engine: EngineName): S {
  const answered = withIntermediates(statement);
  if (engine === 'spark' && answered !== statement) {
    throw unsupportedError('EARLIEST and LATEST with finalizeAggregations false are not supported by the spark engine');
  }
  return answered;
}

/**
 * Compiles the SQL of a request down to the engine's SQL.
 * @throws SqlError, ContextError, ExternalSpecError
 */
export function compileStatement(request: StatementRequest, options: CompileOptions): CompiledStatement {
  const { sql, parameters } = request;
  const parsed = parse(sql);
  const rawContext = { ...request.context, ...settingsOf(parsed) };
  const context = readContext(rawContext, options);
  const now = presentOf(context, options.now);
  const engine = engineOf(context, options);
  const { signatureOf } = options;
  const script = bind(parsed, {
    text: sql,
    catalog: options.catalog,
    parameters,
    timeZone: context.sqlTimeZone,
    now,
    useApproximateCountDistinct: context.useApproximateCountDistinct,
    forceSegmentSortByTime: context.forceSegmentSortByTime,
    ...(signatureOf && {
      signatureOf: (definition) => {
        validateExternal({ ...definition, signature: [] }, engine);
        return signatureOf(definition);
      },
    }),
  });
  const executable = script.statement.kind === 'explain' ? script.statement.statement : script.statement;
  const limited = limitSelect(executable, context);
  if (engine === 'spark' && limited.kind === 'select' && limited.exportTo) {
    throw unsupportedError('Exports (INSERT INTO EXTERN) are not supported by the spark engine');
  }
  const answered = context.finalizeAggregations ? limited : unfinalized(limited, engine);
  const prepared = answered.kind === 'select' ? answered : prepareIngest(answered, context, options.catalog);
  const statement = script.statement.kind === 'explain' ? { ...script.statement, statement: prepared } : prepared;
  const { plan, columns } = prepared;
  // Reading single members while JSON is parsed is what DuckDB gains from; Spark reads records as they are.
  const read = engine === 'duckdb' ? readJsonMembers(plan, new Set(columns.map(({ fieldId }) => fieldId))) : plan;
  const emitted = dialects[engine].emit(read, {
    timeZone: context.sqlTimeZone,
    now,
    multiValueUnnesting: context.groupByEnableMultiValueUnnesting,
  });
  checkExternals(emitted, engine);
  const sources = emitted.relations.map(({ node }) => (node.kind === 'external' ? node.inputSource : undefined));
  const hideSecrets = secretHider(literalSecrets(sources));
  return { sql, statement, reads: script.reads, rawContext, context, engine, emitted, hideSecrets };
}
