import type {
  Explain,
  FunctionCall,
  Identifier,
  Insert,
  PartitionedBy,
  Query,
  Replace,
  Script,
  SetContext,
} from '../ast.js';
import { SqlError, placeSuffix, type Span } from '../errors.js';
import type { ParserContext } from './context.js';
import { parseCall } from './function-call.js';
import { parseLiteral } from './literals.js';
import { parseOrderItems } from './ordering.js';
import { parseIdentifier } from './identifier.js';
import { parseQuery } from './query.js';

/** Reads everything that one request may hold: SET statements, then one statement. */
export function parseScript(context: ParserContext): Script {
  const { tokens } = context;
  const settings: SetContext[] = [];
  while (tokens.at('SET')) {
    settings.push(parseSet(context));
    tokens.expect(';');
  }
  const statement = tokens.at('EXPLAIN') ? parseExplain(context) : parseExecutable(context);
  while (tokens.accept(';'));
  if (tokens.peek().kind !== 'end') throw tokens.unexpected();
  return { settings, statement, parameterCount: tokens.parameterCount };
}

function parseSet(context: ParserContext): SetContext {
  const { tokens } = context;
  const start = tokens.peek().span;
  tokens.expect('SET');
  const key = parseIdentifier(tokens).names.join('.');
  tokens.expect('=');
  const negative = tokens.accept('-');
  const literal = parseLiteral(tokens);
  const span = tokens.spanFrom(start);
  const refuse = (): SqlError =>
    new SqlError('validation', `Assigned value must be a literal for SET statement of context key [${key}]`, span);
  switch (literal?.value.type) {
    case 'decimal':
    case 'double':
      return { key, value: Number(literal.value.text) * (negative ? -1 : 1), span };
    case 'string':
      return { key, value: literal.value.value, span };
    case 'boolean':
      return { key, value: literal.value.value, span };
    case 'null':
      return { key, value: null, span };
    default:
      throw refuse();
  }
}

function parseExplain(context: ParserContext): Explain {
  const { tokens } = context;
  const start = tokens.peek().span;
  tokens.expect('EXPLAIN', 'PLAN');
  tokens.acceptAny(['EXCLUDING', 'INCLUDING']);
  tokens.accept('ATTRIBUTES');
  if (tokens.accept('WITH')) tokens.acceptAny(['TYPE', 'IMPLEMENTATION']);
  else if (tokens.accept('WITHOUT')) tokens.expect('IMPLEMENTATION');
  if (tokens.accept('AS')) tokens.acceptAny(['JSON', 'XML', 'DOT']);
  tokens.expect('FOR');
  return { kind: 'explain', statement: parseExecutable(context), span: tokens.spanFrom(start) };
}

function parseExecutable(context: ParserContext): Query | Insert | Replace {
  const { tokens } = context;
  if (tokens.at('INSERT') || tokens.at('REPLACE')) return parseIngest(context);
  if (tokens.atAny(['SELECT', 'WITH', 'VALUES', 'TABLE', '(']) === undefined) throw tokens.unexpected();
  return parseQuery(context);
}

function parseTarget(context: ParserContext): Identifier | FunctionCall {
  return context.tokens.at('EXTERN') ? parseExportTarget(context) : parseIdentifier(context.tokens);
}

/** EXTERN(f(name => value, …)), where f may be a reserved word: LOCAL is one. */
function parseExportTarget(context: ParserContext): FunctionCall {
  const { tokens } = context;
  const { span: nameSpan } = tokens.next();
  tokens.expect('(');
  const destination = parseCall(context);
  tokens.expect(')');
  return { kind: 'call', name: 'EXTERN', args: [destination], span: tokens.spanFrom(nameSpan), nameSpan };
}

function parseColumns(context: ParserContext): readonly Identifier[] | undefined {
  const { tokens } = context;
  const following = tokens.peek(1).keyword;
  if (
    !tokens.at('(') ||
    following === '(' ||
    following === 'SELECT' ||
    following === 'WITH' ||
    following === 'VALUES'
  ) {
    return undefined;
  }
  tokens.expect('(');
  const columns = [parseIdentifier(tokens)];
  while (tokens.accept(',')) columns.push(parseIdentifier(tokens));
  tokens.expect(')');
  return columns;
}

function parseIngest(context: ParserContext): Insert | Replace {
  const { tokens } = context;
  const start = tokens.peek().span;
  const isReplace = tokens.next().keyword === 'REPLACE';
  tokens.expect('INTO');
  const target = parseTarget(context);
  const columns = parseColumns(context);
  const exportFormat = tokens.accept('AS') ? tokens.expectName().text.toUpperCase() : undefined;
  let overwrite: Replace['overwrite'];
  if (isReplace && tokens.accept('OVERWRITE')) {
    if (tokens.accept('ALL')) overwrite = 'ALL';
    else if (tokens.accept('WHERE')) overwrite = context.expression();
    else throw missingOverwrite(tokens.peek().span);
  }
  const query = parseQuery(context);
  const partitionedBy = parsePartitionedBy(context);
  const clusteredBy = parseClusteredBy(context);
  const common = {
    target,
    ...(columns && { columns }),
    ...(exportFormat !== undefined && { exportFormat }),
    query,
    ...(partitionedBy && { partitionedBy }),
    ...(clusteredBy && { clusteredBy }),
    span: tokens.spanFrom(start),
  };
  if (!isReplace) return { kind: 'insert', ...common };
  return { kind: 'replace', ...common, ...(overwrite !== undefined && { overwrite }) };
}

function missingOverwrite(span: Span): SqlError {
  return new SqlError(
    'syntax',
    `Missing time chunk information in OVERWRITE clause for REPLACE. Use OVERWRITE WHERE <__time based condition> or OVERWRITE ALL to overwrite the entire table.`,
    span,
  );
}

function parseClusteredBy(context: ParserContext): Insert['clusteredBy'] {
  const { tokens } = context;
  if (!tokens.accept('CLUSTERED')) return undefined;
  tokens.expect('BY');
  const items = parseOrderItems(context);
  if (tokens.at('PARTITIONED')) {
    const { span } = tokens.peek();
    throw new SqlError(
      'syntax',
      `CLUSTERED BY found before PARTITIONED BY, CLUSTERED BY must come after the PARTITIONED BY clause${placeSuffix(span)}`,
      span,
    );
  }
  return items;
}

const granularityWords = ['HOUR', 'DAY', 'WEEK', 'MONTH', 'QUARTER', 'YEAR'];

function parsePartitionedBy(context: ParserContext): PartitionedBy | undefined {
  const { tokens } = context;
  if (!tokens.accept('PARTITIONED')) return undefined;
  tokens.expect('BY');
  const start = tokens.peek().span;
  if (tokens.accept('ALL')) {
    tokens.accept('TIME');
    return { kind: 'keyword', keyword: 'ALL', span: tokens.spanFrom(start) };
  }
  const { kind, keyword, text } = tokens.peek();
  const alone = tokens.peek(1).keyword !== '(';
  if (alone && granularityWords.includes(keyword)) {
    tokens.next();
    return { kind: 'keyword', keyword, span: start };
  }
  if (kind === 'string') {
    tokens.next();
    return { kind: 'period', period: text, span: start };
  }
  if (alone && kind === 'word' && tokens.atName()) {
    tokens.next();
    return { kind: 'keyword', keyword, span: start };
  }
  tokens.atAny(['ALL', ...granularityWords]);
  return { kind: 'expr', expr: context.expression(), span: tokens.spanFrom(start) };
}
