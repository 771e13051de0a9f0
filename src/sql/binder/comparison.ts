/** Comparisons, BETWEEN, LIKE and the IS tests. */
import type { UnaryOperator } from '../ast.js';
import { unsupportedError, type Span } from '../errors.js';
import type { Expression } from '../plan/index.js';
import { BOOLEAN, isString, type SqlType, VARCHAR } from '../types.js';
import { call, not } from './build.js';
import { convert } from './convert.js';
import { commonComparisonType, comparisonType, isAtomic } from './lattice.js';
import { betweenShape, binaryShape, callShape, cannotApplyOperator, postfixShape } from './refusal.js';

export type ComparisonOperator = '=' | '<>' | '<' | '<=' | '>' | '>=' | 'IS DISTINCT FROM' | 'IS NOT DISTINCT FROM';

const equalities: ReadonlySet<string> = new Set(['=', '<>', 'IS DISTINCT FROM', 'IS NOT DISTINCT FROM']);

/** Whether values of a type have an order. */
const isOrdered = (type: SqlType): boolean => type.name !== 'COMPLEX' && type.name !== 'ROW';

function comparisonForms(operator: string): readonly string[] {
  return [
    equalities.has(operator)
      ? `<EQUALS_TYPE> ${operator} <EQUALS_TYPE>`
      : `<COMPARABLE_TYPE> ${operator} <COMPARABLE_TYPE>`,
  ];
}

/** Binds a comparison; both sides are brought to one type. */
export function bindComparison(
  operator: ComparisonOperator,
  left: Expression,
  right: Expression,
  timeZone: string,
  span: Span,
): Expression {
  const common = comparisonType(left.type, right.type);
  if (!common || (!equalities.has(operator) && !isOrdered(common))) {
    throw cannotApplyOperator(operator, binaryShape(operator, left.type, right.type), comparisonForms(operator), span);
  }
  const args = [convert(left, common, timeZone), convert(right, common, timeZone)];
  const isNullable = !operator.startsWith('IS') && args.some((arg) => arg.type.nullable);
  return call(operator, args, { ...BOOLEAN, nullable: isNullable }, span);
}

/** Binds `x BETWEEN low AND high`. */
export function bindBetween(
  operand: Expression,
  low: Expression,
  high: Expression,
  how: { readonly negated: boolean; readonly symmetric: boolean },
  timeZone: string,
  span: Span,
): Expression {
  const common = commonComparisonType([operand.type, low.type, high.type]);
  if (!common || !isOrdered(common)) {
    const name = `${how.negated ? 'NOT ' : ''}BETWEEN ${how.symmetric ? 'SYMMETRIC' : 'ASYMMETRIC'}`;
    throw cannotApplyOperator(
      name,
      betweenShape(name, operand.type, low.type, high.type),
      ['<COMPARABLE_TYPE> BETWEEN <COMPARABLE_TYPE> AND <COMPARABLE_TYPE>'],
      span,
    );
  }
  const [value, from, to] = [operand, low, high].map((each) => convert(each, common, timeZone)) as [
    Expression,
    Expression,
    Expression,
  ];
  const type: SqlType = { ...BOOLEAN, nullable: [value, from, to].some((each) => each.type.nullable) };
  const forward = call('BETWEEN', [value, from, to], type, span);
  const within = how.symmetric ? call('OR', [forward, call('BETWEEN', [value, to, from], type, span)], type) : forward;
  return how.negated ? not(within, span) : within;
}

/** Binds LIKE; a number or a timestamp is matched as text. */
export function bindLike(
  operator: 'LIKE' | 'ILIKE' | 'SIMILAR TO',
  negated: boolean,
  operands: readonly Expression[],
  timeZone: string,
  span: Span,
): Expression {
  if (operator !== 'LIKE') throw unsupportedError(`Operator '${operator}' is not supported`, span);
  const name = negated ? 'NOT LIKE' : 'LIKE';
  if (operands.some((operand) => operand.type.name !== 'NULL' && !isAtomic(operand.type))) {
    throw cannotApplyOperator(
      name,
      callShape(
        name,
        operands.map((operand) => operand.type),
      ),
      [`${name}(<STRING>, <STRING>, <STRING>)`],
      span,
    );
  }
  const args = operands.map((operand) => convert(operand, isString(operand.type) ? operand.type : VARCHAR, timeZone));
  const like = call('LIKE', args, { ...BOOLEAN, nullable: args.some((arg) => arg.type.nullable) }, span);
  return negated ? not(like, span) : like;
}

/** Binds IS [NOT] NULL, TRUE, FALSE and UNKNOWN. */
export function bindTest(
  operator: Exclude<UnaryOperator, '-' | '+' | 'NOT'>,
  operand: Expression,
  timeZone: string,
  span: Span,
): Expression {
  const type: SqlType = { ...BOOLEAN, nullable: false };
  switch (operator) {
    case 'IS NULL':
    case 'IS NOT NULL':
      return call(operator, [operand], type, span);
    case 'IS UNKNOWN':
      return call('IS NULL', [truth(operator, operand, timeZone, span)], type, span);
    case 'IS NOT UNKNOWN':
      return call('IS NOT NULL', [truth(operator, operand, timeZone, span)], type, span);
    case 'IS TRUE':
    case 'IS NOT TRUE':
    case 'IS FALSE':
    case 'IS NOT FALSE':
      return call(operator, [truth(operator, operand, timeZone, span)], type, span);
    case 'IS JSON':
    case 'IS NOT JSON':
      throw unsupportedError(`Operator '${operator}' is not supported`, span);
    default:
      return operator satisfies never;
  }
}

function truth(operator: string, operand: Expression, timeZone: string, span: Span): Expression {
  const { type } = operand;
  if (type.name !== 'BOOLEAN' && type.name !== 'NULL' && !isString(type)) {
    throw cannotApplyOperator(operator, postfixShape(operator, type), [`<BOOLEAN> ${operator}`], span);
  }
  return convert(operand, BOOLEAN, timeZone);
}
