/** Joda-Time patterns in Spark's SQL, whose own patterns are those of java.time. */
import { unsupportedError } from '../../../sql/errors.js';
import { isNumericField, type JodaToken } from '../../../sql/functions/joda.js';
import { offsetName, zoneName } from '../../../sql/functions/time-zone.js';
import { quoteText } from '../quoting.js';
import { instantSql, localSql, type Zone } from '../zones.js';

type Field = Extract<JodaToken, { kind: 'field' }>;

const literal = (text: string): string =>
  /[A-Za-z#{}[\]]/.test(text) ? `'${text.replaceAll("'", "''")}'` : text.replaceAll("'", "''");

/** java.time's letters for a field that is shown; undefined for what needs SQL of its own. */
function shownLetters({ letter, count }: Field): string | undefined {
  switch (letter) {
    case 'y':
    case 'Y':
      return count === 2 ? 'yy' : 'y'.repeat(Math.min(count, 6));
    case 'M':
      return 'M'.repeat(Math.min(count, 4));
    case 'E':
      return count >= 4 ? 'EEEE' : 'EEE';
    case 'a':
      return 'a';
    case 'G':
      return 'G';
    case 'S':
      return 'S'.repeat(Math.min(count, 9));
    case 'D':
      return count <= 3 ? 'D'.repeat(count) : undefined;
    case 'd':
    case 'H':
    case 'h':
    case 'k':
    case 'K':
    case 'm':
    case 's':
      return count <= 2 ? letter.repeat(count) : undefined;
    default:
      return undefined;
  }
}

/** The offset that the zone has at an instant, in as many letters of Joda's Z. */
export function offsetSql(x: string, local: string, count: number, zone: Zone): string {
  if (count >= 3) return quoteText(zoneName(zone));
  const separator = count === 1 ? '' : ':';
  if (zone.kind === 'fixed') return quoteText(offsetName(zone.offset, separator));
  const minutes = `CAST((unix_millis(${local}) - unix_millis(${x})) / 60000 AS INT)`;
  return `format_string('%s%02d${separator}%02d', CASE WHEN ${minutes} < 0 THEN '-' ELSE '+' END, abs(${minutes}) div 60, abs(${minutes}) % 60)`;
}

function fieldSql({ letter, count }: Field, x: string, local: string, zone: Zone): string {
  if (letter === 'Z') return offsetSql(x, local, count, zone);
  if (letter === 'z' && zone.kind === 'fixed') {
    return quoteText(zone.offset === 0 && count >= 4 ? 'Coordinated Universal Time' : zoneName(zone));
  }
  const numbers: Readonly<Record<string, string>> = {
    e: `weekday(${local}) + 1`,
    w: `weekofyear(${local})`,
    x: `extract(YEAROFWEEK FROM ${local})`,
    C: `year(${local}) div 100`,
  };
  const number = numbers[letter];
  if (number === undefined) {
    throw unsupportedError(`Pattern letter '${letter}' of TIME_FORMAT is not supported by the spark engine`);
  }
  const value = letter === 'x' && count === 2 ? `(${number}) % 100` : number;
  return `format_string('%0${count}d', CAST(${value} AS BIGINT))`;
}

/** SQL of the text of an instant. NULL gives NULL. */
export function formatSql(x: string, tokens: readonly JodaToken[], zone: Zone): string {
  const local = localSql(x, zone);
  const parts: string[] = [];
  let pending = '';
  const flush = (): void => {
    if (pending !== '') parts.push(`date_format(${local}, ${quoteText(pending)})`);
    pending = '';
  };
  for (const token of tokens) {
    const letters = token.kind === 'literal' ? literal(token.text) : shownLetters(token);
    if (letters !== undefined) pending += letters;
    else if (token.kind === 'field') {
      flush();
      parts.push(fieldSql(token, x, local, zone));
    }
  }
  flush();
  const text = parts.length === 1 ? parts.join('') : `concat(${parts.join(', ')})`;
  // Constants alone would not be NULL for NULL.
  return parts.every((part) => part.startsWith("'")) ? `CASE WHEN ${x} IS NOT NULL THEN ${text} END` : text;
}

/** java.time's letters for a field that is read; Joda takes one digit where two may stand. */
function readLetters({ letter, count }: Field, next: JodaToken | undefined): string {
  const isAdjacent = isNumericField(next);
  switch (letter) {
    case 'y':
    case 'Y':
      return count === 2 ? 'yy' : isAdjacent ? 'yyyy' : 'y';
    case 'M':
      if (count >= 3) return count === 3 ? 'MMM' : 'MMMM';
      return isAdjacent ? 'MM' : 'M';
    case 'd':
    case 'H':
    case 'h':
    case 'k':
    case 'K':
    case 'm':
    case 's':
      return isAdjacent ? letter.repeat(2) : letter;
    case 'S':
      return 'S'.repeat(Math.min(count, 9));
    case 'a':
      return 'a';
    case 'Z':
      return '[XXX][XX][X]';
    default:
      throw unsupportedError(`Pattern letter '${letter}' of TIME_PARSE is not supported by the spark engine`);
  }
}

/** SQL of the instant that a text shows; NULL when it does not fit. */
export function parseSql(x: string, tokens: readonly JodaToken[], zone: Zone): string {
  const pattern = tokens
    .map((token, index) => (token.kind === 'literal' ? literal(token.text) : readLetters(token, tokens[index + 1])))
    .join('');
  const read = `to_timestamp(${x}, ${quoteText(pattern)})`;
  return tokens.some((token) => token.kind === 'field' && token.letter === 'Z') ? read : instantSql(read, zone);
}
