import {
  autocompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
} from '@codemirror/autocomplete';
import type { Extension } from '@codemirror/state';
import type { TableDefinition } from '../../../src/sql/catalog.js';
import { allFunctions } from '../../../src/sql/functions/index.js';
import type { FunctionDeclaration } from '../../../src/sql/functions/declaration.js';
import type { Token } from '../../../src/sql/lexer.js';
import { reservedWords } from '../../../src/sql/reserved-words.js';
import { columnTypeText, type Catalog } from './catalog.js';
import { offeredKeywords } from './keywords.js';
import { statementAt } from './statements.js';
import { readTokens } from './tokens.js';

/** A name as it must stand in SQL: quoted where it would otherwise be another word. */
export function quoteName(name: string): string {
  const isPlain = /^[A-Za-z_][A-Za-z0-9_$]*$/.test(name) && !reservedWords.has(name.toUpperCase());
  return isPlain ? name : `"${name.replaceAll('"', '""')}"`;
}

/** Words after which a table's name stands. */
const beforeTable = new Set(['FROM', 'JOIN', 'INTO', 'TABLE']);

/** How a function is called, one text a signature: `TIME_FLOOR(timestamp, period, [origin])`. */
export function callTexts({ name, signatures }: FunctionDeclaration): readonly string[] {
  return signatures.map(({ operands }) => {
    const names = operands.map(({ name: operand, optional, variadic }) => {
      const text = variadic ? `${operand}, …` : operand;
      return optional ? `[${text}]` : text;
    });
    return `${name}(${names.join(', ')})`;
  });
}

function element(tag: string, className: string, text: string): HTMLElement {
  const node = document.createElement(tag);
  node.className = className;
  node.textContent = text;
  return node;
}

/** The documentation of a function, as the completion list shows it beside the list. */
export function functionNote(declaration: FunctionDeclaration): HTMLElement {
  const note = element('div', 'sql-note', '');
  note.append(...callTexts(declaration).map((text) => element('code', 'sql-note-call', text)));
  note.append(element('p', 'sql-note-text', declaration.summary));
  const { example } = declaration;
  if (example) note.append(element('code', 'sql-note-example', `${example.sql} → ${example.result}`));
  return note;
}

const functionCompletions: readonly Completion[] = allFunctions()
  .filter(({ kind, name }) => kind !== 'operator' && /^[A-Z]/.test(name))
  .map((declaration) => ({
    label: declaration.name,
    type: declaration.kind === 'scalar' ? 'function' : 'aggregate',
    detail: declaration.family,
    apply: `${declaration.name}(`,
    boost: -1,
    info: () => functionNote(declaration),
  }));

const keywordCompletions: readonly Completion[] = offeredKeywords.map((label) => ({
  label,
  type: 'keyword',
  boost: -2,
}));

const columnCompletions = (table: TableDefinition): readonly Completion[] =>
  table.columns.map(({ name, type }) => ({
    label: name,
    type: 'column',
    detail: columnTypeText(type),
    apply: quoteName(name),
    boost: 2,
    info: `Column of ${table.name}`,
  }));

const tableCompletions = (catalog: Catalog): readonly Completion[] =>
  catalog.tables.map((table) => {
    const prefix = table.schema === 'druid' ? '' : `${table.schema}.`;
    return {
      label: prefix + table.name,
      type: 'table',
      detail: table.schema === 'druid' ? 'datasource' : 'system table',
      apply: prefix + quoteName(table.name),
      boost: table.schema === 'druid' ? 3 : 1,
    };
  });

interface NamedTable {
  readonly alias: string;
  readonly table: TableDefinition;
}

/** The tables that a statement names after FROM, JOIN and INTO, with their aliases. */
function tablesOf(tokens: readonly Token[], catalog: Catalog): readonly NamedTable[] {
  const found: NamedTable[] = [];
  const isName = (token: Token | undefined): token is Token => token?.kind === 'word' || token?.kind === 'quotedName';
  tokens.forEach((token, index) => {
    if (!beforeTable.has(token.keyword)) return;
    let at = index + 1;
    const first = tokens[at];
    if (!isName(first)) return;
    let schema: string | undefined;
    let name = first.text;
    const second = tokens[at + 2];
    if (tokens[at + 1]?.keyword === '.' && isName(second)) {
      schema = name;
      name = second.text;
      at += 2;
    }
    const table = catalog.table(schema, name);
    if (!table) return;
    const next = tokens[at + 1]?.keyword === 'AS' ? tokens[at + 2] : tokens[at + 1];
    const hasAlias = next?.kind === 'quotedName' || (next?.kind === 'word' && !reservedWords.has(next.keyword));
    found.push({ alias: hasAlias ? next.text : name, table });
  });
  return found;
}

/** Offers what may stand at the cursor: tables after FROM, a table's columns after its name and a dot, or all of it. */
export function complete(context: CompletionContext, catalog: Catalog): CompletionResult | null {
  const text = context.state.doc.toString();
  const word = context.matchBefore(/"?[\p{L}\p{Nd}_$]*/u);
  const from = word?.from ?? context.pos;
  const { tokens, brokenAt } = readTokens(text.slice(0, from));
  // Inside a comment or a string nothing is offered; a comment is what the lexer skips.
  const lastEnd = tokens.at(-1)?.span.end ?? 0;
  if (brokenAt !== undefined || /--[^\n]*$|\/\*(?:(?!\*\/)[\s\S])*$/.test(text.slice(lastEnd, from))) return null;
  const previous = tokens.at(-1);
  const validFor = /^"?[\p{L}\p{Nd}_$]*$/u;
  const statement = statementAt(text, context.pos);
  const named = tablesOf(readTokens(statement?.text ?? '').tokens, catalog);
  if (previous?.keyword === '.' && previous.span.end === from) {
    const qualifier = tokens.at(-2)?.text ?? '';
    const table = named.find(({ alias }) => alias === qualifier)?.table;
    if (table) return { from, validFor, options: columnCompletions(table) };
    const members = catalog.tables.filter(({ schema }) => schema === qualifier);
    return {
      from,
      validFor,
      options: members.map(({ name }) => ({ label: name, type: 'table', apply: quoteName(name) })),
    };
  }
  if (!context.explicit && word?.text === '') return null;
  if (previous && beforeTable.has(previous.keyword)) return { from, validFor, options: tableCompletions(catalog) };
  const columns = new Map(named.flatMap(({ table }) => columnCompletions(table)).map((each) => [each.label, each]));
  const plain = word?.text.startsWith('"') ? [] : [...functionCompletions, ...keywordCompletions];
  return { from, validFor, options: [...columns.values(), ...tableCompletions(catalog), ...plain] };
}

/** Completion over a catalogue that is asked for at each keystroke. */
export const sqlCompletion = (catalog: () => Catalog): Extension =>
  autocompletion({ override: [(context) => complete(context, catalog())], icons: true, maxRenderedOptions: 60 });
