import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { parseInterval } from '../segments/index.js';
import type { Interval } from '../segments/segment.js';
import type { AuditInfo } from '../storage/config-store.js';
import { DruidError } from './druid-error.js';

/** The body as the text that came. */
export const bodyText = (request: FastifyRequest): string => (typeof request.body === 'string' ? request.body : '');

/**
 * The JSON of a body, of the given shape.
 * @throws DruidError 400 naming the field that is wrong
 */
export function jsonBody<T>(request: FastifyRequest, schema: z.ZodType<T>): T {
  let value: unknown;
  try {
    value = JSON.parse(bodyText(request));
  } catch (error) {
    throw new DruidError('INVALID_INPUT', `The body is no JSON: ${(error as Error).message}`);
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const reasons = result.error.issues.map(({ path, message }) =>
    path.length > 0 ? `[${path.join('.')}] ${message}` : message,
  );
  throw new DruidError('INVALID_INPUT', `Invalid body: ${reasons.join('; ')}`);
}

/**
 * An ISO 8601 interval; `_` may stand for the slash, which does not pass every proxy.
 * @throws DruidError 400
 */
export function readInterval(name: string, text: string): Interval {
  const interval = parseInterval(text.replace('_', '/'));
  if (!interval) throw new DruidError('INVALID_INPUT', `Invalid ${name}[${text}]. Must be an ISO 8601 interval.`);
  return interval;
}

/** @throws DruidError 400 when the text is no whole number */
export function readCount(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d+$/.test(text)) throw new DruidError('INVALID_INPUT', `Invalid ${name}[${text}]. Must be a number.`);
  return Number(text);
}

/** Whether a flag of the query is set: by being there, unless it says `false`. */
export const isSet = (value: string | undefined): boolean => value !== undefined && value !== 'false';

/** Who makes a change, as Druid's headers tell. */
export function auditInfo({ headers, ip }: FastifyRequest): AuditInfo {
  const header = (name: string): string => {
    const value = headers[name];
    return typeof value === 'string' ? value : '';
  };
  return { author: header('x-druid-author'), comment: header('x-druid-comment'), ip };
}
