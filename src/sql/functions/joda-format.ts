/** Formatting by a Joda pattern: one strftime for what it can do, pieces joined for the rest. */
import type { JodaToken } from './joda.js';
import { localSql, offsetName, quote, type Zone, zoneName } from './time-zone.js';

type Field = Extract<JodaToken, { kind: 'field' }>;

const directives: Readonly<Record<string, string>> = {
  yyyy: '%Y',
  YYYY: '%Y',
  yy: '%y',
  YY: '%y',
  MM: '%m',
  M: '%-m',
  MMM: '%b',
  dd: '%d',
  d: '%-d',
  HH: '%H',
  H: '%-H',
  hh: '%I',
  h: '%-I',
  mm: '%M',
  m: '%-M',
  ss: '%S',
  s: '%-S',
  SSS: '%g',
  DDD: '%j',
  D: '%-j',
  E: '%a',
  EE: '%a',
  EEE: '%a',
  a: '%p',
};

function directiveOf({ letter, count }: Field): string | undefined {
  if (letter === 'M' && count >= 4) return '%B';
  if (letter === 'E' && count >= 4) return '%A';
  if (letter === 'a') return '%p';
  if (letter === 'G') return 'AD';
  return directives[letter.repeat(count)];
}

const padded = (value: string, width: number): string => `printf('%0${String(width)}d', ${value})`;

/** SQL of the digits of a number field. */
function numberOf(letter: string, local: string): string | undefined {
  switch (letter) {
    case 'y':
    case 'Y':
      return `year(${local})`;
    case 'C':
      return `year(${local}) // 100`;
    case 'x':
      return `isoyear(${local})`;
    case 'w':
      return `week(${local})`;
    case 'e':
      return `isodow(${local})`;
    case 'D':
      return `dayofyear(${local})`;
    case 'M':
      return `month(${local})`;
    case 'd':
      return `day(${local})`;
    case 'H':
      return `hour(${local})`;
    case 'k':
      return `(hour(${local}) + 23) % 24 + 1`;
    case 'K':
      return `hour(${local}) % 12`;
    case 'h':
      return `(hour(${local}) + 11) % 12 + 1`;
    case 'm':
      return `minute(${local})`;
    case 's':
      return `second(${local})`;
    default:
      return undefined;
  }
}

function offsetSql(x: string, count: number, zone: Zone): string {
  if (count >= 3) return quote(zoneName(zone));
  const separator = count === 1 ? '' : ':';
  if (zone.kind === 'fixed') return quote(offsetName(zone.offset, separator));
  return `druid_offset_text(epoch_ms(${localSql(x, zone)}) - epoch_ms(${x}), '${separator}')`;
}

function fieldSql(field: Field, x: string, local: string, zone: Zone): string {
  const { letter, count } = field;
  if (letter === 'S')
    return count <= 3
      ? `left(strftime(${local}, '%g'), ${String(count)})`
      : `rpad(strftime(${local}, '%g'), ${String(count)}, '0')`;
  if (letter === 'Z') return offsetSql(x, count, zone);
  if (letter === 'z')
    return quote(
      zone.kind === 'fixed' && zone.offset === 0 && count >= 4 ? 'Coordinated Universal Time' : zoneName(zone),
    );
  const number = numberOf(letter, local) ?? 'NULL';
  if (letter === 'x' && count === 2) return padded(`${number} % 100`, 2);
  return padded(number, count);
}

/** Why a pattern cannot be formatted in a zone, or undefined. */
export function formatProblem(tokens: readonly JodaToken[], zone: Zone): string | undefined {
  return zone.kind === 'named' && tokens.some((token) => token.kind === 'field' && token.letter === 'z')
    ? `Pattern letter 'z' (time zone name) is not supported when formatting in ${zone.name}`
    : undefined;
}

/** SQL of the text of an instant. NULL gives NULL. */
export function formatSql(x: string, tokens: readonly JodaToken[], zone: Zone): string {
  const local = localSql(x, zone);
  const parts: string[] = [];
  let pending = '';
  const flush = (): void => {
    if (pending !== '') parts.push(`strftime(${local}, ${quote(pending)})`);
    pending = '';
  };
  for (const token of tokens) {
    const directive = token.kind === 'literal' ? token.text.replaceAll('%', '%%') : directiveOf(token);
    if (directive !== undefined) pending += directive;
    else if (token.kind === 'field') {
      flush();
      parts.push(fieldSql(token, x, local, zone));
    }
  }
  flush();
  const text = parts.length === 1 ? parts.join('') : `(${parts.join(' || ')})`;
  // Constants alone would not be NULL for NULL.
  return parts.every((part) => part.startsWith("'")) ? `CASE WHEN ${x} IS NOT NULL THEN ${text} END` : text;
}
