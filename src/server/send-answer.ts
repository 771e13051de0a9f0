import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import type { QueryAnswer } from '../tasks/index.js';
import { resultWriter, type HeaderOptions, type ResultFormat } from './result-format.js';

/** How an answer is written. */
export interface AnswerFormat extends HeaderOptions {
  readonly resultFormat: ResultFormat;
}

/** The text of an answer, batch by batch; a failure midway breaks the connection, as no status can be sent any more. */
async function* answerText(
  answer: QueryAnswer,
  format: AnswerFormat,
  first: IteratorResult<readonly (readonly unknown[])[]>,
  rows: AsyncIterator<readonly (readonly unknown[])[]>,
): AsyncGenerator<string> {
  const writer = resultWriter(format.resultFormat, answer.columns, format);
  yield writer.start();
  for (let batch = first; !batch.done; batch = await rows.next()) yield writer.rows(batch.value);
  yield writer.end();
}

/** Sends an answer's rows in the format that the request asks for. */
export async function sendAnswer(
  answer: QueryAnswer,
  format: AnswerFormat,
  reply: FastifyReply,
): Promise<FastifyReply> {
  // The first batch is awaited before the head is sent, so that most failures still get a status.
  const rows = answer.rows[Symbol.asyncIterator]();
  const first = await rows.next();
  const { contentType } = resultWriter(format.resultFormat, answer.columns, format);
  if (format.header) void reply.header('X-Druid-SQL-Header-Included', 'yes');
  return reply
    .header('content-type', contentType)
    .send(Readable.from(answerText(answer, format, first, rows), { objectMode: false }));
}

/** A signal that fires when a client goes away before its answer ends: then nobody needs the rest. */
export function abandonment(reply: FastifyReply): AbortSignal {
  const abort = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) abort.abort();
  });
  return abort.signal;
}
