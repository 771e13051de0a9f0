/** Small factories of bound expressions. */
import type { Span } from '../errors.js';
import type {
  CallExpression,
  ColumnExpression,
  Expression,
  Field,
  LiteralExpression,
  Plan,
  ProjectNode,
} from '../plan/index.js';
import { BOOLEAN, type SqlType } from '../types.js';

export const literal = (value: LiteralExpression['value'], type: SqlType): LiteralExpression => ({
  kind: 'literal',
  value,
  type,
});

export const columnOf = (field: Field): ColumnExpression => ({
  kind: 'column',
  id: field.id,
  name: field.name,
  type: field.type,
});

export function call(name: string, args: readonly Expression[], type: SqlType, span?: Span): CallExpression {
  return span ? { kind: 'call', function: name, args, type, span } : { kind: 'call', function: name, args, type };
}

export const not = (operand: Expression, span?: Span): CallExpression =>
  call('NOT', [operand], { ...BOOLEAN, nullable: operand.type.nullable }, span);

/** AND over any number of conditions; one condition stays as it is. */
export function conjunction(conditions: readonly Expression[]): Expression | undefined {
  return conditions.length > 1 ? call('AND', conditions, BOOLEAN) : conditions[0];
}

export const isNullLiteral = (expression: Expression): boolean =>
  expression.kind === 'literal' && expression.value === null;

export const project = (input: Plan, columns: ProjectNode['columns']): ProjectNode => ({
  kind: 'project',
  input,
  columns,
  fields: columns.map((column) => column.field),
});

export const filter = (input: Plan, condition: Expression): Plan => ({
  kind: 'filter',
  input,
  condition,
  fields: input.fields,
});

export const nullable = (type: SqlType): SqlType => (type.nullable ? type : { ...type, nullable: true });
export const notNull = (type: SqlType): SqlType => (type.nullable ? { ...type, nullable: false } : type);
