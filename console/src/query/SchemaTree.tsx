import { ActionIcon, TextInput, Tooltip } from '@mantine/core';
import { ChevronRight, Play, Search } from 'lucide-react';
import { useState } from 'react';
import { isDatetime, isNumeric, type SqlType } from '../../../src/sql/types.js';
import type { TableDefinition } from '../../../src/sql/catalog.js';
import { columnTypeText, type Catalog } from '../sql/catalog.js';
import { quoteName } from '../sql/completion.js';

const glyph = (type: SqlType): string => {
  if (isDatetime(type)) return '◷';
  if (isNumeric(type)) return '#';
  if (columnTypeText(type).startsWith('ARRAY')) return '[]';
  return type.name === 'COMPLEX' ? '{}' : 'a';
};

/** Druid's timestamps all have milliseconds. */
const shortType = (type: SqlType): string => columnTypeText(type).replace('(3)', '');

const nameOf = ({ schema, name }: TableDefinition): string =>
  schema === 'druid' ? quoteName(name) : `${schema}.${quoteName(name)}`;

interface SchemaTreeProps {
  readonly catalog: Catalog;
  readonly loading: boolean;
  readonly onInsert: (text: string) => void;
  /** Opens a statement in a tab and runs it. */
  readonly onPreview: (sql: string) => void;
}

function Table({
  table,
  open,
  onToggle,
  ...props
}: SchemaTreeProps & {
  readonly table: TableDefinition;
  readonly open: boolean;
  readonly onToggle: () => void;
}) {
  return (
    <li>
      <div className="schema-table">
        <button type="button" aria-expanded={open} onClick={onToggle}>
          <ChevronRight size={14} aria-hidden className="schema-chevron" />
          <span>{table.name}</span>
        </button>
        <Tooltip label="Show its first rows">
          <ActionIcon
            size="sm"
            aria-label={`Show the first rows of ${table.name}`}
            onClick={() => {
              props.onPreview(`SELECT *\nFROM ${nameOf(table)}\nLIMIT 100`);
            }}
          >
            <Play size={13} />
          </ActionIcon>
        </Tooltip>
      </div>
      {open && (
        <ul className="schema-columns">
          {table.columns.map(({ name, type }) => (
            <li key={name}>
              <button
                type="button"
                title={`Insert ${name} (${shortType(type)})`}
                onClick={() => {
                  props.onInsert(quoteName(name));
                }}
              >
                <span className="schema-glyph" aria-hidden>
                  {glyph(type)}
                </span>
                <span className="schema-name">{name}</span>
                <span className="schema-type">{shortType(type)}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </li>
  );
}

/** Tables and their columns: click to put a name into the statement. */
export function SchemaTree(props: SchemaTreeProps) {
  const { catalog, loading } = props;
  const [filter, setFilter] = useState('');
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const wanted = filter.trim().toLowerCase();
  const matches = (table: TableDefinition): boolean =>
    table.name.toLowerCase().includes(wanted) || table.columns.some(({ name }) => name.toLowerCase().includes(wanted));
  const shown = catalog.tables.filter((table) => wanted === '' || matches(table));
  const groups = [
    { title: 'Datasources', tables: shown.filter(({ schema }) => schema === 'druid') },
    ...[...new Set(shown.map(({ schema }) => schema))]
      .filter((schema) => schema !== 'druid')
      .sort()
      .reverse()
      .map((schema) => ({ title: schema, tables: shown.filter((table) => table.schema === schema) })),
  ];
  const datasources = catalog.tables.filter(({ schema }) => schema === 'druid');
  const isOpen = (key: string, table: TableDefinition): boolean =>
    opened.has(key) ||
    // A single datasource needs no click, and a search shows what it found.
    (opened.size === 0 && datasources.length === 1 && table === datasources[0]) ||
    (wanted !== '' && table.columns.some(({ name }) => name.toLowerCase().includes(wanted)));
  return (
    <div className="schema">
      <TextInput
        aria-label="Search tables and columns"
        placeholder="Search tables and columns"
        leftSection={<Search size={14} />}
        value={filter}
        onChange={(event) => {
          setFilter(event.currentTarget.value);
        }}
      />
      <div className="schema-list">
        {groups.map(({ title, tables }) => (
          <section key={title}>
            <h3>{title}</h3>
            {tables.length === 0 && (
              <p className="dim schema-none">
                {loading ? 'Loading …' : wanted === '' ? 'None yet. Load data makes the first one.' : 'No match'}
              </p>
            )}
            <ul>
              {tables.map((table) => {
                const key = `${table.schema}.${table.name}`;
                return (
                  <Table
                    key={key}
                    {...props}
                    table={table}
                    open={isOpen(key, table)}
                    onToggle={() => {
                      const next = new Set(opened);
                      // Something is noted even when the first click folds, so that it stays folded.
                      next.add('');
                      if (isOpen(key, table)) next.delete(key);
                      else next.add(key);
                      setOpened(next);
                    }}
                  />
                );
              })}
            </ul>
          </section>
        ))}
      </div>
    </div>
  );
}
