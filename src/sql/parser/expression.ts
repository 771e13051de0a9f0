import type { Between, BinaryOperator, Expr, In, Like, Quantified, UnaryOperator } from '../ast.js';
import type { Span } from '../errors.js';
import { atQuery, parseList, type ParserContext } from './context.js';
import { parsePrimary } from './primary.js';

// Calcite's precedences; a higher one binds tighter.
const OR = 22;
const AND = 24;
const NOT = 26;
const IS = 28;
const COMPARISON = 30;
const RANGE = 32;
const ADDITIVE = 40;
const MULTIPLICATIVE = 60;
const SIGN = 80;

const binaryOperators: Readonly<Record<string, readonly [BinaryOperator, number]>> = {
  OR: ['OR', OR],
  AND: ['AND', AND],
  '=': ['=', COMPARISON],
  '<>': ['<>', COMPARISON],
  '!=': ['<>', COMPARISON],
  '<': ['<', COMPARISON],
  '<=': ['<=', COMPARISON],
  '>': ['>', COMPARISON],
  '>=': ['>=', COMPARISON],
  OVERLAPS: ['OVERLAPS', COMPARISON],
  '+': ['+', ADDITIVE],
  '-': ['-', ADDITIVE],
  '*': ['*', MULTIPLICATIVE],
  '/': ['/', MULTIPLICATIVE],
  '%': ['%', MULTIPLICATIVE],
  '||': ['||', MULTIPLICATIVE],
};

const isQuantifiable = (operator: BinaryOperator): operator is Quantified['operator'] =>
  ['=', '<>', '<', '<=', '>', '>='].includes(operator);

/** Reads an expression whose operators all bind at least as tightly as `minimum`. */
export function parseExpression(context: ParserContext, minimum = 0): Expr {
  return context.tokens.nested(() => {
    const start = context.tokens.peek().span;
    let left = parsePrefix(context, start);
    for (;;) {
      const next = parseInfix(context, left, minimum, start);
      if (!next) return left;
      left = next;
    }
  });
}

function parsePrefix(context: ParserContext, start: Span): Expr {
  const { tokens } = context;
  if (tokens.accept('NOT')) {
    return { kind: 'unary', operator: 'NOT', operand: parseExpression(context, NOT), span: tokens.spanFrom(start) };
  }
  const sign = tokens.acceptAny(['-', '+']);
  if (sign === '-' || sign === '+') {
    return { kind: 'unary', operator: sign, operand: parseExpression(context, SIGN), span: tokens.spanFrom(start) };
  }
  return parsePrimary(context);
}

function parseInfix(context: ParserContext, left: Expr, minimum: number, start: Span): Expr | undefined {
  const { tokens } = context;
  const operatorSpan = tokens.peek().span;
  if (IS >= minimum && tokens.at('IS')) return parseIs(context, left, start, operatorSpan);
  if (RANGE >= minimum) {
    const range = parseRange(context, left, start);
    if (range) return range;
  }
  const found = binaryOperators[tokens.peek().keyword];
  if (!found) {
    tokens.atAny(Object.keys(binaryOperators));
    return undefined;
  }
  const [operator, precedence] = found;
  if (precedence < minimum) return undefined;
  tokens.next();
  const quantifier = isQuantifiable(operator) ? tokens.acceptAny(['ANY', 'SOME', 'ALL']) : undefined;
  if (quantifier !== undefined && isQuantifiable(operator)) {
    return {
      kind: 'quantified',
      operator,
      quantifier: quantifier === 'ALL' ? 'ALL' : 'ANY',
      operand: left,
      ...listOrQuery(context),
      span: tokens.spanFrom(start),
    };
  }
  const right = parseExpression(context, precedence + 1);
  return { kind: 'binary', operator, left, right, span: tokens.spanFrom(start), operatorSpan };
}

function parseIs(context: ParserContext, operand: Expr, start: Span, operatorSpan: Span): Expr {
  const { tokens } = context;
  tokens.expect('IS');
  const negated = tokens.accept('NOT');
  if (tokens.accept('DISTINCT', 'FROM')) {
    const right = parseExpression(context, IS + 1);
    const operator = negated ? 'IS NOT DISTINCT FROM' : 'IS DISTINCT FROM';
    return { kind: 'binary', operator, left: operand, right, span: tokens.spanFrom(start), operatorSpan };
  }
  const test = tokens.acceptAny(['NULL', 'TRUE', 'FALSE', 'UNKNOWN', 'JSON']);
  if (test === undefined) throw tokens.unexpected();
  if (test === 'JSON') tokens.acceptAny(['VALUE', 'OBJECT', 'ARRAY', 'SCALAR']);
  const operator = `IS ${negated ? 'NOT ' : ''}${test}` as UnaryOperator;
  return { kind: 'unary', operator, operand, span: tokens.spanFrom(start) };
}

function parseRange(context: ParserContext, operand: Expr, start: Span): Between | In | Like | undefined {
  const { tokens } = context;
  const forms = ['BETWEEN', 'IN', 'LIKE', 'ILIKE', 'SIMILAR'];
  const negated = tokens.at('NOT') && forms.includes(tokens.peek(1).keyword);
  if (negated) tokens.next();
  switch (tokens.acceptAny(forms)) {
    case 'BETWEEN': {
      const symmetric = tokens.accept('SYMMETRIC');
      if (!symmetric) tokens.accept('ASYMMETRIC');
      const low = parseExpression(context, RANGE + 1);
      tokens.expect('AND');
      const high = parseExpression(context, RANGE + 1);
      return { kind: 'between', negated, symmetric, operand, low, high, span: tokens.spanFrom(start) };
    }
    case 'IN':
      return { kind: 'in', negated, operand, ...listOrQuery(context), span: tokens.spanFrom(start) };
    case 'LIKE':
      return parseLike(context, operand, negated, 'LIKE', start);
    case 'ILIKE':
      return parseLike(context, operand, negated, 'ILIKE', start);
    case 'SIMILAR':
      tokens.expect('TO');
      return parseLike(context, operand, negated, 'SIMILAR TO', start);
    default:
      return undefined;
  }
}

function parseLike(
  context: ParserContext,
  operand: Expr,
  negated: boolean,
  operator: Like['operator'],
  start: Span,
): Like {
  const { tokens } = context;
  const pattern = parseExpression(context, RANGE + 1);
  const escape = tokens.accept('ESCAPE') ? parseExpression(context, RANGE + 1) : undefined;
  return { kind: 'like', negated, operator, operand, pattern, ...(escape && { escape }), span: tokens.spanFrom(start) };
}

function listOrQuery(context: ParserContext): Pick<In, 'list' | 'query'> {
  const { tokens } = context;
  tokens.expect('(');
  if (atQuery(context)) {
    const query = context.query();
    tokens.expect(')');
    return { query };
  }
  const list = parseList(context);
  tokens.expect(')');
  return { list };
}
