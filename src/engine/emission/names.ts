/** The name of the column that holds a field of the plan, or, with a negative number, something of the dialect's own. */
export const columnName = (id: number): string => (id < 0 ? `x${-id}` : `c${id}`);

const word = /^[\w."]+$/;

/** Where the parenthesis or quote that opens at `start` closes, or -1. */
function closingOf(sql: string, start: number): number {
  let depth = 0;
  for (let index = start; index < sql.length; index += 1) {
    const sign = sql[index];
    if (sign === "'" || sign === '"') {
      const end = sql.indexOf(sign, index + 1);
      if (end < 0) return -1;
      index = end;
    } else if (sign === '(') depth += 1;
    else if (sign === ')') {
      depth -= 1;
      if (depth === 0) return index;
    }
  }
  return -1;
}

/** The same SQL so that it can stand beside any operator: a name, a number, one call or one text as it is, else in parentheses. */
export function operand(sql: string): string {
  if (word.test(sql)) return sql;
  if (/^'(?:[^']|'')*'$/.test(sql)) return sql;
  const head = /^\w*\(/.exec(sql);
  if (head && closingOf(sql, head[0].length - 1) === sql.length - 1) return sql;
  const cast = /^(\w+)::\w+$/.test(sql);
  return cast ? sql : `(${sql})`;
}
