import { quotedName, quotedText, SpecError } from './json.js';

/** Strings, quoted names, words, numbers, operators of Druid's native expressions; blanks are kept. */
const tokenPattern =
  /\s+|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[A-Za-z_]\w*|\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|&&|\|\||->|==|!=|<=|>=|[-+*/%^<>!(),]/gy;

/** Native functions whose name is another one in SQL. */
const renamed: Readonly<Record<string, string>> = {
  nvl: 'COALESCE',
  strlen: 'CHAR_LENGTH',
  timestamp_ceil: 'TIME_CEIL',
  timestamp_extract: 'TIME_EXTRACT',
  timestamp_floor: 'TIME_FLOOR',
  timestamp_format: 'TIME_FORMAT',
  timestamp_parse: 'TIME_PARSE',
  timestamp_shift: 'TIME_SHIFT',
};

const castTypes: Readonly<Record<string, string>> = {
  LONG: 'BIGINT',
  DOUBLE: 'DOUBLE',
  FLOAT: 'FLOAT',
  STRING: 'VARCHAR',
};

const operators: Readonly<Record<string, string>> = { '&&': 'AND', '||': 'OR', '==': '=', '!=': '<>' };

const constants = new Set(['true', 'false', 'null']);

const unescaped = (body: string): string => body.replace(/\\(.)/g, '$1');

class Reader {
  #at = 0;
  constructor(readonly tokens: readonly string[]) {}

  get next(): string | undefined {
    return this.tokens[this.#at];
  }

  /** SQL up to a comma or a closing parenthesis at this depth. */
  part(): string {
    let sql = '';
    for (let token = this.next; token !== undefined && token !== ',' && token !== ')'; token = this.next) {
      this.#at += 1;
      sql += this.#one(token);
    }
    return sql;
  }

  #one(token: string): string {
    if (token === '(') return `(${this.#closing(this.part())})`;
    if (token.startsWith("'")) return quotedText(unescaped(token.slice(1, -1)));
    if (token.startsWith('"')) return quotedName(unescaped(token.slice(1, -1)));
    if (token === '->') throw new SpecError('SQL has no functions of functions');
    if (token === '!') return 'NOT ';
    if (!/^[A-Za-z_]/.test(token)) return operators[token] ?? token;
    if (this.next === '(') return this.#call(token);
    return constants.has(token.toLowerCase()) ? token.toUpperCase() : quotedName(token);
  }

  #closing(sql: string): string {
    if (this.next !== ')') throw new SpecError('a parenthesis is not closed');
    this.#at += 1;
    return sql;
  }

  #call(name: string): string {
    this.#at += 1;
    const args = [this.part().trim()];
    while (this.next === ',') {
      this.#at += 1;
      args.push(this.part().trim());
    }
    this.#closing('');
    const lower = name.toLowerCase();
    const [first = '', second = '', third = ''] = args;
    if (lower === 'if' && args.length === 3) return `CASE WHEN ${first} THEN ${second} ELSE ${third} END`;
    if (lower === 'cast' && args.length === 2) {
      const type = castTypes[second.replaceAll("'", '').toUpperCase()];
      if (type === undefined) throw new SpecError(`there is no SQL type for a cast to ${second}`);
      return `CAST(${first} AS ${type})`;
    }
    if (lower === 'strpos') throw new SpecError('strpos counts from 0, and SQL has no such function');
    return `${renamed[lower] ?? name}(${args.length === 1 && first === '' ? '' : args.join(', ')})`;
  }
}

/**
 * Writes a native expression as SQL: names are quoted, operators and functions that are called otherwise are renamed.
 * @throws SpecError where it has something that SQL has not
 */
export function expressionSql(expression: string): string {
  const tokens = expression.match(tokenPattern) ?? [];
  const read = tokens.reduce((length, token) => length + token.length, 0);
  if (read < expression.length) throw new SpecError(`SQL has no [${expression.slice(read, read + 2).trim()}]`);
  // Blanks part words, but a call's name stands at its parenthesis.
  const reader = new Reader(tokens.filter((token, index) => token.trim() !== '' || tokens[index + 1] !== '('));
  const sql = reader.part().trim();
  if (reader.next !== undefined) throw new SpecError(`[${reader.next}] stands where no more is expected`);
  return sql;
}

/** Columns that an expression in SQL reads, where all names are quoted. */
export const columnsIn = (sql: string): readonly string[] =>
  [...sql.replace(/'(?:[^']|'')*'/g, '').matchAll(/"((?:[^"]|"")*)"/g)].map(([, name = '']) =>
    name.replaceAll('""', '"'),
  );
