import { z } from 'zod';
import { parseJsonPath } from './json-path.js';

const flattenField = z.union([
  z.string().transform((name) => ({ type: 'root' as const, name, expr: name })),
  z
    .object({
      type: z.enum(['root', 'path', 'tree', 'jq'], { error: 'must be root, path or tree' }),
      name: z.string(),
      expr: z.string().nullish(),
      nodes: z.array(z.string()).min(1).nullish(),
    })
    .superRefine((field, context) => {
      const refuse = (name: string, message: string): void => {
        context.addIssue({ code: 'custom', path: [name], message });
      };
      if (field.type === 'jq') refuse('type', 'jq is not supported; use path or tree');
      if (field.type === 'tree' && !field.nodes) refuse('nodes', 'must be given for a field of type tree');
      if (field.type !== 'path') return;
      if (typeof field.expr !== 'string') refuse('expr', 'must be given for a field of type path');
      else if (!parseJsonPath(field.expr)) {
        refuse('expr', `[${field.expr}] is not supported; supported are paths such as $.a.b[0]['c']`);
      }
    }),
]);

const flattenSpec = z.object({
  useFieldDiscovery: z.boolean().nullish(),
  fields: z.array(flattenField).nullish(),
});

const json = z
  .object({
    type: z.literal('json'),
    flattenSpec: flattenSpec.nullish(),
    featureSpec: z.record(z.string(), z.boolean()).nullish(),
    keepNullColumns: z.boolean().nullish(),
    assumeNewlineDelimited: z.boolean().nullish(),
    useJsonNodeReader: z.boolean().nullish(),
  })
  .refine((format) => !(format.assumeNewlineDelimited && format.useJsonNodeReader), {
    path: ['useJsonNodeReader'],
    error: 'cannot be true when [assumeNewlineDelimited] is true',
  });

const flatText = {
  columns: z.array(z.string()).nullish(),
  listDelimiter: z.string().min(1).nullish(),
  findColumnsFromHeader: z.boolean().nullish(),
  hasHeaderRow: z.boolean().nullish(),
  skipHeaderRows: z.int().min(0).nullish(),
  tryParseNumbers: z.boolean().nullish(),
};

interface FlatText {
  readonly columns?: readonly string[] | null | undefined;
  readonly listDelimiter?: string | null | undefined;
  readonly delimiter?: string | null | undefined;
  readonly findColumnsFromHeader?: boolean | null | undefined;
  readonly hasHeaderRow?: boolean | null | undefined;
}

/** What FlatTextInputFormat of Druid checks of columns and header. */
function checkFlatText(standardDelimiter: string): (format: FlatText, context: z.RefinementCtx) => void {
  return (format, context) => {
    const refuse = (name: string, message: string): void => {
      context.addIssue({ code: 'custom', path: [name], message });
    };
    const delimiter = format.delimiter ?? standardDelimiter;
    if (format.listDelimiter === delimiter) {
      refuse('listDelimiter', `cannot be the same as the delimiter [${delimiter}]`);
    }
    if (format.columns?.length) {
      const bad = format.columns.find((column) => column.includes(delimiter));
      if (bad !== undefined) refuse('columns', `column [${bad}] cannot have the delimiter [${delimiter}] in its name`);
      return;
    }
    const { hasHeaderRow = null, findColumnsFromHeader = null } = format;
    if (hasHeaderRow !== null && findColumnsFromHeader !== null) {
      refuse('hasHeaderRow', 'cannot be given together with [findColumnsFromHeader]');
    } else if (!(hasHeaderRow ?? findColumnsFromHeader)) {
      refuse('columns', 'must be set, or [findColumnsFromHeader] must be true');
    }
  };
}

const csv = z.object({ type: z.literal('csv'), ...flatText }).superRefine(checkFlatText(','));

const tsv = z
  .object({ type: z.literal('tsv'), ...flatText, delimiter: z.string().min(1).nullish() })
  .superRefine(checkFlatText('\t'));

const lines = z.object({ type: z.literal('lines') });

/** A Java regular expression that DuckDB (RE2) and JavaScript both understand; undefined where one of them does not. */
export function compilePattern(pattern: string): RegExp | undefined {
  // RE2 has neither looking around nor back references nor possessive quantifiers.
  if (/\(\?<?[=!]|\(\?>|\\[1-9]|\\k<|[*+?}]\+/.test(pattern)) return undefined;
  try {
    return new RegExp(`^(?:${pattern})$`, 's');
  } catch {
    return undefined;
  }
}

const regex = z.object({
  type: z.literal('regex'),
  pattern: z.string().refine((pattern) => compilePattern(pattern) !== undefined, {
    error: 'is not a regular expression that can be read (no look-around, back references or inline flags)',
  }),
  listDelimiter: z.string().min(1).nullish(),
  columns: z.array(z.string()).nullish(),
});

const parquet = z.object({
  type: z.literal('parquet'),
  binaryAsString: z.boolean().nullish(),
  flattenSpec: flattenSpec.nullish(),
});

const avroOcf = z.object({
  type: z.literal('avro_ocf'),
  binaryAsString: z.boolean().nullish(),
  extractUnionsByType: z.literal(false, { error: 'is not supported' }).nullish(),
  flattenSpec: flattenSpec.nullish(),
  /** Avro's reader schema, as JSON. */
  schema: z.record(z.string(), z.unknown()).nullish(),
});

export type AvroFormat = z.infer<typeof avroOcf>;
export type JsonFormat = z.infer<typeof json>;
export type CsvFormat = z.infer<typeof csv>;
export type TsvFormat = z.infer<typeof tsv>;
export type LinesFormat = z.infer<typeof lines>;
export type RegexFormat = z.infer<typeof regex>;
export type ParquetFormat = z.infer<typeof parquet>;
export type TextFormat = CsvFormat | TsvFormat | LinesFormat | RegexFormat;
export type FlattenSpec = z.infer<typeof flattenSpec>;
export type InputFormat = JsonFormat | TextFormat | ParquetFormat | AvroFormat;

/** Schemas of the input formats by their type. */
export const formatSchemas = { json, csv, tsv, lines, regex, parquet, avro_ocf: avroOcf } as const;
