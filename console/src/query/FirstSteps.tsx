import { Button } from '@mantine/core';
import { Play, Upload } from 'lucide-react';
import { Link } from 'wouter';
import { isNumeric, isString } from '../../../src/sql/types.js';
import type { TableDefinition } from '../../../src/sql/catalog.js';
import { modifier } from '../app/Shortcuts.js';
import type { Catalog } from '../sql/catalog.js';
import { quoteName } from '../sql/completion.js';

interface Suggestion {
  readonly title: string;
  readonly sql: string;
}

/** Statements worth a first look at a datasource, made from its columns. */
function suggestionsFor(table: TableDefinition): readonly Suggestion[] {
  const from = `FROM ${quoteName(table.name)}`;
  const text = table.columns.find(({ type }) => isString(type));
  const number = table.columns.find(({ type }) => isNumeric(type));
  return [
    { title: 'Its first rows', sql: `SELECT *\n${from}\nLIMIT 100` },
    {
      title: 'Rows over time',
      sql: `SELECT TIME_FLOOR(__time, 'P1D') AS "day", COUNT(*) AS "rows"\n${from}\nGROUP BY 1\nORDER BY 1`,
    },
    ...(text
      ? [
          {
            title: `The most frequent ${text.name}`,
            sql:
              `SELECT ${quoteName(text.name)}, COUNT(*) AS "rows"` +
              (number ? `, AVG(${quoteName(number.name)}) AS "avg_${number.name}"` : '') +
              `\n${from}\nGROUP BY 1\nORDER BY 2 DESC\nLIMIT 20`,
          },
        ]
      : []),
  ];
}

/** What stands where a result will be: how to begin. */
export function FirstSteps({ catalog, onRun }: { readonly catalog: Catalog; readonly onRun: (sql: string) => void }) {
  const table = catalog.tables.find(({ schema }) => schema === 'druid');
  if (!table) {
    return (
      <div className="empty">
        <h2>There is no data yet</h2>
        <p>Drop a file, or point to a path or a URL. The first chart is a minute away.</p>
        <Button component={Link} href="/load" leftSection={<Upload size={14} />}>
          Load data
        </Button>
      </div>
    );
  }
  return (
    <div className="empty">
      <h2>Ask “{table.name}”</h2>
      <div className="first-steps">
        {suggestionsFor(table).map(({ title, sql }) => (
          <Button
            key={title}
            variant="default"
            leftSection={<Play size={13} />}
            onClick={() => {
              onRun(sql);
            }}
          >
            {title}
          </Button>
        ))}
      </div>
      <p>
        or write a statement and press <kbd>{modifier}</kbd> <kbd>Enter</kbd>
      </p>
    </div>
  );
}
