import { isInteger, isSafeNumber, parse as parseExactly } from 'lossless-json';
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

type SqlBody = z.infer<typeof sqlBody>;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new DruidError('INVALID_INPUT', `Malformed SQL query wrapped in JSON: ${(error as Error).message}`);
  }
}

/** Parameters whose integers keep all their digits: those beyond 2^53 become bigint. */
function exactParameters(text: string, parsed: SqlBody['parameters']): SqlBody['parameters'] {
  // Exact parsing is several times slower, and few requests hold a number that long.
  if (!parsed || parsed.length === 0 || !/\d{16}/.test(text)) return parsed;
  const exact = parseExactly(text, null, (digits) =>
    isInteger(digits) && !isSafeNumber(digits) ? BigInt(digits) : Number(digits),
  ) as { readonly parameters: NonNullable<SqlBody['parameters']> };
  return exact.parameters;
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
  const { query, resultFormat, header, typesHeader, sqlTypesHeader, context } = result.data;
  const parameters = result.data.parameters && exactParameters(text, result.data.parameters);
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
