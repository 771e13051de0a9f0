/** Writes the reference of functions out of their declarations. */
import type {
  FunctionDeclaration,
  FunctionFamily,
  Operand,
  OperandFamily,
  Signature,
} from '../src/sql/functions/declaration.js';
import { isRefused } from '../src/sql/functions/signatures.js';
import type { Expression } from '../src/sql/plan/index.js';
import {
  arrayOf,
  BIGINT,
  BOOLEAN,
  DOUBLE,
  JSON_TYPE,
  nativeTypeName,
  TIMESTAMP,
  VARCHAR,
  type SqlType,
} from '../src/sql/types.js';

/** Chapters in their order; a family that is not named here does not compile. */
const chapters: Readonly<Record<FunctionFamily, string>> = {
  numeric: 'Numeric functions',
  string: 'String functions',
  time: 'Date and time functions',
  conditional: 'Conditional functions',
  array: 'Array functions',
  multivalue: 'Multi-value string functions',
  json: 'JSON functions',
  ip: 'IP address functions',
  other: 'Other functions',
  aggregate: 'Aggregate functions',
  sketch: 'Estimates and sketches',
  window: 'Window functions',
  arithmetic: 'Arithmetic operators',
  comparison: 'Comparison operators',
  logic: 'Logical operators',
};

/** Types that stand for a family when a result type is asked for. */
const samples: Readonly<Record<OperandFamily, readonly SqlType[]>> = {
  any: [VARCHAR, BIGINT, DOUBLE, arrayOf(BIGINT)],
  boolean: [BOOLEAN],
  numeric: [BIGINT, DOUBLE],
  integer: [BIGINT],
  double: [DOUBLE],
  string: [VARCHAR],
  timestamp: [TIMESTAMP],
  interval: [{ name: 'INTERVAL_DAY_TIME', nullable: true }],
  array: [arrayOf(VARCHAR), arrayOf(BIGINT)],
  stringOrArray: [arrayOf(VARCHAR), arrayOf(BIGINT)],
  json: [JSON_TYPE],
};

const familyWords: Readonly<Record<OperandFamily, string>> = {
  any: 'of any type',
  boolean: 'BOOLEAN',
  numeric: 'a number',
  integer: 'an integer',
  double: 'DOUBLE',
  string: 'VARCHAR',
  timestamp: 'TIMESTAMP',
  interval: 'an interval',
  array: 'an array',
  stringOrArray: 'VARCHAR or an array',
  json: 'JSON',
};

function typeWord(type: SqlType): string {
  switch (type.name) {
    case 'ARRAY':
    case 'COMPLEX':
      return nativeTypeName(type);
    case 'CHAR':
      return 'VARCHAR';
    case 'ANY':
      return 'any type';
    default:
      return type.name;
  }
}

const columnOf = (type: SqlType): Expression => ({ kind: 'column', id: 0, name: 'x', type });

/** Arguments of the nth sample type of each operand's family. */
const sampleArguments = ({ operands }: Signature, nth: number): readonly Expression[] =>
  operands.map(({ family, literal, values }) => {
    const types = samples[family];
    const type = types[nth % types.length] ?? VARCHAR;
    return literal === true && type === VARCHAR
      ? { kind: 'literal', value: values?.[0] ?? 'P1D', type }
      : columnOf(type);
  });

const resultOf = ({ result }: FunctionDeclaration, args: readonly Expression[]): SqlType =>
  typeof result === 'function' ? result(args) : result;

/** The result type in words: one type, that of an operand, or the list of what it may be. */
function resultWords(declaration: FunctionDeclaration, signature: Signature): string {
  if (declaration.family === 'arithmetic') return 'the wider type of both';
  const { operands } = signature;
  const most = Math.max(1, ...operands.map(({ family }) => samples[family].length));
  const trials = Array.from({ length: most }, (_, nth) => {
    const args = sampleArguments(signature, nth);
    return { args: args.map(({ type }) => type), result: resultOf(declaration, args) };
  });
  const words = [...new Set(trials.map(({ result }) => typeWord(result)))];
  if (words.length === 1) return words.join('');
  const follows = (of: (type: SqlType) => SqlType | undefined): Operand | undefined =>
    operands.find((_, index) =>
      trials.every(({ args, result }) => {
        const type = args[index] && of(args[index]);
        return type !== undefined && typeWord(type) === typeWord(result);
      }),
    );
  const same = follows((type) => type);
  if (same) return `the type of \`${same.name}\``;
  const element = follows((type) => type.element);
  if (element) return `the element type of \`${element.name}\``;
  const list = follows((type) => arrayOf(type));
  if (list) return `an array of the type of \`${list.name}\``;
  return words.join(' or ');
}

/** Operands with brackets around what may be left out. */
function operandList(operands: readonly Operand[]): string {
  return operands.reduceRight((rest, operand, index) => {
    const comma = index === 0 ? '' : ', ';
    const name = `${comma}${operand.name}${operand.variadic === true ? ', …' : ''}`;
    return operand.optional === true ? `${index === 0 ? '' : ' '}[${name}${rest}]` : `${name}${rest}`;
  }, '');
}

/** How an operator is written whose operands do not stand around its sign. */
const operatorForms: Readonly<Record<string, string>> = {
  ARRAY: 'ARRAY[element, …]',
  BETWEEN: 'x BETWEEN low AND high',
  CEIL_TO: 'CEIL(timestamp_expr TO unit)',
  FLOOR_TO: 'FLOOR(timestamp_expr TO unit)',
  ITEM: 'array[position]',
  LIKE: 'x LIKE pattern [ESCAPE character]',
  NOT: 'NOT x',
};

function callText({ kind, name }: FunctionDeclaration, { operands }: Signature): string {
  if (operatorForms[name] !== undefined) return operatorForms[name];
  if (kind !== 'operator') return `${name}(${operandList(operands)})`;
  return /^IS (NOT )?(NULL|TRUE|FALSE)$/.test(name) ? `x ${name}` : `x ${name} y`;
}

function operandWords({ name, family, literal, values }: Operand): string {
  const kind = values ? `one of ${values.join(', ')}` : familyWords[family];
  return `\`${name}\` ${kind}${literal === true && !values ? ' (a constant)' : ''}`;
}

function nullWords(declaration: FunctionDeclaration): string {
  const [signature = { operands: [] }] = declaration.signatures;
  if (!resultOf(declaration, sampleArguments(signature, 0)).nullable) return 'Never NULL.';
  if (declaration.nulls === 'strict') return 'NULL when an argument is NULL.';
  return declaration.kind === 'aggregate'
    ? 'NULL for a group without values.'
    : 'A NULL argument does not by itself make the result NULL.';
}

function entry(declaration: FunctionDeclaration): string {
  const { kind, name, aliases, signatures, summary, example } = declaration;
  const operands = new Map(
    signatures.flatMap((signature) => signature.operands.map((operand) => [operandWords(operand), operand])),
  );
  const lines = [
    `### ${name.replace(/[*|<>]/g, '\\$&')}`,
    '',
    ...signatures.map(
      (signature) => `- \`${callText(declaration, signature)}\` → ${resultWords(declaration, signature)}`,
    ),
    '',
    ...(operands.size > 0 && kind !== 'operator' ? [`Takes ${[...operands.keys()].join(', ')}.`] : []),
    nullWords(declaration),
    ...(aliases && aliases.length > 0 ? [`Also called ${aliases.map((alias) => `\`${alias}\``).join(', ')}.`] : []),
    '',
    summary,
    ...(example ? ['', '```sql', `${example.sql}  -- ${example.result}`, '```'] : []),
  ];
  return lines.join('\n');
}

const byName = (a: FunctionDeclaration, b: FunctionDeclaration): number => (a.name < b.name ? -1 : 1);

const introduction = `# Functions

Every function and operator that Millrace knows, written from its catalogue by \`npm run docs:functions\`. The same declarations
check the operands of a query and fill INFORMATION_SCHEMA.ROUTINES, and every example is run by a test.

An operand in brackets may be left out. Numbers, text and timestamps are cast where SQL casts them implicitly. Scalar functions
of text apply to each value of a multi-value string.`;

/** The whole page, in Markdown. */
export function functionReference(declarations: readonly FunctionDeclaration[]): string {
  const computed = declarations.filter((declaration) => !isRefused(declaration));
  const refused = declarations.filter(isRefused).sort(byName);
  const sections = Object.entries(chapters).flatMap(([family, title]) => {
    const members = computed.filter((declaration) => declaration.family === family).sort(byName);
    return members.length > 0 ? [`## ${title}`, ...members.map(entry)] : [];
  });
  const list = refused.map((declaration) => `- \`${declaration.name}\`: ${declaration.summary}`);
  return [
    introduction,
    ...sections,
    '## Refused functions',
    'Druid has these too; a query that calls one is refused by its name before anything runs.',
    list.join('\n'),
    '',
  ]
    .join('\n\n')
    .replace(/\n{3,}/g, '\n\n')
    .replace(/\n*$/, '\n');
}
