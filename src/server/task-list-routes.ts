import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { TaskEngine, TaskStatus } from '../tasks/index.js';
import { DruidError } from './druid-error.js';
import { jsonBody, readCount, readInterval } from './request.js';
import { about } from './route-documents.js';

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

function listState(text: string | undefined): ListState | undefined {
  if (text === undefined) return undefined;
  const state = states.find((known) => known === text.toLowerCase());
  if (!state) {
    throw new DruidError('INVALID_INPUT', `Invalid task state[${text}]. Must be one of [${states.join(', ')}].`);
  }
  return state;
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
  const max = readCount('max', query.max ?? query.n);
  const interval =
    query.createdTimeInterval === undefined
      ? undefined
      : readInterval('createdTimeInterval', query.createdTimeInterval);
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

const listQuery = {
  state: 'pending, waiting, running or complete',
  datasource: 'only tasks of this datasource',
  createdTimeInterval: 'ISO 8601 interval of their creation',
  max: 'at most this many of the ended ones',
  type: 'only tasks of this type',
} as const;

/** What Druid's TaskStatus has of a status. */
const shortStatus = ({ id, statusCode, duration, errorMsg, location }: TaskStatus): object => ({
  id,
  status: statusCode,
  duration,
  errorMsg,
  location,
});

const idsBody = z.array(z.string()).min(1, 'No Task IDs provided.');

/** Lists of tasks, and what concerns several at once. */
export function addTaskListRoutes(app: FastifyInstance, engine: () => Promise<TaskEngine>): void {
  const base = '/druid/indexer/v1';

  app.get<{ Querystring: ListQuery }>(
    `${base}/tasks`,
    about('Statuses of tasks, newest first', { query: listQuery }),
    async (request) => listTasks(await engine(), request.query),
  );
  for (const state of states) {
    app.get<{ Querystring: ListQuery }>(
      `${base}/${state}Tasks`,
      about(`Statuses of the ${state} tasks`, { query: listQuery }),
      async (request) => listTasks(await engine(), request.query, state),
    );
  }

  app.post(
    `${base}/taskStatus`,
    about('Statuses of tasks by id; unknown ones are left out', { body: idsBody }),
    async (request) => {
      const ids = jsonBody(request, idsBody);
      const { overlord } = await engine();
      const statuses = await Promise.all(ids.map((id) => overlord.status(id)));
      return Object.fromEntries(statuses.flatMap((status) => (status ? [[status.id, shortStatus(status)]] : [])));
    },
  );

  app.post<{ Params: { name: string } }>(
    `${base}/datasources/:name/shutdownAllTasks`,
    about('Cancels all tasks of a datasource'),
    async ({ params }, reply) => {
      const canceled = await (await engine()).overlord.cancelAll(params.name);
      return canceled === 0 ? reply.code(404).send() : { dataSource: params.name };
    },
  );
}
