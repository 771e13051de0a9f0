import type { FastifyInstance } from 'fastify';
import { parseInterval } from '../segments/index.js';
import type { TaskEngine, TaskStatus } from '../tasks/index.js';
import { DruidError } from './druid-error.js';

type TaskParams = { Params: { id: string } };

const states = ['pending', 'waiting', 'running', 'complete'] as const;
type ListState = (typeof states)[number];

interface ListQuery {
  readonly state?: string;
  readonly datasource?: string;
  readonly createdTimeInterval?: string;
  readonly max?: string;
  readonly type?: string;
  /** The older name of `max`, of completeTasks. */
  readonly n?: string;
}

const noSuchTask = (id: string): { error: string } => ({ error: `Cannot find any task with id: [${id}]` });

function listState(text: string | undefined): ListState | undefined {
  if (text === undefined) return undefined;
  const state = states.find((known) => known === text.toLowerCase());
  if (!state) {
    throw new DruidError('INVALID_INPUT', `Invalid task state[${text}]. Must be one of [${states.join(', ')}].`);
  }
  return state;
}

function positiveInteger(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d+$/.test(text)) throw new DruidError('INVALID_INPUT', `Invalid ${name}[${text}]. Must be a number.`);
  return Number(text);
}

function createdInterval(text: string | undefined): { start: number; end: number } | undefined {
  if (text === undefined) return undefined;
  // The console sends `start_end`, as slashes do not pass every proxy.
  const interval = parseInterval(text.replace('_', '/'));
  if (!interval)
    throw new DruidError('INVALID_INPUT', `Invalid createdTimeInterval[${text}]. Must be an ISO 8601 interval.`);
  return interval;
}

/** A status is in a list's state as Druid's TaskStateLookup has it. */
function isInState(status: TaskStatus, state: ListState | undefined): boolean {
  switch (state) {
    case undefined:
      return true;
    case 'complete':
      return status.statusCode !== 'RUNNING';
    case 'running':
      return status.statusCode === 'RUNNING' && status.runnerStatusCode === 'RUNNING';
    case 'pending':
      return status.statusCode === 'RUNNING' && status.runnerStatusCode === 'PENDING';
    case 'waiting':
      return status.statusCode === 'RUNNING' && status.runnerStatusCode === 'WAITING';
  }
}

async function listTasks(engine: TaskEngine, query: ListQuery, fixedState?: ListState): Promise<readonly TaskStatus[]> {
  const state = fixedState ?? listState(query.state);
  const max = positiveInteger('max', query.max ?? query.n);
  const interval = createdInterval(query.createdTimeInterval);
  const statuses = await engine.overlord.list({
    ...(query.datasource !== undefined && { dataSource: query.datasource }),
    ...(query.type !== undefined && { type: query.type }),
    ...(interval && { createdInterval: interval }),
  });
  const chosen = statuses.filter((status) => isInState(status, state));
  if (max === undefined) return chosen;
  // As in Druid, `max` bounds the ended tasks only: what runs is always shown.
  let ended = 0;
  return chosen.filter((status) => status.statusCode === 'RUNNING' || ended++ < max);
}

/** The task half of Druid's overlord API, /druid/indexer/v1. */
export function addTaskRoutes(app: FastifyInstance, engine: () => Promise<TaskEngine>): void {
  const base = '/druid/indexer/v1';

  app.get<TaskParams>(`${base}/task/:id`, async (request, reply) => {
    const { id } = request.params;
    const payload = await (await engine()).overlord.task(id);
    return payload === undefined ? reply.code(404).send(noSuchTask(id)) : { task: id, payload };
  });

  app.get<TaskParams>(`${base}/task/:id/status`, async (request, reply) => {
    const { id } = request.params;
    const status = await (await engine()).overlord.status(id);
    return status === undefined ? reply.code(404).send(noSuchTask(id)) : { task: id, status };
  });

  // Druid 24's documentation says `report`, later ones `reports`.
  for (const path of ['reports', 'report']) {
    app.get<TaskParams>(`${base}/task/:id/${path}`, async (request, reply) => {
      const report = await (await engine()).overlord.report(request.params.id);
      return (
        report ??
        reply.code(404).send({
          error: 'No task reports were found for this task. The task may not exist, or it may not have completed yet.',
        })
      );
    });
  }

  app.get<TaskParams & { Querystring: { offset?: string } }>(`${base}/task/:id/log`, async (request, reply) => {
    const { id } = request.params;
    const log = await (await engine()).overlord.log(id);
    if (log === undefined) return reply.code(404).send({ error: `No log was found for this task: [${id}]` });
    const offset = /^-?\d+$/.test(request.query.offset ?? '') ? Number(request.query.offset) : 0;
    return reply.type('text/plain').send(log.slice(offset));
  });

  app.post<TaskParams>(`${base}/task/:id/shutdown`, async (request, reply) => {
    const { id } = request.params;
    const { overlord } = await engine();
    if ((await overlord.status(id)) === undefined) return reply.code(404).send(noSuchTask(id));
    await overlord.cancel(id);
    return { task: id };
  });

  app.get<{ Querystring: ListQuery }>(`${base}/tasks`, async (request) => listTasks(await engine(), request.query));
  for (const state of states) {
    app.get<{ Querystring: ListQuery }>(`${base}/${state}Tasks`, async (request) =>
      listTasks(await engine(), request.query, state),
    );
  }
}
