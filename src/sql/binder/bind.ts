/** The binder's entry: a syntax tree becomes a bound statement. */
import type { Insert, Query, Replace, Script } from '../ast.js';
import { validationError } from '../errors.js';
import type { BoundScript, IngestStatement, SelectStatement } from '../plan/index.js';
import { pruneColumns } from '../plan/prune-columns.js';
import { withTextFilters } from '../plan/text-filters.js';
import { withScanBounds } from '../plan/scan-bounds.js';
import type { BindOptions, Binding } from './binding.js';
import { bindExpression } from './expression.js';
import { bindExport, isExport } from './export.js';
import { bindIngest } from './ingest.js';
import { withLookups } from './lookups.js';
import { bindQuery } from './query.js';
import { isTimeZone } from './timestamps.js';

function openBinding(options: BindOptions): Binding {
  let lastId = 0;
  const timeZone = options.timeZone ?? 'UTC';
  if (!isTimeZone(timeZone)) throw validationError(`Unknown time zone [${timeZone}]`);
  const binding: Binding = {
    options: {
      catalog: options.catalog,
      parameters: options.parameters ?? [],
      timeZone,
      now: options.now ?? 0,
      useApproximateCountDistinct: options.useApproximateCountDistinct ?? true,
      forceSegmentSortByTime: options.forceSegmentSortByTime ?? true,
      ...(options.text !== undefined && { text: options.text }),
      ...(options.signatureOf && { signatureOf: options.signatureOf }),
    },
    reads: new Set(),
    places: new WeakMap(),
    nextId: () => (lastId += 1),
    newField: (name, type) => ({ id: (lastId += 1), name, type }),
    expression: (node, environment) => bindExpression(node, binding, environment),
    query: (node, environment) => bindQuery(node, binding, environment),
  };
  return binding;
}

function bindSelectStatement(node: Query, binding: Binding): SelectStatement {
  const query = binding.query(node, {});
  const columns = query.outputs.map(({ name, field }) => ({ fieldId: field.id, name, type: field.type }));
  return { kind: 'select', plan: query.plan, columns };
}

function bindExecutable(node: Query | Insert | Replace, binding: Binding): SelectStatement | IngestStatement {
  const statement =
    node.kind === 'query'
      ? bindSelectStatement(node, binding)
      : isExport(node)
        ? bindExport(node, binding)
        : bindIngest(node, binding);
  const used = new Set(statement.columns.map((column) => column.fieldId));
  return {
    ...statement,
    plan: withScanBounds(withTextFilters(withLookups(pruneColumns(statement.plan, used), binding))),
  };
}

/**
 * Binds a script: resolves names and types, casts operands, and answers the logical plan.
 * @throws SqlError with the place of what is wrong
 */
export function bind(script: Script, options: BindOptions): BoundScript {
  const binding = openBinding(options);
  if (script.parameterCount > binding.options.parameters.length) {
    throw validationError(`No value bound for parameter (position [${binding.options.parameters.length + 1}])`);
  }
  const { statement } = script;
  const bound =
    statement.kind === 'explain'
      ? { kind: 'explain' as const, statement: bindExecutable(statement.statement, binding) }
      : bindExecutable(statement, binding);
  return {
    statement: bound,
    reads: [...binding.reads],
  };
}
