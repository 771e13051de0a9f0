/** PIVOT and UNPIVOT as the queries that they stand for, after validatePivot and validateUnpivot of Calcite's SqlValidatorImpl. */
import type {
  Binary,
  Expr,
  FunctionCall,
  Identifier,
  Literal,
  PivotTable,
  PivotValue,
  Query,
  UnpivotTable,
} from '../ast.js';
import type { SelectItem } from '../ast.js';
import { unsupportedError, validationError, type Span } from '../errors.js';
import { lookUpFunction } from '../functions/index.js';
import { widestType } from './lattice.js';
import type { ScopeColumn } from './scope.js';

/**
 * Groups by the columns that no measure and no axis reads; each value has each measure, over the rows of that value.
 *
 * @param columns the input's
 */
export function pivotQuery(node: PivotTable, columns: readonly ScopeColumn[]): Query {
  const used = new Set([...node.axes, ...node.measures.map((measure) => measure.expr)].flatMap(namesIn));
  const kept = columns.filter(({ name }) => !used.has(name)).map(({ name }) => identifier(name, node.span));
  const items = node.values.flatMap((value) => {
    if (value.values.length !== node.axes.length) {
      throw validationError(
        `Value count in PIVOT (${value.values.length}) must match number of FOR columns (${node.axes.length})`,
        value.span,
      );
    }
    const matches = node.axes.map((axis, index) => equal(axis, value.values[index] ?? axis));
    return node.measures.map((measure): SelectItem => {
      const call = aggregateOf(measure);
      const filter = all([...(call.filter ? [call.filter] : []), ...matches]);
      const name = [valueName(value), ...(measure.alias ? [measure.alias.name] : [])].join('_');
      return { expr: { ...call, filter }, alias: { name, span: value.span }, span: measure.span };
    });
  });
  return query(node.span, {
    items: [...kept.map((expr) => ({ expr, span: node.span })), ...items],
    from: node.input,
    ...(kept.length > 0 && { groupBy: kept.map((expr) => ({ kind: 'expr', expr }) as const) }),
  });
}

function aggregateOf({ expr, span }: SelectItem): FunctionCall {
  if (expr.kind === 'call' && lookUpFunction(expr.name)?.kind === 'aggregate') return expr;
  throw validationError('Measure expression in PIVOT must use aggregate function', span);
}

/** The alias of a value, or its text as Calcite prints it. */
function valueName({ values, alias, span }: PivotValue): string {
  if (alias) return alias.name;
  const texts = values.map((value) => {
    if (value.kind === 'literal' && value.value.type === 'string')
      return `'${value.value.value.replaceAll("'", "''")}'`;
    if (value.kind === 'literal' && 'text' in value.value) return value.value.text;
    if (value.kind === 'literal' && value.value.type === 'boolean') return String(value.value.value).toUpperCase();
    throw unsupportedError('A value in PIVOT that is neither text, a number nor a boolean needs an alias', span);
  });
  return texts.join('_');
}

const ORDINAL = '$ordinal';

/**
 * Each row once for each source, with the axes' values and the source's columns as measures.
 *
 * @param columns the input's
 */
export function unpivotQuery(node: UnpivotTable, columns: readonly ScopeColumn[]): Query {
  checkUnpivot(node, columns);
  const used = new Set(node.sources.flatMap((source) => source.columns).flatMap(namesIn));
  const kept = columns.filter(({ name }) => !used.has(name)).map(({ name }) => identifier(name, node.span));
  const measured = node.measures.map((measure, index): Expr => ({
    kind: 'case',
    operand: identifier(ORDINAL, node.span),
    whens: node.sources.map((source, ordinal) => ({
      when: number(ordinal, node.span),
      then: source.columns[index] ?? measure,
    })),
    span: measure.span,
  }));
  const rows = node.sources.map(({ columns: names, values }, ordinal) => [
    number(ordinal, node.span),
    ...(values ?? node.axes.map((axis) => text(names.flatMap(namesIn).join('_'), axis.span))),
  ]);
  const axisNames = node.axes.map((_, index) => `$axis${index}`);
  const named = (expr: Expr, { names, span }: Identifier): SelectItem => ({
    expr,
    alias: { name: names[0] ?? '', span },
    span,
  });
  const present = measured.map((operand): Expr => ({
    kind: 'unary',
    operator: 'IS NOT NULL',
    operand,
    span: node.span,
  }));
  return query(node.span, {
    items: [
      ...kept.map((expr) => ({ expr, span: node.span })),
      ...node.axes.map((axis, index) => named(identifier(axisNames[index] ?? '', axis.span), axis)),
      ...node.measures.map((measure, index) => named(measured[index] ?? measure, measure)),
    ],
    from: {
      kind: 'join',
      type: 'CROSS',
      natural: false,
      left: node.input,
      right: {
        kind: 'derived',
        lateral: false,
        query: { kind: 'query', body: { kind: 'values', rows, span: node.span }, span: node.span },
        alias: { name: '$sources', columns: [ORDINAL, ...axisNames], span: node.span },
        span: node.span,
      },
      span: node.span,
    },
    ...(!node.includeNulls && { where: joined('OR', present) }),
  });
}

function checkUnpivot(node: UnpivotTable, columns: readonly ScopeColumn[]): void {
  const { measures, axes, sources } = node;
  for (const { columns: names, values } of sources) {
    for (const [given, wanted] of [
      [names.length, measures.length],
      [values?.length ?? axes.length, axes.length],
    ] as const) {
      if (given === wanted) continue;
      throw validationError(
        `Value count in UNPIVOT (${given}) must match number of FOR columns (${wanted})`,
        names[0]?.span ?? node.span,
      );
    }
  }
  const typeOf = (name: Identifier): ScopeColumn['expression']['type'] => {
    const column = columns.find((each) => each.name === name.names[0]);
    if (!column) throw validationError(`Column '${name.names.join('.')}' not found in any table`, name.span);
    return column.expression.type;
  };
  for (const [index, measure] of measures.entries()) {
    const types = sources.map((source) => typeOf(source.columns[index] ?? measure));
    if (widestType(types)) continue;
    throw validationError(
      `In UNPIVOT, cannot derive type for measure '${measure.names.join()}' because source columns have different data types`,
      measure.span,
    );
  }
  const used = new Set(sources.flatMap((source) => source.columns).flatMap(namesIn));
  const seen = new Set(columns.map(({ name }) => name).filter((name) => !used.has(name)));
  for (const name of [...measures, ...axes]) {
    const [text = ''] = name.names;
    if (seen.has(text)) throw validationError(`Duplicate column name '${text}' in UNPIVOT`, name.span);
    seen.add(text);
  }
}

/** The last names of all identifiers below a node. */
function namesIn(node: unknown): readonly string[] {
  if (Array.isArray(node)) return node.flatMap(namesIn);
  if (typeof node !== 'object' || node === null) return [];
  const { kind, names } = node as Partial<Identifier>;
  if (kind === 'identifier' && names) return names.slice(-1);
  return Object.values(node).flatMap(namesIn);
}

const identifier = (name: string, span: Span): Identifier => ({
  kind: 'identifier',
  names: [name],
  quoted: [true],
  span,
});

const number = (value: number, span: Span): Literal => ({
  kind: 'literal',
  value: { type: 'decimal', text: String(value) },
  span,
});

const text = (value: string, span: Span): Literal => ({ kind: 'literal', value: { type: 'string', value }, span });

const equal = (left: Expr, right: Expr): Binary => ({
  kind: 'binary',
  operator: '=',
  left,
  right,
  span: right.span,
  operatorSpan: right.span,
});

const joined = (operator: 'AND' | 'OR', terms: readonly Expr[]): Expr =>
  terms.reduce((left, right) => ({ kind: 'binary', operator, left, right, span: left.span, operatorSpan: left.span }));

const all = (terms: readonly Expr[]): Expr => joined('AND', terms);

const query = (
  span: Span,
  select: Omit<Extract<Query['body'], { kind: 'select' }>, 'kind' | 'distinct' | 'span'>,
): Query => ({ kind: 'query', body: { kind: 'select', distinct: false, ...select, span }, span });
