import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { TaskEngine, TaskStatus } from '../tasks/index.js';
import { DruidError } from './druid-error.js';
import { bodyText, isSet, readCount } from './request.js';
import { resultFormatOf, type ResultFormat } from './result-format.js';
import { about } from './route-documents.js';
import { abandonment, sendAnswer } from './send-answer.js';
import { readSqlRequest, sqlBody } from './sql-request.js';

/** Druid's context key under which a statement's result format is kept until its results are asked for. */
const RESULT_FORMAT = '__resultFormat';

type StatementState = 'ACCEPTED' | 'RUNNING' | 'SUCCESS' | 'FAILED';

/** What the statements API reads of a task's payload. */
interface StatementPayload {
  readonly dataSource: string;
  readonly spec: {
    readonly columnMappings: readonly { readonly outputColumn: string }[];
    readonly destination: { readonly type: string };
  };
  readonly sqlTypeNames: readonly string[];
  readonly nativeTypeNames: readonly string[];
  readonly context: Readonly<Record<string, unknown>>;
}

/** What it reads of a task's report. */
interface StatementReport {
  readonly multiStageQuery?: {
    readonly payload?: {
      readonly status: {
        readonly errorReport?: { readonly error: Readonly<Record<string, unknown>> };
        readonly warnings?: readonly unknown[];
      };
      readonly stages: readonly unknown[];
      readonly counters: Readonly<
        Record<string, Readonly<Record<string, { readonly segmentGenerationProgress?: { rowsPushed?: number } }>>>
      >;
      readonly results?: { readonly results?: readonly unknown[] };
    };
  };
}

const notFound = (id: string): DruidError =>
  new DruidError(
    'NOT_FOUND',
    `Query [${id}] was not found. The query details are no longer present or might not be of the type [query_controller]. Verify that the id is correct.`,
  );

function stateOf({ statusCode, location }: TaskStatus): StatementState {
  if (statusCode !== 'RUNNING') return statusCode;
  return location.host === null ? 'ACCEPTED' : 'RUNNING';
}

async function statementStatus(engine: TaskEngine, id: string): Promise<TaskStatus> {
  const status = await engine.overlord.status(id);
  if (status?.type !== 'query_controller') throw notFound(id);
  return status;
}

const rowsPushed = (report: StatementReport): number =>
  Object.values(report.multiStageQuery?.payload?.counters ?? {})
    .flatMap((workers) => Object.values(workers))
    .reduce((sum, { segmentGenerationProgress }) => sum + (segmentGenerationProgress?.rowsPushed ?? 0), 0);

/** What a statement that succeeded left: pages of rows, or rows in a datasource. */
async function resultSet(engine: TaskEngine, id: string, payload: StatementPayload, report: StatementReport) {
  const stored = await engine.results.find(id);
  if (!stored) return { numTotalRows: rowsPushed(report), dataSource: payload.dataSource };
  const pages = stored.pages.map(({ rows, bytes }, page) => ({ id: page, numRows: rows, sizeInBytes: bytes }));
  return {
    numTotalRows: pages.reduce((sum, { numRows }) => sum + numRows, 0),
    totalSizeInBytes: pages.reduce((sum, { sizeInBytes }) => sum + sizeInBytes, 0),
    dataSource: payload.dataSource,
    sampleRecords: report.multiStageQuery?.payload?.results?.results ?? [],
    pages,
  };
}

/** The fault of a statement as a DruidException (SqlStatementResourceHelper.getExceptionPayload). */
function errorDetails(report: StatementReport, status: TaskStatus): object {
  const fault = report.multiStageQuery?.payload?.status.errorReport?.error;
  const { errorCode = 'general', errorMessage = status.errorMsg, ...fields } = fault ?? {};
  return {
    error: 'druidException',
    errorCode,
    persona: 'USER',
    category: 'UNCATEGORIZED',
    errorMessage,
    context: Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
    ),
  };
}

/** A statement's state, in the JSON of Druid's SqlStatementResult. */
async function statementResult(engine: TaskEngine, id: string, detail: boolean): Promise<object> {
  const status = await statementStatus(engine, id);
  const payload = (await engine.overlord.task(id)) as StatementPayload;
  const report = ((await engine.overlord.report(id)) ?? {}) as StatementReport;
  const state = stateOf(status);
  const details = report.multiStageQuery?.payload;
  return {
    queryId: id,
    state,
    createdAt: status.createdTime,
    ...(state !== 'FAILED' && {
      schema: payload.spec.columnMappings.map(({ outputColumn }, index) => ({
        name: outputColumn,
        type: payload.sqlTypeNames[index],
        nativeType: payload.nativeTypeNames[index],
      })),
    }),
    durationMs: status.duration,
    ...(state === 'SUCCESS' && { result: await resultSet(engine, id, payload, report) }),
    ...(state === 'FAILED' && { errorDetails: errorDetails(report, status) }),
    ...(detail &&
      details && {
        stages: details.stages,
        counters: details.counters,
        ...(details.status.warnings && { warnings: details.status.warnings }),
      }),
  };
}

/** @throws DruidError 400 unless the context asks for asynchronous execution */
function checkContext(context: Readonly<Record<string, unknown>>): void {
  const mode = context['executionMode'];
  if (RESULT_FORMAT in context) {
    throw new DruidError('INVALID_INPUT', `Query context parameter [${RESULT_FORMAT}] is not allowed`);
  }
  if (typeof mode === 'string' && mode.toUpperCase() === 'ASYNC') return;
  throw new DruidError(
    'INVALID_INPUT',
    mode === undefined
      ? 'Execution mode is not provided to the sql statement api. Please set [executionMode] to [ASYNC] in the query context'
      : `The sql statement api currently does not support the provided execution mode [${String(mode)}]. Please set [executionMode] to [ASYNC] in the query context`,
  );
}

interface ResultsQuery {
  readonly page?: string;
  readonly resultFormat?: string;
  readonly filename?: string;
}

function chosenFormat(name: unknown): ResultFormat {
  if (name === undefined) return 'object';
  const format = typeof name === 'string' ? resultFormatOf(name) : undefined;
  if (!format) throw new DruidError('INVALID_INPUT', `Unknown resultFormat [${String(name)}]`);
  return format;
}

/** The header that makes a browser save the rows. */
function disposition(filename: string): string {
  // eslint-disable-next-line no-control-regex -- Druid's pattern of what a file name must not have
  const isBad = filename === '' || filename.length > 255 || /[/\\:*?"<>|\u0000-\u001f\u007f-\uffff]/.test(filename);
  if (isBad) throw new DruidError('INVALID_INPUT', 'Filename is empty, too long, or contains invalid characters.');
  return `attachment; filename="${filename}"`;
}

async function sendResults(
  engine: TaskEngine,
  request: FastifyRequest<{ Params: { id: string }; Querystring: ResultsQuery }>,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { id } = request.params;
  const page = readCount('page', request.query.page);
  const status = await statementStatus(engine, id);
  if (status.statusCode === 'RUNNING') {
    throw new DruidError(
      'INVALID_INPUT',
      `Query[${id}] is currently in [${stateOf(status)}] state. Please wait for it to complete.`,
    );
  }
  if (status.statusCode === 'FAILED') {
    throw new DruidError('INVALID_INPUT', `Query[${id}] failed. Check the status api for more details.`);
  }
  const { context } = (await engine.overlord.task(id)) as StatementPayload;
  const resultFormat = chosenFormat(request.query.resultFormat ?? context[RESULT_FORMAT]);
  if (request.query.filename !== undefined) {
    void reply.header('content-disposition', disposition(request.query.filename));
  }
  const stored = await engine.results.find(id);
  if (!stored || (stored.pages.length === 0 && page === undefined)) return reply.code(200).send();
  if (page !== undefined && page >= stored.pages.length) {
    throw new DruidError('INVALID_INPUT', `Page number [${page}] is out of the range of results`);
  }
  const rows = await stored.read(page, abandonment(reply));
  const format = { resultFormat, header: false, typesHeader: false, sqlTypesHeader: false };
  return sendAnswer({ columns: stored.columns, rows }, format, reply);
}

/** Statements that run as tasks and whose results are fetched page by page: Druid's SqlStatementResource. */
export function addStatementRoutes(app: FastifyInstance, engine: () => Promise<TaskEngine>): void {
  const base = '/druid/v2/sql/statements';

  app.get(`${base}/enabled`, about('Whether statements run asynchronously'), () => ({ enabled: true }));

  app.post(
    base,
    about('Starts a statement asynchronously; the context must set executionMode to ASYNC', { body: sqlBody }),
    async (request, reply) => {
      const sqlRequest = readSqlRequest(request.headers['content-type'], bodyText(request));
      checkContext(sqlRequest.context);
      const ready = await engine();
      const { query, parameters, resultFormat } = sqlRequest;
      const context = { ...sqlRequest.context, [RESULT_FORMAT]: resultFormat };
      const submitted = await ready.overlord.submit({ sql: query, context, parameters });
      if (!('taskId' in submitted)) return sendAnswer(submitted, sqlRequest, reply);
      return statementResult(ready, submitted.taskId, false);
    },
  );

  app.get<{ Params: { id: string }; Querystring: { detail?: string } }>(
    `${base}/:id`,
    about("A statement's state, its schema, and what it answered", { query: { detail: 'also stages and counters' } }),
    async ({ params, query }) => statementResult(await engine(), params.id, isSet(query.detail)),
  );

  app.get<{ Params: { id: string }; Querystring: ResultsQuery }>(
    `${base}/:id/results`,
    about('Rows of a statement, of one page or of all', {
      query: {
        page: 'number of the page, from 0; all pages without it',
        resultFormat: 'object, array, objectLines, arrayLines or csv; otherwise that of the statement',
        filename: 'makes browsers save the rows',
      },
    }),
    async (request, reply) => sendResults(await engine(), request, reply),
  );

  app.delete<{ Params: { id: string } }>(
    `${base}/:id`,
    about('Cancels a statement: 202 when it had not ended, 200 when it had'),
    async ({ params }, reply) => {
      const ready = await engine();
      const status = await statementStatus(ready, params.id);
      if (status.statusCode !== 'RUNNING') return reply.code(200).send();
      await ready.overlord.cancel(params.id);
      return reply.code(202).send();
    },
  );
}
