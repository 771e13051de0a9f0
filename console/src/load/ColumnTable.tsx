import { Button, NativeSelect, TextInput } from '@mantine/core';
import { Plus } from 'lucide-react';
import { columnTypes, typeNames, type ColumnType } from './columns.js';
import type { SampleRecord } from './format.js';
import type { LoadColumn } from './statement.js';

const options = columnTypes.map((value) => ({ value, label: typeNames[value] }));

function sampleOf(records: readonly SampleRecord[], source: string): string {
  const values = records
    .map((record) => record[source])
    .filter((value) => value !== null && value !== undefined && value !== '');
  return [
    ...new Set(values.slice(0, 20).map((value) => (typeof value === 'object' ? JSON.stringify(value) : String(value)))),
  ]
    .slice(0, 3)
    .join(', ');
}

/** The columns of the input: which are kept, under which name, as which type. */
export function ColumnTable({
  columns,
  records,
  timeColumn,
  onChange,
}: {
  readonly columns: readonly LoadColumn[];
  readonly records: readonly SampleRecord[];
  readonly timeColumn: string | undefined;
  readonly onChange: (columns: readonly LoadColumn[]) => void;
}) {
  const change = (index: number, fields: Partial<LoadColumn>): void => {
    onChange(columns.map((column, at) => (at === index ? { ...column, ...fields } : column)));
  };
  return (
    <>
      <ul className="columns">
        {columns.map((column, index) => {
          const sample = sampleOf(records, column.source);
          const isTime = column.source === timeColumn;
          return (
            <li key={index} data-dropped={(!column.keep && !isTime) || undefined}>
              <input
                type="checkbox"
                aria-label={`Keep ${column.source}`}
                checked={column.keep}
                onChange={(event) => {
                  change(index, { keep: event.currentTarget.checked });
                }}
              />
              <TextInput
                variant="unstyled"
                aria-label={`Name of ${column.source}`}
                value={column.name}
                onChange={(event) => {
                  const { value } = event.currentTarget;
                  // Without a sample nothing tells the names of the input: then the two go together.
                  change(index, records.length === 0 ? { name: value, source: value } : { name: value });
                }}
              />
              <NativeSelect
                size="xs"
                aria-label={`Type of ${column.source}`}
                data={options}
                value={column.type}
                onChange={(event) => {
                  change(index, { type: event.currentTarget.value as ColumnType });
                }}
              />
              <span className="column-sample" title={sample}>
                {isTime ? 'becomes __time' : sample === '' ? ' ' : sample}
              </span>
            </li>
          );
        })}
      </ul>
      <Button
        variant="subtle"
        leftSection={<Plus size={14} />}
        onClick={() => {
          const name = `column_${columns.length + 1}`;
          onChange([...columns, { source: name, name, type: 'VARCHAR', keep: true }]);
        }}
      >
        Add a column
      </Button>
    </>
  );
}
