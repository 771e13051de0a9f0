/** Joda-Time patterns (org.joda.time.format.DateTimeFormat) as tokens. */

export type JodaToken =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'field'; readonly letter: string; readonly count: number };

const letters = 'GCYxweEyDMdaKhHkmsSzZ';
/** Fields that are digits only when they are this short. */
const textFrom: Readonly<Record<string, number>> = { M: 3, E: 1, G: 1, a: 1, z: 1, Z: 1 };

/** Whether a field is written in digits. */
export const isNumericField = (token: JodaToken | undefined): boolean =>
  token?.kind === 'field' && token.count < (textFrom[token.letter] ?? Infinity);

/** Splits a pattern; text in quotes and what is no letter stands for itself. Gives the text of a refusal for an unknown letter. */
export function readJodaPattern(pattern: string): readonly JodaToken[] | string {
  if (pattern === '') return 'Invalid pattern specification: it is empty';
  const tokens: JodaToken[] = [];
  const addText = (text: string): void => {
    const last = tokens[tokens.length - 1];
    if (last?.kind === 'literal') tokens[tokens.length - 1] = { kind: 'literal', text: last.text + text };
    else tokens.push({ kind: 'literal', text });
  };
  // A quote that is never closed quotes the rest, as in Joda.
  for (const match of pattern.matchAll(/''|'((?:[^']|'')*)(?:'|$)|(([A-Za-z])\3*)|[^A-Za-z']+/g)) {
    const [all, quoted, run, letter] = match;
    if (all === "''") addText("'");
    else if (quoted !== undefined) addText(quoted.replaceAll("''", "'"));
    else if (run === undefined || letter === undefined) addText(all);
    else if (letters.includes(letter)) tokens.push({ kind: 'field', letter, count: run.length });
    else return `Illegal pattern component: ${run}`;
  }
  return tokens;
}
