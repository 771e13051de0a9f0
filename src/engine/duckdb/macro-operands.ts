/**
 * DuckDB writes an operand of a macro into its body as often as the body names it. Nested calls would grow without bound
 * that way, and an operand would be computed as often. Operands that cost something are therefore computed once: a list of
 * one is transformed by a lambda whose body is the call.
 */

/** Characters of SQL that the copies of an operand may add. */
const COPIED = 200;

const definition = /^(CREATE OR REPLACE TEMP MACRO (\w+)\(([^)]*)\) AS\s+)([^]*)$/;

/** A quoted text or name, a word, or any other sign. */
const token = /'(?:[^']|'')*'|"(?:[^"]|"")*"|\w+|\s+|[^]/g;

const closing: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/** Queries and lambdas exclude each other. */
const query = /\bSELECT\b/;

interface Macro {
  /** How often each parameter stands in the body once the macros in it are expanded. */
  readonly uses: readonly number[];
  /** Characters of the expanded body. */
  readonly size: number;
  readonly holdsQuery: boolean;
}

/** SQL with what it amounts to once its macros are expanded. */
interface Expansion {
  readonly sql: string;
  /** Characters. */
  readonly size: number;
  /** How often each of the watched words stands in it. */
  readonly uses: readonly number[];
}

/** The macros that statements may call. */
export interface MacroOperands {
  /** The definitions, with the operands of the macros in their bodies bound. */
  readonly definitions: readonly string[];
  /** A statement with costly operands of its macros computed once. */
  bind(sql: string): string;
}

const plus = (a: Expansion, b: Expansion, times = 1): Expansion => ({
  sql: a.sql,
  size: a.size + b.size * times,
  uses: a.uses.map((count, index) => count + (b.uses[index] ?? 0) * times),
});

class Rewriting {
  readonly #tokens: readonly string[];
  #next = 0;
  #names = 0;

  constructor(
    sql: string,
    private readonly macros: ReadonlyMap<string, Macro>,
    private readonly watched: readonly string[],
    private readonly prefix: string,
  ) {
    this.#tokens = sql.match(token) ?? [];
  }

  whole(): Expansion {
    return this.#until(undefined);
  }

  #plain(sql: string): Expansion {
    return { sql, size: sql.length, uses: this.watched.map((name) => (name === sql ? 1 : 0)) };
  }

  /** Reads up to a closing bracket, or a comma where those separate; both are left to the caller. */
  #until(end: string | undefined, separator?: ','): Expansion {
    const parts: string[] = [];
    const uses = this.watched.map(() => 0);
    let size = 0;
    // Texts consist of many signs, few of which are watched, so that each is not an expansion of its own.
    const addSign = (sign: string): void => {
      parts.push(sign);
      size += sign.length;
      const index = this.watched.indexOf(sign);
      if (index >= 0) uses[index] = (uses[index] ?? 0) + 1;
    };
    const add = (part: Expansion): void => {
      parts.push(part.sql);
      size += part.size;
      for (const [index, count] of part.uses.entries()) uses[index] = (uses[index] ?? 0) + count;
    };
    for (let sign = this.#tokens[this.#next]; sign !== undefined; sign = this.#tokens[this.#next]) {
      if (sign === end || sign === separator) break;
      this.#next += 1;
      const macro = this.#tokens[this.#next] === '(' ? this.macros.get(sign) : undefined;
      if (macro) {
        add(this.#call(sign, macro));
        continue;
      }
      addSign(sign);
      const close = closing[sign];
      if (close === undefined) continue;
      add(this.#until(close));
      this.#next += 1;
      addSign(close);
    }
    return { sql: parts.join(''), size, uses };
  }

  #call(name: string, macro: Macro): Expansion {
    const operands: Expansion[] = [];
    do {
      this.#next += 1;
      const { sql, ...rest } = this.#until(')', ',');
      operands.push({ sql: sql.trim(), ...rest });
    } while (this.#tokens[this.#next] === ',');
    this.#next += 1;
    const usesOf = (index: number): number => macro.uses[index] ?? 1;
    const costs = operands.map(
      ({ sql, size }, index) => sql.includes('(') && (usesOf(index) - 1) * size > COPIED && !macro.holdsQuery,
    );
    const bound = operands.filter((_, index) => costs[index]);
    const kept = operands.filter((_, index) => !costs[index]);
    if (bound.length === 0 || kept.some(({ sql }) => query.test(sql))) {
      const whole = { ...this.#plain(`${name}(${operands.map(({ sql }) => sql).join(', ')})`), size: macro.size };
      return operands.reduce((sum, operand, index) => plus(sum, operand, usesOf(index)), whole);
    }
    this.#names += 1;
    const variable = `${this.prefix}${this.#names}`;
    const nameOf = (operand: Expansion): string =>
      bound.length === 1 ? variable : `${variable}.o${bound.indexOf(operand)}`;
    const args = operands.map((operand, index) => (costs[index] ? this.#plain(nameOf(operand)) : operand));
    const members = bound.map(({ sql }, index) => (bound.length === 1 ? sql : `o${index}: ${sql}`)).join(', ');
    const list = bound.length === 1 ? `[${members}]` : `[{${members}}]`;
    const call = `${name}(${args.map(({ sql }) => sql).join(', ')})`;
    const empty = { ...this.#plain(''), size: macro.size };
    const body = args.reduce((sum, arg, index) => plus(sum, arg, usesOf(index)), empty);
    const whole = bound.reduce((sum, operand) => plus(sum, operand), body);
    return { ...whole, sql: `list_transform(${list}, lambda ${variable}: ${call})[1]` };
  }
}

/**
 * Looks at the definitions of macros.
 * @param macros `CREATE OR REPLACE TEMP MACRO name(parameters) AS body`; a body calls macros that stand before it
 */
export function macroOperands(macros: readonly string[]): MacroOperands {
  const known = new Map<string, Macro>();
  const definitions = macros.map((text) => {
    const [, head = '', name = '', list = '', body = ''] = definition.exec(text) ?? [];
    const parameters = list.split(',').map((parameter) => parameter.trim());
    const { sql, size, uses } = new Rewriting(body, known, parameters, 'm').whole();
    known.set(name, { uses, size, holdsQuery: query.test(body) });
    return head + sql;
  });
  return { definitions, bind: (sql) => new Rewriting(sql, known, [], 'k').whole().sql };
}
