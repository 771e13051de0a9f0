import type { Expr, FunctionCall, JsonClauses } from '../ast.js';
import type { ParserContext } from './context.js';
import { parseTypeName } from './type-name.js';

type Behaviour = Exclude<JsonClauses['onEmpty'], undefined>;

function parseBehaviour(context: ParserContext): Behaviour | undefined {
  const { tokens } = context;
  const word = tokens.acceptAny(['NULL', 'ERROR', 'DEFAULT']);
  if (word === 'DEFAULT') return { default: context.expression() };
  return word === 'NULL' || word === 'ERROR' ? word : undefined;
}

/** RETURNING type (of JSON_VALUE alone), … ON EMPTY, … ON ERROR, as they follow the path of JSON_VALUE and JSON_QUERY. */
export function parseJsonClauses(context: ParserContext, takesReturning: boolean): JsonClauses | undefined {
  const { tokens } = context;
  const clauses: { -readonly [K in keyof JsonClauses]: JsonClauses[K] } = {};
  if (takesReturning && tokens.accept('RETURNING')) clauses.returning = parseTypeName(tokens);
  for (;;) {
    const behaviour = parseBehaviour(context);
    if (behaviour === undefined) break;
    tokens.expect('ON');
    if (tokens.accept('EMPTY')) clauses.onEmpty = behaviour;
    else {
      tokens.expect('ERROR');
      clauses.onError = behaviour;
    }
  }
  return Object.keys(clauses).length > 0 ? clauses : undefined;
}

/**
 * The inside of JSON_OBJECT: pairs as `KEY k VALUE v`, `k VALUE v`, `k : v` or `k, v`, then NULL ON NULL or ABSENT ON
 * NULL. Answers undefined when there is nothing inside.
 */
export function parseJsonObject(context: ParserContext): Pick<FunctionCall, 'args' | 'json'> | undefined {
  const { tokens } = context;
  if (tokens.at(')')) return undefined;
  const pairs: { key: Expr; value: Expr }[] = [];
  do {
    tokens.accept('KEY');
    const key = context.expression();
    if (tokens.acceptAny(['VALUE', ':', ',']) === undefined) throw tokens.unexpected();
    pairs.push({ key, value: context.expression() });
  } while (tokens.accept(','));
  const treatment = tokens.acceptAny(['NULL', 'ABSENT']);
  if (treatment === undefined) return { args: [], json: { pairs } };
  tokens.expect('ON', 'NULL');
  return { args: [], json: { pairs, nulls: treatment === 'NULL' ? 'NULL ON NULL' : 'ABSENT ON NULL' } };
}
