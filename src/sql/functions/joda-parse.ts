/** Parsing by a Joda pattern: a regular expression that takes the fields apart, and a timestamp put together of them. */
import { isNumericField, type JodaToken } from './joda.js';
import { quote, strictInstantSql, type Zone } from './time-zone.js';

type Field = Extract<JodaToken, { kind: 'field' }>;

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const monthNames =
  'january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug|sep|oct|nov|dec';
const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const weekdayNames = 'monday|tuesday|wednesday|thursday|friday|saturday|sunday|mon|tue|wed|thu|fri|sat|sun';

/** Zone names that Joda reads by default (DateTimeUtils.getDefaultTimeZoneNames). */
const shortZones: Readonly<Record<string, string>> = {
  UT: 'UTC',
  UTC: 'UTC',
  GMT: 'UTC',
  EST: 'America/New_York',
  EDT: 'America/New_York',
  CST: 'America/Chicago',
  CDT: 'America/Chicago',
  MST: 'America/Denver',
  MDT: 'America/Denver',
  PST: 'America/Los_Angeles',
  PDT: 'America/Los_Angeles',
};

const escapeRegex = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

/** The names of a pattern's fields; Y is read as y, since years before Christ are not. */
const nameOf = (field: Field): string => (field.letter === 'Y' ? 'y' : field.letter);

/** Why a pattern cannot be parsed, or undefined. */
export function parseProblem(tokens: readonly JodaToken[]): string | undefined {
  const seen = new Set<string>();
  for (const token of tokens) {
    if (token.kind === 'literal') continue;
    if ('GCxwe'.includes(token.letter)) {
      return `Pattern letter '${token.letter}' is not supported when parsing`;
    }
    // DuckDB tells groups apart by their place, the fields of a date by their letter.
    const name = nameOf(token);
    if (name === 'Z' && token.count >= 3) return `Pattern 'ZZZ' (time zone id) is not supported when parsing`;
    if (seen.has(name)) return `Pattern letter '${token.letter}' is not supported twice when parsing`;
    seen.add(name);
  }
  return undefined;
}

/** Digits of a field; where another number follows without a separator, a field takes all that it may. */
const digits = (most: number, next: JodaToken | undefined): string =>
  isNumericField(next) ? `(\\d{${String(most)}})` : `(\\d{1,${String(most)}})`;

function expressionOf(field: Field, next: JodaToken | undefined): string {
  const { letter, count } = field;
  switch (letter) {
    case 'y':
    case 'Y':
      return `\\+?${digits(isNumericField(next) ? count : 9, next)}`;
    case 'M':
      return count >= 3 ? `(${monthNames})` : digits(2, next);
    case 'E':
      return `(${weekdayNames})`;
    case 'D':
      return digits(3, next);
    case 'S':
      return digits(count, next);
    case 'a':
      return '(am|pm)';
    case 'Z':
      return '(z|[+-]\\d{2}(?::?\\d{2}(?::?\\d{2})?)?)';
    case 'z':
      return `(${Object.keys(shortZones)
        .sort((a, b) => b.length - a.length)
        .join('|')})`;
    default:
      return digits(2, next);
  }
}

const two = (value: string): string => `lpad(${value}, 2, '0')`;
const ranged = (value: string, low: number, high: number): string =>
  `CASE WHEN CAST(${value} AS INTEGER) BETWEEN ${String(low)} AND ${String(high)} THEN CAST(${value} AS INTEGER) END`;

function hourSql(has: ReadonlyMap<string, Field>): string {
  if (has.has('H')) return two(`CAST(${ranged('m.H', 0, 23)} AS VARCHAR)`);
  if (has.has('k')) return two(`CAST(${ranged('m.k', 1, 24)} % 24 AS VARCHAR)`);
  const half = has.has('h') ? `${ranged('m.h', 1, 12)} % 12` : has.has('K') ? ranged('m.K', 0, 11) : '0';
  const noon = has.has('a') ? ` + CASE lower(m.a) WHEN 'pm' THEN 12 ELSE 0 END` : '';
  return half === '0' && noon === '' ? `'00'` : two(`CAST(${half}${noon} AS VARCHAR)`);
}

/** Two-digit years lie within eighty years before the statement's present and twenty after it. */
function yearSql(field: Field | undefined, isYear2000: boolean, present: number): string {
  if (!field) return isYear2000 ? `'2000'` : `'1970'`;
  const whole = `lpad(m.y, CAST(greatest(4, length(m.y)) AS INTEGER), '0')`;
  if (field.count !== 2) return whole;
  const low = new Date(present).getUTCFullYear() - 80;
  const base = low - (((low % 100) + 100) % 100);
  const pivoted = `CAST(${String(base)} + CAST(m.y AS INTEGER) + CASE WHEN CAST(m.y AS INTEGER) < ${String(low - base)} THEN 100 ELSE 0 END AS VARCHAR)`;
  return `CASE WHEN length(m.y) = 2 THEN ${pivoted} ELSE ${whole} END`;
}

/** SQL of the wall-clock time of the fields in the struct `m`. */
function localOf(has: ReadonlyMap<string, Field>, present: number): string {
  const month = has.get('M');
  const monthSql = !month
    ? `'01'`
    : month.count >= 3
      ? two(`CAST(list_position([${months.map(quote).join(', ')}], lower(left(m.M, 3))) AS VARCHAR)`)
      : two('m.M');
  const isYear2000 = ['M', 'd', 'D', 'E'].some((letter) => has.has(letter));
  const day = has.has('d') ? two('m.d') : `'01'`;
  const date = [yearSql(has.get('y'), isYear2000, present), monthSql, day].join(` || '-' || `);
  const second = has.has('s') ? two('m.s') : `'00'`;
  const fraction = has.has('S') ? ` || '.' || left(rpad(m.S, 3, '0'), 3)` : '';
  const minute = has.has('m') ? two('m.m') : `'00'`;
  let local = `TRY_CAST(${date} || ' ' || ${hourSql(has)} || ':' || ${minute} || ':' || ${second}${fraction} AS TIMESTAMP)`;
  if (has.has('D') && !has.has('M') && !has.has('d')) {
    const day = `(CAST(m.D AS INTEGER) - 1)`;
    local = `CASE WHEN ${day} >= 0 AND year(${local} + to_days(${day})) = year(${local}) THEN ${local} + to_days(${day}) END`;
  }
  if (has.has('E')) {
    const weekday = `CAST(list_position([${weekdays.map(quote).join(', ')}], lower(left(m.E, 3))) AS INTEGER)`;
    local = `(${local} + to_days(CAST(${weekday} - isodow(${local}) AS INTEGER)))`;
  }
  return local;
}

function instantOf(local: string, has: ReadonlyMap<string, Field>, zone: Zone): string {
  if (has.has('Z')) return `${local} - to_microseconds(druid_offset_ms(m.Z) * 1000)`;
  if (!has.has('z')) return strictInstantSql(local, zone);
  const name = `CASE upper(m.z) ${Object.entries(shortZones)
    .map(([short, long]) => `WHEN ${quote(short)} THEN ${quote(long)}`)
    .join(' ')} END`;
  return `druid_strict_instant(${local}, ${name})`;
}

const plainDirectives: Readonly<Record<string, string>> = {
  yyyy: '%Y',
  MM: '%m',
  dd: '%d',
  HH: '%H',
  mm: '%M',
  ss: '%S',
  SSS: '%g',
};

/** strptime's format and the LIKE pattern of texts of exactly that shape, when the engine's own parser does. */
function plainShape(tokens: readonly JodaToken[]): { readonly format: string; readonly like: string } | undefined {
  let format = '';
  let like = '';
  for (const token of tokens) {
    if (token.kind === 'literal') {
      if (/[%_\s]{2}|[%_]/.test(token.text)) return undefined;
      format += token.text;
      like += token.text;
      continue;
    }
    const directive = plainDirectives[token.letter.repeat(token.count)];
    if (directive === undefined) return undefined;
    format += directive;
    like += '_'.repeat(token.count);
  }
  return ['%Y', '%m', '%d'].every((directive) => format.includes(directive)) ? { format, like } : undefined;
}

/** SQL of the instant that a text shows; NULL when it does not fit. `present` is the statement's, milliseconds since 1970. */
export function parseSql(x: string, tokens: readonly JodaToken[], zone: Zone, present: number): string {
  const fields = tokens.filter((token): token is Field => token.kind === 'field');
  const has = new Map(fields.map((field) => [nameOf(field), field]));
  const expression = tokens
    .map((token, index) =>
      token.kind === 'literal' ? escapeRegex(token.text) : expressionOf(token, tokens[index + 1]),
    )
    .join('');
  // Struct fields are found regardless of case, so the letters m and M, h and H would meet.
  const names = fields.map((field) => quote(fieldName(nameOf(field))));
  const local = localOf(has, present);
  const instant = instantOf(local, has, zone).replace(
    /\bm\.([A-Za-z])\b/g,
    (_, letter: string) => `m.${fieldName(letter)}`,
  );
  const regex = quote(`(?is)^${expression}$`);
  const [first] = fields;
  if (!first) {
    const epoch = strictInstantSql(`TIMESTAMP '1970-01-01 00:00:00'`, zone);
    return `CASE WHEN regexp_matches(${x}, ${regex}) THEN ${epoch} END`;
  }
  const general =
    `list_transform([regexp_extract(${x}, ${regex}, [${names.join(', ')}])], ` +
    `lambda m: CASE WHEN m.${fieldName(nameOf(first))} <> '' THEN ${instant} END)[1]`;
  const plain = plainShape(tokens);
  if (!plain) return general;
  // The engine's parser skips spaces where Joda wants digits.
  const spaces = `%${' %'.repeat(plain.like.split(' ').length)}`;
  const fast = strictInstantSql(`try_strptime(${x}, ${quote(plain.format)})`, zone);
  return `CASE WHEN ${x} LIKE ${quote(plain.like)} AND ${x} NOT LIKE ${quote(spaces)} THEN ${fast} ELSE ${general} END`;
}

const fieldName = (letter: string): string =>
  letter === letter.toUpperCase() ? `upper_${letter.toLowerCase()}` : `lower_${letter}`;
