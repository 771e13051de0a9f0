import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import type { TaskEngine, TaskEvent } from '../tasks/index.js';
import { about } from './route-documents.js';

/** A line that keeps proxies from taking a quiet connection for a dead one. */
const KEEP_ALIVE_MS = 15_000;

function eventText(event: TaskEvent): string {
  const data = event.kind === 'status' ? event.status : event.report;
  return `event: ${event.kind}\ndata: ${JSON.stringify(data)}\n\n`;
}

async function* eventStream(events: AsyncIterable<TaskEvent>): AsyncGenerator<string> {
  for await (const event of events) yield eventText(event);
  // The browser's EventSource connects again after the end unless it is told of it.
  yield 'event: end\ndata: {}\n\n';
}

/** GET task/{id}/events: server-sent events of the changes of a task's status and live report. Not of Druid. */
export function addTaskEventRoutes(app: FastifyInstance, engine: () => Promise<TaskEngine>): void {
  app.get<{ Params: { id: string } }>(
    '/druid/indexer/v1/task/:id/events',
    about('Server-sent events of the changes of a status and report'),
    async (request, reply) => {
      const { id } = request.params;
      const abort = new AbortController();
      const events = await (await engine()).overlord.events(id, abort.signal);
      if (!events) return reply.code(404).send({ error: `Cannot find any task with id: [${id}]` });
      const stream = Readable.from(eventStream(events), { objectMode: false });
      const heartbeat = setInterval(() => reply.raw.write(': alive\n\n'), KEEP_ALIVE_MS);
      reply.raw.once('close', () => {
        clearInterval(heartbeat);
        abort.abort();
      });
      return reply.header('content-type', 'text/event-stream').header('cache-control', 'no-store').send(stream);
    },
  );
}
