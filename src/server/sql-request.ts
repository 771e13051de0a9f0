import { z } from 'zod';
import { DruidError } from './druid-error.js';
import { resultFormatOf, resultFormats, type ResultFormat } from './result-format.js';

/** A request to run SQL, as POST /druid/v2/sql and /druid/v2/sql/task take it (org.apache.druid.sql.http.SqlQuery). */
export interface SqlRequest {
  readonly query: string;
  readonly resultFormat: ResultFormat;
  readonly header: boolean;
  readonly typesHeader: boolean;
  readonly sqlTypesHeader: boolean;
  readonly context: Readonly<Record<string, unknown>>;
  readonly parameters: readonly (SqlParameter | null)[];
}

export interface SqlParameter {
  readonly type: string;
  readonly value: unknown;
}

/** The JSON form of a request. */
export const sqlBody = z.object({
  query: z.string({ error: 'query must be a text' }),
  resultFormat: z
    .string()
    .transform((name, context) => {
      const format = resultFormatOf(name);
      if (format) return format;
      context.addIssue({
        code: 'custom',
        message: `unknown resultFormat [${name}], one of ${resultFormats.join(', ')}`,
      });
      return z.NEVER;
    })
    .nullish(),
  header: z.boolean().nullish(),
  typesHeader: z.boolean().nullish(),
  sqlTypesHeader: z.boolean().nullish(),
  context: z.record(z.string(), z.unknown()).nullish(),
  // Druid finds out about a missing parameter when it binds it.
  parameters: z.array(z.object({ type: z.string(), value: z.unknown() }).nullable()).nullish(),
});

const plain = (query: string): SqlRequest => ({
  query,
  resultFormat: 'object',
  header: false,
  typesHeader: false,
  sqlTypesHeader: false,
  context: {},
  parameters: [],
});

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new DruidError('INVALID_INPUT', `Malformed SQL query wrapped in JSON: ${(error as Error).message}`);
  }
}

function fromJson(text: string): SqlRequest {
  const result = sqlBody.safeParse(parseJson(text));
  if (!result.success) {
    const reasons = result.error.issues.map((issue) => {
      const place = issue.path.join('.');
      return place ? `[${place}] ${issue.message}` : issue.message;
    });
    throw new DruidError('INVALID_INPUT', `Malformed SQL query wrapped in JSON: ${reasons.join('; ')}`);
  }
  const { query, resultFormat, header, typesHeader, sqlTypesHeader, context, parameters } = result.data;
  const request: SqlRequest = {
    query,
    resultFormat: resultFormat ?? 'object',
    header: header ?? false,
    typesHeader: typesHeader ?? false,
    sqlTypesHeader: sqlTypesHeader ?? false,
    context: context ?? {},
    parameters: (parameters ?? []).map((parameter) =>
      parameter ? { type: parameter.type, value: parameter.value ?? null } : null,
    ),
  };
  for (const flag of ['typesHeader', 'sqlTypesHeader'] as const) {
    if (request[flag] && !request.header) {
      throw new DruidError('INVALID_INPUT', `Cannot include '${flag}' without 'header'`);
    }
  }
  return request;
}

/**
 * Reads a request body by its content type: JSON, the SQL itself as text/plain, or URL-encoded SQL.
 * @throws DruidError with status 400 or 415
 */
export function readSqlRequest(contentType: string | undefined, body: string): SqlRequest {
  const mediaType = contentType?.split(';', 1)[0]?.trim().toLowerCase();
  if (!mediaType) throw new DruidError('INVALID_INPUT', 'Missing Content-Type header');
  if (body.trim() === '') throw new DruidError('INVALID_INPUT', 'Empty query');
  switch (mediaType) {
    case 'application/json':
      return fromJson(body);
    case 'text/plain':
      return plain(body.trim());
    case 'application/x-www-form-urlencoded':
      try {
        return plain(decodeURIComponent(body.trim().replaceAll('+', ' ')));
      } catch (error) {
        throw new DruidError('INVALID_INPUT', `Unable to decode URL-Encoded SQL query: ${(error as Error).message}`);
      }
    default:
      throw new DruidError(
        'INVALID_INPUT',
        `Unsupported Content-Type: ${mediaType}. Only application/json, text/plain or application/x-www-form-urlencoded is supported.`,
        {},
        415,
      );
  }
}
