import type { FastifyReply } from 'fastify';
import type { TaskEngine } from '../tasks/index.js';
import { DruidError } from './druid-error.js';

/**
 * Sends a task's log from an offset on; a negative one counts from the end, as in Druid's FileTaskLogs.
 * @throws DruidError 400 when the offset is no number
 */
export async function sendTaskLog(
  { overlord }: TaskEngine,
  id: string,
  offset: string | undefined,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const log = await overlord.log(id);
  if (log === undefined) return reply.code(404).send({ error: `No log was found for this task: [${id}]` });
  if (offset !== undefined && !/^-?\d+$/.test(offset)) {
    throw new DruidError('INVALID_INPUT', `Invalid offset[${offset}]. Must be a number.`);
  }
  return reply.type('text/plain; charset=UTF-8').send(log.subarray(Number(offset ?? 0)));
}
