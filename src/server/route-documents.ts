import { z } from 'zod';

/** What the OpenAPI document says of a request beyond its path. */
export interface RouteDocument {
  /** One sentence on what the request does or answers. */
  readonly summary: string;
  readonly body?: z.ZodType;
  /** Query parameters by name, with what they mean. */
  readonly query?: Readonly<Record<string, string>>;
}

const jsonSchema = (schema: z.ZodType): object =>
  // What a transformation makes of a value is the server's business; clients send what goes in.
  z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });

const querySchema = (query: Readonly<Record<string, string>>): object => ({
  type: 'object',
  properties: Object.fromEntries(
    Object.entries(query).map(([name, description]) => [name, { type: 'string', description }]),
  ),
});

/** The options of a route with its documentation; requests are checked by the route itself, in Druid's words. */
export const about = (summary: string, { body, query }: Omit<RouteDocument, 'summary'> = {}): { schema: object } => ({
  schema: {
    summary,
    ...(body && { body: jsonSchema(body) }),
    ...(query && { querystring: querySchema(query) }),
  },
});
