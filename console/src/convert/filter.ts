import { isObject, listAt, quotedName, quotedText, SpecError, textAt, type Json } from './json.js';
import { intervalsCondition } from './intervals.js';

const literal = (value: unknown): string => (typeof value === 'number' ? String(value) : quotedText(String(value)));

function columnOf(filter: Json, key = 'dimension'): string {
  if (filter['extractionFn'] !== undefined && filter['extractionFn'] !== null) {
    throw new SpecError('A filter with an extractionFn cannot be converted; filter a transformed column instead');
  }
  const name = textAt(filter, key);
  if (name === undefined) throw new SpecError(`A filter of type [${String(filter['type'])}] has no [${key}]`);
  return quotedName(name);
}

function bounds(
  column: string,
  lower: unknown,
  upper: unknown,
  lowerOpen: boolean,
  upperOpen: boolean,
  write: (value: unknown) => string,
): string {
  const parts = [
    ...(lower === undefined || lower === null ? [] : [`${column} ${lowerOpen ? '>' : '>='} ${write(lower)}`]),
    ...(upper === undefined || upper === null ? [] : [`${column} ${upperOpen ? '<' : '<='} ${write(upper)}`]),
  ];
  return parts.length === 0 ? 'TRUE' : parts.join(' AND ');
}

/** A condition that stands beside another. */
const grouped = (sql: string): string => (/ (?:AND|OR) /.test(sql) ? `(${sql})` : sql);

const equals = (column: string, value: unknown): string =>
  value === null || value === undefined ? `${column} IS NULL` : `${column} = ${literal(value)}`;

/** The SQL condition of a native filter. */
export function filterSql(value: unknown): string {
  if (!isObject(value)) throw new SpecError('transformSpec.filter must be an object');
  const type = textAt(value, 'type');
  const many = (operator: string): string => {
    const fields = listAt(value, 'fields').map(filterSql);
    return fields.length === 0 ? 'TRUE' : fields.map(grouped).join(` ${operator} `);
  };
  switch (type) {
    case 'true':
      return 'TRUE';
    case 'false':
      return 'FALSE';
    case 'and':
      return many('AND');
    case 'or':
      return many('OR');
    case 'not':
      return `NOT (${filterSql(value['field'])})`;
    case 'selector':
      return equals(columnOf(value), value['value']);
    case 'equals':
      return equals(columnOf(value, 'column'), value['matchValue']);
    case 'null':
      return `${columnOf(value, 'column')} IS NULL`;
    case 'in': {
      const column = columnOf(value);
      const values = listAt(value, 'values');
      const texts = values.filter((each) => each !== null).map(literal);
      const conditions = [
        ...(texts.length > 0 ? [`${column} IN (${texts.join(', ')})`] : []),
        ...(texts.length < values.length ? [`${column} IS NULL`] : []),
      ];
      return conditions.length === 0 ? 'FALSE' : conditions.join(' OR ');
    }
    case 'bound': {
      const isNumeric = textAt(value, 'ordering') === 'numeric';
      const column = columnOf(value);
      return bounds(
        isNumeric ? `CAST(${column} AS DOUBLE)` : column,
        value['lower'],
        value['upper'],
        value['lowerStrict'] === true,
        value['upperStrict'] === true,
        isNumeric ? String : (each) => quotedText(String(each)),
      );
    }
    case 'range':
      return bounds(
        columnOf(value, 'column'),
        value['lower'],
        value['upper'],
        value['lowerOpen'] === true,
        value['upperOpen'] === true,
        literal,
      );
    case 'like': {
      const escape = textAt(value, 'escape');
      return `${columnOf(value)} LIKE ${quotedText(textAt(value, 'pattern') ?? '')}${escape === undefined ? '' : ` ESCAPE ${quotedText(escape)}`}`;
    }
    case 'regex':
      return `REGEXP_LIKE(${columnOf(value)}, ${quotedText(textAt(value, 'pattern') ?? '')})`;
    case 'interval':
      return intervalsCondition(columnOf(value), listAt(value, 'intervals')) ?? 'TRUE';
    case 'columnComparison': {
      const [first, ...others] = listAt(value, 'dimensions').map((each) => quotedName(String(each)));
      return others.map((other) => `${first ?? ''} = ${other}`).join(' AND ');
    }
    default:
      throw new SpecError(`A filter of type [${String(type)}] cannot be converted`);
  }
}
