import { Select, TextInput } from '@mantine/core';
import type { SampleRecord } from './format.js';
import type { LoadColumn } from './statement.js';
import { readingOf, type TimeChoice, type TimeReading } from './time.js';

const readings: readonly { readonly value: TimeReading; readonly label: string }[] = [
  { value: 'iso', label: 'ISO 8601 (2026-01-31 12:00:00)' },
  { value: 'pattern', label: 'Pattern' },
  { value: 'millis', label: 'Milliseconds since 1970' },
  { value: 'seconds', label: 'Seconds since 1970' },
];

const none = '';

/** Which column is the time of a record, and how it is read. */
export function TimeFields({
  time,
  columns,
  records,
  onChange,
}: {
  readonly time: TimeChoice;
  readonly columns: readonly LoadColumn[];
  readonly records: readonly SampleRecord[];
  readonly onChange: (time: TimeChoice) => void;
}) {
  const isColumn = time.kind === 'column';
  const sample = isColumn
    ? records.map((record) => record[time.column]).find((value) => value !== null && value !== undefined)
    : undefined;
  return (
    <div className="fields">
      <Select
        label="Time column"
        data={[
          { value: none, label: 'None: all rows get 1970-01-01' },
          ...columns.map(({ source }) => ({ value: source, label: source })),
        ]}
        value={isColumn ? time.column : none}
        searchable
        onChange={(column) => {
          if (column === null) return;
          if (column === none) {
            onChange({ kind: 'none' });
            return;
          }
          const reading = readingOf(records.map((record) => record[column])) ?? {
            reading: 'iso' as const,
            pattern: '',
          };
          onChange({ kind: 'column', column, ...reading });
        }}
      />
      {isColumn && (
        <Select
          label="Read as"
          data={[...readings]}
          value={time.reading}
          {...(sample !== undefined && { description: `such as ${String(sample).slice(0, 40)}` })}
          onChange={(reading) => {
            if (reading !== null) onChange({ ...time, reading: reading as TimeReading });
          }}
        />
      )}
      {isColumn && time.reading === 'pattern' && (
        <TextInput
          label="Pattern"
          description="Joda's letters: yyyy MM dd HH mm ss"
          classNames={{ input: 'mono' }}
          value={time.pattern}
          onChange={(event) => {
            onChange({ ...time, pattern: event.currentTarget.value });
          }}
        />
      )}
    </div>
  );
}
