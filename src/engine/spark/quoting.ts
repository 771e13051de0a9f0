/** An identifier in Spark's SQL. */
export const quoteIdentifier = (name: string): string => `\`${name.replaceAll('`', '``')}\``;

/**
 * A text constant in Spark's SQL, where a backslash escapes. Quotes are written as their code, so that a constant is from
 * one quote to the next.
 */
export function quoteText(text: string): string {
  const escaped = text.replaceAll('\\', '\\\\').replaceAll("'", '\\u0027').replaceAll('\0', '\\u0000');
  return `'${escaped}'`;
}
