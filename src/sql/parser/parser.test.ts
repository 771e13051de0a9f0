import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { SqlError } from '../errors.js';
import { tokenize } from '../lexer.js';
import { parse, parseExpressionText } from './index.js';

/** The tree without places, which is what most cases are about. */
const shape = (node: unknown): unknown =>
  JSON.parse(JSON.stringify(node, (name, value: unknown) => (/[sS]pan$/.test(name) ? undefined : value)));

/** An expression with every operation in parentheses, to show how it was grouped. */
function grouped(text: string): string {
  const show = (node: ReturnType<typeof parseExpressionText>): string => {
    switch (node.kind) {
      case 'binary':
        return `(${show(node.left)} ${node.operator} ${show(node.right)})`;
      case 'unary':
        return `(${node.operator} ${show(node.operand)})`;
      case 'between':
        return `(${show(node.operand)} BETWEEN ${show(node.low)} ${show(node.high)})`;
      case 'like':
        return `(${show(node.operand)} LIKE ${show(node.pattern)})`;
      case 'identifier':
        return node.names.join('.');
      case 'literal':
        return 'text' in node.value ? node.value.text : node.value.type;
      default:
        return node.kind;
    }
  };
  return show(parseExpressionText(text));
}

function refusal(sql: string): SqlError {
  try {
    parse(sql);
  } catch (error) {
    if (error instanceof SqlError) return error;
    throw error;
  }
  throw new Error(`Accepted: ${sql}`);
}

test('the context variables of SQL name columns, as Druid has no functions of these names', () => {
  expect(shape(parseExpressionText('user'))).toMatchObject({ kind: 'identifier', names: ['user'] });
  expect(shape(parseExpressionText('CURRENT_DATE'))).toMatchObject({ kind: 'call', bare: true });
  expect(refusal('SELECT 1 AS user').message).toContain('unexpected token [user]');
});

describe('operator precedence', () => {
  it.each([
    ['1 + 2 * 3', '(1 + (2 * 3))'],
    ['1 - 2 - 3', '((1 - 2) - 3)'],
    ['-a * b', '((- a) * b)'],
    ['a OR b AND c', '(a OR (b AND c))'],
    ['NOT a = b', '(NOT (a = b))'],
    ['NOT a AND b', '((NOT a) AND b)'],
    ['a = b IS NULL', '(IS NULL (a = b))'],
    ['a BETWEEN 1 + 1 AND 5 AND c', '((a BETWEEN (1 + 1) 5) AND c)'],
    ['a || b LIKE c', '((a || b) LIKE c)'],
    ['a < b + 1', '(a < (b + 1))'],
    ['a IS NOT DISTINCT FROM b + 1', '(a IS NOT DISTINCT FROM (b + 1))'],
    ['(a + b) * c', '((a + b) * c)'],
  ])('%s', (text, expected) => {
    expect(grouped(text)).toBe(expected);
  });
});

describe('constructs that are read', () => {
  it.each([
    'SELECT 1',
    'SELECT DISTINCT a, t.*, "b c" AS x FROM druid.t AS t WHERE a <> 1',
    'SELECT COUNT(*) FILTER (WHERE a > 1), SUM(DISTINCT b) FROM t GROUP BY ROLLUP (a, (b, c)), GROUPING SETS ((a), ())',
    'SELECT SUM(x) OVER (PARTITION BY a ORDER BY b DESC NULLS LAST ROWS BETWEEN 1 PRECEDING AND UNBOUNDED FOLLOWING) FROM t',
    'SELECT LAG(x) OVER w FROM t WINDOW w AS (ORDER BY y), v AS (w)',
    "SELECT TRIM(LEADING 'x' FROM a), SUBSTRING(a FROM 2 FOR 3), POSITION('b' IN a FROM 2), EXTRACT(YEAR FROM b) FROM t",
    "SELECT JSON_VALUE(a, '$.x' RETURNING BIGINT NULL ON EMPTY), JSON_OBJECT(KEY 'a' VALUE b, 'c': d NULL ON NULL) FROM t",
    "SELECT CAST(a AS VARCHAR ARRAY), CAST(b AS TYPE('COMPLEX<json>')), CAST(c AS DECIMAL(5, 2)) FROM t",
    'SELECT * FROM a LEFT JOIN b USING (x, y), LATERAL (SELECT 1) AS c CROSS JOIN UNNEST(ARRAY[1, 2]) AS u(n)',
    'WITH a AS (SELECT 1 AS x), b (y) AS (VALUES (1), (2)) SELECT * FROM a UNION ALL SELECT * FROM b ORDER BY 1 LIMIT 5 OFFSET 2',
    '((SELECT 1) UNION (SELECT 2)) INTERSECT SELECT 3 ORDER BY 1 FETCH FIRST 2 ROWS ONLY',
    'SELECT (SELECT 1) + 1 WHERE EXISTS (SELECT 1) AND (a, b) IN (SELECT 1, 2) AND x > ALL (SELECT 2)',
    "SELECT TIMESTAMP '2000-01-01 00:00:00' - INTERVAL '1' DAY, DATE '2000-01-01' + INTERVAL '1-2' YEAR TO MONTH",
    'EXPLAIN PLAN FOR SELECT 1',
    "SET finalizeAggregations = FALSE; SET x = 'y'; SELECT 1;",
    `INSERT INTO "w" SELECT * FROM TABLE(EXTERN('{}', '{}')) EXTEND (a VARCHAR, b BIGINT) PARTITIONED BY DAY CLUSTERED BY a, 2`,
    `REPLACE INTO w OVERWRITE WHERE __time >= TIMESTAMP '2000-01-01' SELECT * FROM t PARTITIONED BY TIME_FLOOR(__time, 'PT1H')`,
    `REPLACE INTO w OVERWRITE ALL WITH x AS (SELECT 1) SELECT * FROM x PARTITIONED BY ALL TIME`,
    'SELECT a -- comment\n /* another\n one */ FROM t // and one more',
    "SELECT U&'\\00e9', 'it''s', 'a' \n 'b', {fn UPPER('x')}, {ts '2000-01-01 00:00:00'}",
  ])('%s', (sql) => {
    expect(() => parse(sql)).not.toThrow();
  });
});

describe('refusals', () => {
  it.each([
    ['SELECT FROM t', 1, 8, 'Received an unexpected token [FROM] (line [1], column [8])'],
    ['SELECT a\nFROM t WHERE', 2, 13, 'Received an unexpected token [<EOF>]'],
    ['SELECT 1 1', 1, 10, 'Received an unexpected token [1]'],
    ["SELECT 'abc", 1, 8, 'Unterminated string literal'],
    ['SELECT a FROM t GROUP a', 1, 17, 'Received an unexpected token [GROUP]'],
    ['DROP TABLE t', 1, 1, 'Received an unexpected token [DROP]'],
    ['SELECT language FROM t', 1, 8, 'Received an unexpected token [language]'],
    ['INSERT INTO t SELECT 1 CLUSTERED BY a PARTITIONED BY DAY', 1, 39, 'CLUSTERED BY found before PARTITIONED BY'],
  ])('%s', (sql, line, column, message) => {
    const error = refusal(sql);
    expect(error.message).toContain(message);
    expect(error.span).toMatchObject({ line, column });
  });

  it('names what would have been accepted', () => {
    expect(refusal('SELECT * FROM t ORDER a').message).toContain('acceptable options:');
  });

  it('refuses nesting that would overflow the stack', () => {
    expect(refusal(`SELECT ${'('.repeat(5000)}1${')'.repeat(5000)}`).message).toContain('nested');
  });

  it('reads long flat chains', () => {
    const terms = Array.from({ length: 3000 }, (_, index) => `a = ${index}`);
    expect(() => parse(`SELECT 1 FROM t WHERE ${terms.join(' OR ')}`)).not.toThrow();
  });
});

describe('properties', () => {
  it('text literals come back as they were written', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const parsed = parseExpressionText(`'${text.replaceAll("'", "''")}'`);
        expect(shape(parsed)).toEqual({ kind: 'literal', value: { type: 'string', value: text } });
      }),
    );
  });

  it('quoted names come back as they were written', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (name) => {
        const parsed = parseExpressionText(`"${name.replaceAll('"', '""')}"`);
        expect(shape(parsed)).toEqual({ kind: 'identifier', names: [name], quoted: [true] });
      }),
    );
  });

  it('any text is read or refused with a place inside of it', () => {
    const word = fc.constantFrom(
      'SELECT',
      'FROM',
      'a',
      '"b"',
      '(',
      ')',
      ',',
      '1',
      "'x'",
      '=',
      'AND',
      'ORDER',
      'BY',
      '*',
      '.',
      '[',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(word, { maxLength: 12 }).map((words) => words.join(' ')),
        ),
        (sql) => {
          try {
            parse(sql);
          } catch (error) {
            expect(error).toBeInstanceOf(SqlError);
            expect((error as SqlError).span?.start).toBeLessThanOrEqual(sql.length);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('tokens cover the text in order, without overlaps', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        let tokens;
        try {
          tokens = tokenize(text);
        } catch {
          return;
        }
        let end = 0;
        for (const token of tokens) {
          expect(token.span.start).toBeGreaterThanOrEqual(end);
          end = token.span.end;
        }
      }),
    );
  });
});
