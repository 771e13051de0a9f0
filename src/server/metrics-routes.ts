import type { FastifyInstance } from 'fastify';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { TaskEngine, TaskStatus } from '../tasks/index.js';
import { about } from './route-documents.js';

/** What metrics read of a task's report. */
interface CountedReport {
  readonly multiStageQuery?: {
    readonly payload?: {
      readonly counters?: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, ReportCounter>>>>>>;
    };
  };
}

interface ReportCounter {
  readonly rows?: readonly number[];
  readonly bytes?: readonly number[];
  readonly rowsPushed?: number;
}

const sum = (values: readonly number[] = []): number => values.reduce((total, value) => total + value, 0);

/** Rows and bytes that a task's first stage read, and rows that it put into segments. */
function work(report: CountedReport): {
  readonly rowsRead: number;
  readonly bytesRead: number;
  readonly rowsWritten: number;
} {
  const stages = report.multiStageQuery?.payload?.counters ?? {};
  const counters = (stage: string) => Object.values(stages[stage] ?? {}).flatMap((worker) => Object.entries(worker));
  const inputs = counters('0').filter(([name]) => name.startsWith('input'));
  return {
    rowsRead: sum(inputs.map(([, counter]) => sum(counter.rows))),
    bytesRead: sum(inputs.map(([, counter]) => sum(counter.bytes))),
    rowsWritten: sum(
      Object.keys(stages).flatMap((stage) => counters(stage).map(([, { rowsPushed = 0 }]) => rowsPushed)),
    ),
  };
}

/** Counts tasks as they end. */
function countTasks(registers: Registry[]): (status: TaskStatus, report: unknown) => void {
  const labelNames = ['type', 'status'] as const;
  const tasks = new Counter({ name: 'millrace_tasks_total', help: 'Tasks that have ended', labelNames, registers });
  const seconds = new Histogram({
    name: 'millrace_task_duration_seconds',
    help: 'How long tasks ran',
    labelNames,
    buckets: [0.1, 0.5, 1, 5, 10, 30, 60, 300, 1_800, 7_200],
    registers,
  });
  const rowsRead = new Counter({ name: 'millrace_rows_read_total', help: 'Rows that tasks read', registers });
  const bytesRead = new Counter({ name: 'millrace_bytes_read_total', help: 'Bytes that tasks read', registers });
  const rowsWritten = new Counter({ name: 'millrace_rows_written_total', help: 'Rows put into segments', registers });
  return ({ type, statusCode, duration }, report) => {
    tasks.inc({ type, status: statusCode });
    seconds.observe({ type, status: statusCode }, Math.max(0, duration) / 1_000);
    const done = work((report ?? {}) as CountedReport);
    rowsRead.inc(done.rowsRead);
    bytesRead.inc(done.bytesRead);
    rowsWritten.inc(done.rowsWritten);
  };
}

/** What is there at the moment of asking. */
function gauge(registers: Registry[], name: string, help: string, read: () => number | Promise<number>): void {
  const made: Gauge = new Gauge({
    name: `millrace_${name}`,
    help,
    registers,
    async collect() {
      made.set(await read());
    },
  });
}

/** GET /metrics for Prometheus: tasks, rows, bytes, seconds, the queue, segments, requests and the process's memory. */
export function addMetricsRoutes(app: FastifyInstance, engine: () => Promise<TaskEngine>): void {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const countEnd = countTasks(registers);
  engine()
    .then(({ overlord }) => {
      overlord.onEnd(countEnd);
    })
    .catch(() => undefined);

  const capacity = async () => (await engine()).overlord.capacity;
  gauge(registers, 'task_slots', 'Tasks that can run at once', async () => (await capacity()).slots);
  gauge(registers, 'tasks_running', 'Tasks that run', async () => (await capacity()).running.length);
  gauge(registers, 'tasks_waiting', 'Tasks that wait for a slot', async () => (await capacity()).waiting);
  const segments = async () => [...(await (await engine()).dataSources.visible()).values()].flat();
  gauge(registers, 'segments', 'Segments that queries see', async () => (await segments()).length);
  gauge(registers, 'segment_bytes', 'Bytes of the segments that queries see', async () =>
    sum((await segments()).map(({ size }) => size)),
  );
  const requests = new Histogram({
    name: 'millrace_http_request_duration_seconds',
    help: 'How long requests took',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.025, 0.1, 0.5, 2.5, 10],
    registers,
  });
  app.addHook('onResponse', (request, reply, done) => {
    // The route, not the path: ids would make a series each.
    const labels = { method: request.method, route: request.routeOptions.url ?? 'none', status: reply.statusCode };
    requests.observe(labels, reply.elapsedTime / 1_000);
    done();
  });

  app.get('/metrics', about('Metrics for Prometheus'), async (_request, reply) =>
    reply.type(registry.contentType).send(await registry.metrics()),
  );
}
