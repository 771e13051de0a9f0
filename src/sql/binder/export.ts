/** INSERT INTO EXTERN(…): an export (org.apache.druid.sql.calcite.planner.IngestHandler.validateExport). */
import type { Expr, FunctionCall, Insert, Replace } from '../ast.js';
import { unsupportedError, validationError } from '../errors.js';
import type { ExportTarget, SelectStatement } from '../plan/index.js';
import type { Binding } from './binding.js';
import { EMPTY_SCOPE } from './scope.js';

/** The arguments of the destinations that can be exported to; all are needed. */
const destinations = {
  LOCAL: ['exportPath'],
  S3: ['bucket', 'prefix'],
} as const;

type Destination = keyof typeof destinations;

const isDestination = (name: string): name is Destination => Object.hasOwn(destinations, name);

function text(name: string, value: Expr, binding: Binding): string {
  const bound = binding.expression(value, { scope: EMPTY_SCOPE, clause: 'SELECT' });
  if (bound.kind !== 'literal' || typeof bound.value !== 'string') {
    throw validationError(`EXTERN destination argument '${name}' must be a string literal`, value.span);
  }
  return bound.value;
}

function targetOf(call: FunctionCall, binding: Binding): ExportTarget {
  const [destination] = call.args;
  if (destination?.kind !== 'call') {
    throw validationError('EXTERN requires a destination such as local(exportPath => …) or s3(bucket => …)', call.span);
  }
  const name = destination.name.toUpperCase();
  if (!isDestination(name)) {
    throw unsupportedError(
      `Export destination [${destination.name.toLowerCase()}] is not supported; supported are [local, s3]`,
      destination.nameSpan,
    );
  }
  const wanted: readonly string[] = destinations[name];
  const given = new Map<string, string>();
  if (destination.args.length > 0) {
    throw validationError(`Arguments of ${name.toLowerCase()}() must be named, as name => 'value'`, destination.span);
  }
  for (const { name: argument, value } of destination.namedArgs ?? []) {
    if (!wanted.includes(argument)) {
      throw validationError(`Export destination ${name.toLowerCase()}() has no argument '${argument}'`, value.span);
    }
    given.set(argument, text(argument, value, binding));
  }
  for (const argument of wanted) {
    if ((given.get(argument) ?? '') === '') {
      throw validationError(
        `Export destination ${name.toLowerCase()}() requires the argument '${argument}'`,
        destination.span,
      );
    }
  }
  return name === 'LOCAL'
    ? { type: 'local', exportPath: given.get('exportPath') ?? '' }
    : { type: 's3', bucket: given.get('bucket') ?? '', prefix: given.get('prefix') ?? '' };
}

/** Whether a statement exports: its target is EXTERN(…). */
export const isExport = (node: Insert | Replace): boolean => node.target.kind === 'call';

/** Binds an export: a query whose rows go to files. */
export function bindExport(node: Insert | Replace, binding: Binding): SelectStatement {
  const { target, query } = node;
  if (target.kind !== 'call') throw validationError('An export needs an EXTERN destination', target.span);
  if (node.kind === 'replace') {
    throw validationError(
      'REPLACE operations do no support EXTERN destinations. Use INSERT statements to write to an external destination.',
      target.span,
    );
  }
  if (node.partitionedBy ?? node.clusteredBy) {
    throw unsupportedError(
      'Export statements do not support a PARTITIONED BY or CLUSTERED BY clause.',
      node.partitionedBy?.span ?? node.span,
    );
  }
  if (node.exportFormat === undefined) {
    throw validationError(
      'Exporting rows into an EXTERN destination requires an AS clause to specify the format, but none was found.',
      target.span,
    );
  }
  if (node.exportFormat !== 'CSV') {
    throw unsupportedError(`Export format [${node.exportFormat}] is not supported; supported is [CSV]`, target.span);
  }
  if (node.columns) {
    throw validationError('Operation [INSERT] cannot be run with a target column list', node.columns[0]?.span);
  }
  if (query.orderBy) {
    throw validationError(
      'Cannot use an ORDER BY clause on a Query of type [INSERT], use CLUSTERED BY instead',
      query.orderBy[0]?.span,
    );
  }
  const exportTo = targetOf(target, binding);
  const bound = binding.query(query, {});
  const seen = new Set<string>();
  for (const { name, span } of bound.outputs) {
    // Columns of a file of CSV are found by name, and many readers do not tell case apart.
    const folded = name.toLowerCase();
    if (seen.has(folded)) throw validationError(`Duplicate field in SELECT: [${name}]`, span);
    seen.add(folded);
  }
  const columns = bound.outputs.map(({ name, field }) => ({ fieldId: field.id, name, type: field.type }));
  return { kind: 'select', plan: bound.plan, columns, exportTo };
}
