/** TABLE(INLINE(…)), TABLE(LOCALFILES(…)), TABLE(HTTP(…)), TABLE(S3(…)): input sources in SQL, as Druid's catalog defines them. */
import type { Expr, FunctionCall } from '../ast.js';
import { validationError, type Span } from '../errors.js';
import type { Binding } from './binding.js';
import { EMPTY_SCOPE } from './scope.js';

type Value = string | number | boolean | readonly string[];
type Arguments = ReadonlyMap<string, Value>;

/** What a table function stands for: Druid's JSON. */
export interface ExternalDefinition {
  readonly inputSource: Readonly<Record<string, unknown>>;
  readonly inputFormat: Readonly<Record<string, unknown>>;
}

interface SourceFunction {
  /** Names of the source's arguments, in the order of unnamed ones; those of the format follow. */
  readonly parameters: readonly string[];
  source(args: Arguments, refuse: (message: string) => Error): Readonly<Record<string, unknown>>;
}

/** Arguments of the formats, for all sources. */
const formatParameters = ['format', 'listDelimiter', 'skipHeaderRows', 'delimiter'] as const;

function text(args: Arguments, name: string, refuse: (message: string) => Error): string | undefined {
  const value = args.get(name);
  if (value === undefined || typeof value === 'string') return value;
  throw refuse(`argument '${name}' must be a string`);
}

function texts(args: Arguments, name: string, refuse: (message: string) => Error): readonly string[] | undefined {
  const value = args.get(name);
  if (value === undefined || Array.isArray(value)) return value as readonly string[] | undefined;
  if (typeof value === 'string') return [value];
  throw refuse(`argument '${name}' must be an array of strings`);
}

/** Table functions beside EXTERN, by name. */
const sourceFunctions: Readonly<Record<string, SourceFunction>> = {
  INLINE: {
    parameters: ['data'],
    source(args, refuse) {
      const data = texts(args, 'data', refuse) ?? [];
      if (data.length === 0) throw refuse("requires one or more rows of data in the argument 'data'");
      return { type: 'inline', data: `${data.join('\n')}\n` };
    },
  },
  LOCALFILES: {
    parameters: ['baseDir', 'filter', 'files'],
    source(args, refuse) {
      const baseDir = text(args, 'baseDir', refuse);
      const filter = text(args, 'filter', refuse);
      const files = texts(args, 'files', refuse);
      if (baseDir === undefined && files === undefined) throw refuse("requires an argument 'baseDir' or 'files'");
      if (filter !== undefined && files !== undefined)
        throw refuse("can have the argument 'files' or 'filter', not both");
      if (filter !== undefined && baseDir === undefined) throw refuse("with 'filter' also requires 'baseDir'");
      if (files === undefined) return { type: 'local', baseDir, filter: filter ?? '*' };
      // Druid's local input source has no list of files below a directory; the function does.
      const within = (file: string): string =>
        baseDir === undefined ? file : `${baseDir.replace(/\/+$/, '')}/${file}`;
      return { type: 'local', files: files.map(within) };
    },
  },
  HTTP: {
    parameters: ['uris', 'userName', 'password', 'passwordEnvVar', 'headers'],
    source(args, refuse) {
      const uris = texts(args, 'uris', refuse);
      if (!uris) throw refuse("requires the argument 'uris'");
      const userName = text(args, 'userName', refuse);
      const password = text(args, 'password', refuse);
      const variable = text(args, 'passwordEnvVar', refuse);
      const headers = text(args, 'headers', refuse);
      if (password !== undefined && variable !== undefined) {
        throw refuse("can have only one of the arguments 'password' and 'passwordEnvVar'");
      }
      return {
        type: 'http',
        uris,
        ...(userName !== undefined && { httpAuthenticationUsername: userName }),
        ...(password !== undefined && { httpAuthenticationPassword: { type: 'default', password } }),
        ...(variable !== undefined && { httpAuthenticationPassword: { type: 'environment', variable } }),
        ...(headers !== undefined && { requestHeaders: parseHeaders(headers, refuse) }),
      };
    },
  },
  S3: {
    parameters: [
      'uris',
      'prefixes',
      'bucket',
      'paths',
      'objectGlob',
      'accessKeyId',
      'secretAccessKey',
      'assumeRoleArn',
      'sessionToken',
    ],
    source(args, refuse) {
      const objectGlob = text(args, 'objectGlob', refuse);
      const keys = s3Keys(args, refuse);
      return {
        type: 's3',
        ...s3Objects(args, refuse),
        ...(objectGlob !== undefined && { objectGlob }),
        ...(Object.keys(keys).length > 0 && { properties: keys }),
      };
    },
  },
};

/** Which objects S3(…) reads; what fits together is as in Druid's S3InputSourceDefn. */
function s3Objects(args: Arguments, refuse: (message: string) => Error): Readonly<Record<string, unknown>> {
  const [uris, prefixes, paths] = ['uris', 'prefixes', 'paths'].map((name) => texts(args, name, refuse));
  const bucket = text(args, 'bucket', refuse);
  if (paths && bucket === undefined) throw refuse("with 'paths' also requires 'bucket'");
  if ([uris, prefixes, bucket].filter((given) => given !== undefined).length !== 1) {
    throw refuse("requires exactly one of the arguments 'uris', 'prefixes' and 'bucket'");
  }
  if (bucket === undefined) return uris ? { uris } : { prefixes };
  if (!paths || paths.length === 0) throw refuse("with 'bucket' also requires 'paths'");
  return { objects: paths.map((path) => ({ bucket, path })) };
}

/** The credentials that S3(…) names; without them those of the server are used, which no statement shows. */
function s3Keys(args: Arguments, refuse: (message: string) => Error): Readonly<Record<string, string>> {
  return Object.fromEntries(
    ['accessKeyId', 'secretAccessKey', 'assumeRoleArn', 'sessionToken'].flatMap((name) => {
      const value = text(args, name, refuse);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function parseHeaders(json: string, refuse: (message: string) => Error): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw refuse("argument 'headers' must be a JSON object");
  }
}

function formatOf(
  args: Arguments,
  columns: readonly string[],
  refuse: (message: string) => Error,
): Readonly<Record<string, unknown>> {
  const type = text(args, 'format', refuse);
  if (type === undefined) throw refuse("requires the argument 'format'");
  if (type !== 'csv' && type !== 'tsv') {
    const odd = formatParameters.slice(1).find((name) => args.has(name));
    if (odd !== undefined) throw refuse(`argument '${odd}' does not belong to format [${type}]`);
    return { type };
  }
  const delimiter = text(args, 'delimiter', refuse);
  if (delimiter !== undefined && type === 'csv') throw refuse("argument 'delimiter' does not belong to format [csv]");
  const listDelimiter = text(args, 'listDelimiter', refuse);
  return {
    type,
    columns,
    findColumnsFromHeader: false,
    skipHeaderRows: Number(args.get('skipHeaderRows') ?? 0),
    ...(listDelimiter !== undefined && { listDelimiter }),
    ...(delimiter !== undefined && { delimiter }),
  };
}

function valueOf(name: string, node: Expr, binding: Binding): Value {
  if (node.kind === 'array') {
    return node.elements.map((element) => {
      const value = valueOf(name, element, binding);
      if (typeof value === 'string') return value;
      throw validationError(`Argument '${name}' must be an array of strings`, element.span);
    });
  }
  const bound = binding.expression(node, { scope: EMPTY_SCOPE, clause: 'SELECT' });
  if (bound.kind !== 'literal' || bound.value === null) {
    throw validationError(`Argument '${name}' must be a literal`, node.span);
  }
  return typeof bound.value === 'bigint' ? Number(bound.value) : bound.value;
}

function readArguments(call: FunctionCall, parameters: readonly string[], binding: Binding): Arguments {
  const args = new Map<string, Value>();
  for (const [index, node] of call.args.entries()) {
    const name = parameters[index];
    if (name === undefined) throw validationError(`${call.name} has too many arguments`, node.span);
    args.set(name, valueOf(name, node, binding));
  }
  for (const { name, value } of call.namedArgs ?? []) {
    if (!parameters.includes(name)) throw validationError(`${call.name} has no argument '${name}'`, value.span);
    args.set(name, valueOf(name, value, binding));
  }
  return args;
}

/** Whether a table function of that name, in capitals, stands for an input source. */
export const isSourceFunction = (name: string): boolean => Object.hasOwn(sourceFunctions, name);

/** The input source and format that a call means; `columns` are the names of its EXTEND. */
export function readSourceFunction(
  call: FunctionCall,
  columns: readonly string[],
  span: Span,
  binding: Binding,
): ExternalDefinition {
  const name = call.name.toUpperCase();
  const definition = sourceFunctions[name];
  const refuse = (message: string): Error => validationError(`${name} ${message}`, span);
  if (!definition) throw refuse('is no table function');
  const args = readArguments(call, [...definition.parameters, ...formatParameters], binding);
  return { inputSource: definition.source(args, refuse), inputFormat: formatOf(args, columns, refuse) };
}
