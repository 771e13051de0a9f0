import { Checkbox, NumberInput, Select, TextInput } from '@mantine/core';
import type { InputFormat } from './format.js';

const types = [
  { value: 'json', label: 'JSON' },
  { value: 'csv', label: 'CSV (commas)' },
  { value: 'tsv', label: 'Other delimiter' },
  { value: 'lines', label: 'Whole lines' },
  { value: 'regex', label: 'Regular expression' },
  { value: 'parquet', label: 'Parquet' },
  { value: 'avro_ocf', label: 'Avro' },
];

function startOf(type: string): InputFormat {
  switch (type) {
    case 'csv':
    case 'tsv':
      return { type, findColumnsFromHeader: true };
    case 'regex':
      return { type, pattern: '^(\\S+) (.*)$', columns: ['first', 'rest'] };
    default:
      return { type };
  }
}

const list = (text: string): readonly string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

const joined = (value: unknown): string => (Array.isArray(value) ? value.join(', ') : '');

const without = (format: InputFormat, ...names: readonly string[]): InputFormat =>
  Object.fromEntries(Object.entries(format).filter(([key]) => !names.includes(key))) as unknown as InputFormat;

/** How the bytes of the input become records. */
export function FormatFields({
  format,
  onChange,
}: {
  readonly format: InputFormat;
  readonly onChange: (format: InputFormat) => void;
}) {
  const isText = format.type === 'csv' || format.type === 'tsv';
  const hasHeader = format['findColumnsFromHeader'] === true;
  return (
    <div className="fields">
      <Select
        label="Format"
        data={types}
        value={format.type}
        onChange={(type) => {
          if (type !== null) onChange(startOf(type));
        }}
      />
      {format.type === 'tsv' && (
        <TextInput
          label="Delimiter"
          placeholder="tab"
          value={typeof format['delimiter'] === 'string' ? format['delimiter'] : ''}
          onChange={(event) => {
            const delimiter = event.currentTarget.value;
            onChange(delimiter === '' ? without(format, 'delimiter') : { ...format, delimiter });
          }}
        />
      )}
      {isText && (
        <>
          <Checkbox
            label="The first line names the columns"
            checked={hasHeader}
            onChange={(event) => {
              const { checked } = event.currentTarget;
              onChange(
                checked
                  ? { ...without(format, 'columns'), findColumnsFromHeader: true }
                  : { ...without(format, 'findColumnsFromHeader'), columns: ['column_1'] },
              );
            }}
          />
          {!hasHeader && (
            <TextInput
              label="Columns"
              description="Names with commas between them"
              defaultValue={joined(format['columns'])}
              onBlur={(event) => {
                onChange({ ...format, columns: list(event.currentTarget.value) });
              }}
            />
          )}
          <NumberInput
            label="Lines to skip at the start"
            min={0}
            allowDecimal={false}
            value={typeof format['skipHeaderRows'] === 'number' ? format['skipHeaderRows'] : 0}
            onChange={(value) => {
              onChange(
                Number(value) > 0 ? { ...format, skipHeaderRows: Number(value) } : without(format, 'skipHeaderRows'),
              );
            }}
          />
        </>
      )}
      {format.type === 'regex' && (
        <>
          <TextInput
            label="Pattern"
            description="Each group is a column"
            classNames={{ input: 'mono' }}
            defaultValue={String(format['pattern'])}
            onBlur={(event) => {
              onChange({ ...format, pattern: event.currentTarget.value });
            }}
          />
          <TextInput
            label="Columns"
            defaultValue={joined(format['columns'])}
            onBlur={(event) => {
              onChange({ ...format, columns: list(event.currentTarget.value) });
            }}
          />
        </>
      )}
    </div>
  );
}
