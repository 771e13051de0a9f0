import {
  ActionIcon,
  Button,
  CloseButton,
  Input,
  NumberInput,
  Popover,
  SegmentedControl,
  Select,
  TextInput,
} from '@mantine/core';
import { Plus, SlidersHorizontal } from 'lucide-react';
import { useState } from 'react';
import { ContextError, contextParameters } from '../../../src/msq/context.js';
import type { QueryContext } from '../api/sql.js';
import { Prose } from '../shared/Prose.js';

type ParameterName = keyof typeof contextParameters;

const names = Object.keys(contextParameters) as readonly ParameterName[];
const isKnown = (name: string): name is ParameterName => name in contextParameters;

/** The parameters that people reach for, as fields of their own. */
const common = {
  maxNumTasks: 'Tasks at most',
  rowsPerSegment: 'Rows per segment',
  maxParseExceptions: 'Parse errors allowed',
  sqlTimeZone: 'Time zone',
  timeout: 'Timeout (ms)',
  failOnEmptyInsert: 'Fail when nothing is written',
  useApproximateCountDistinct: 'Approximate COUNT(DISTINCT)',
} as const satisfies Partial<Record<ParameterName, string>>;

/** Why a value cannot be used, in the words of the server. */
function problemOf(name: string, value: unknown): string | undefined {
  if (!isKnown(name) || value === '') return undefined;
  try {
    contextParameters[name].read(name, value);
    return undefined;
  } catch (error) {
    return error instanceof ContextError ? error.message : undefined;
  }
}

const without = (context: QueryContext, name: string): QueryContext =>
  Object.fromEntries(Object.entries(context).filter(([key]) => key !== name));

/** Reads what was typed: JSON where it is JSON, otherwise text. */
function readValue(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

const writeValue = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** One parameter: not set, where the server takes its default, or set to a value, which may be the same. */
function ParameterField({
  name,
  label,
  value,
  onChange,
}: {
  readonly name: string;
  readonly label: string;
  readonly value: unknown;
  /** Undefined takes the parameter out. */
  readonly onChange: (value: unknown) => void;
}) {
  const parameter = isKnown(name) ? contextParameters[name] : undefined;
  const fallback = parameter?.default;
  const shared = {
    label,
    error: problemOf(name, value),
    description: parameter && (
      <>
        {label === name ? '' : `${name}. `}
        <Prose text={parameter.description} />
      </>
    ),
  };
  const clear = value !== undefined && (
    <CloseButton
      size="sm"
      aria-label={`Unset ${name}`}
      onClick={() => {
        onChange(undefined);
      }}
    />
  );
  const placeholder =
    fallback === undefined
      ? 'not set'
      : `default: ${/^\d+$/.test(fallback) ? Number(fallback).toLocaleString('en-US') : fallback}`;
  if (parameter?.type === 'boolean') {
    const data = [
      { value: 'unset', label: fallback === undefined ? 'Not set' : `Default (${fallback})` },
      { value: 'true', label: 'true' },
      { value: 'false', label: 'false' },
    ];
    return (
      <Input.Wrapper {...shared} size="xs" labelElement="div">
        <SegmentedControl
          aria-label={label}
          fullWidth
          mt={4}
          data={data}
          value={value === true || value === false ? String(value) : 'unset'}
          onChange={(chosen) => {
            onChange(chosen === 'unset' ? undefined : chosen === 'true');
          }}
        />
      </Input.Wrapper>
    );
  }
  if (parameter?.type.startsWith('integer')) {
    return (
      <NumberInput
        {...shared}
        allowDecimal={false}
        thousandSeparator=","
        hideControls
        placeholder={placeholder}
        rightSection={clear}
        value={typeof value === 'number' || typeof value === 'string' ? value : ''}
        onChange={(entered) => {
          onChange(entered === '' ? undefined : entered);
        }}
      />
    );
  }
  return (
    <TextInput
      {...shared}
      placeholder={placeholder}
      rightSection={clear}
      value={value === undefined ? '' : writeValue(value)}
      onChange={(event) => {
        const text = event.currentTarget.value;
        onChange(text === '' ? undefined : readValue(text));
      }}
    />
  );
}

/** The context parameters of a statement, by form. */
export function ContextForm({
  context,
  onChange,
}: {
  readonly context: QueryContext;
  readonly onChange: (context: QueryContext) => void;
}) {
  const [added, setAdded] = useState<string | null>(null);
  const [opened, setOpened] = useState<readonly string[]>([]);
  const set = (name: string, value: unknown): void => {
    onChange(value === undefined ? without(context, name) : { ...context, [name]: value });
  };
  // A parameter that was added stands in the form before it has a value, too.
  const others = [...new Set([...Object.keys(context), ...opened])].filter((name) => !(name in common));
  const count = Object.keys(context).length;
  const label = count === 0 ? 'Context parameters' : `Context ${count} set`;
  return (
    <Popover
      position="bottom-start"
      width={380}
      shadow="md"
      trapFocus
      withinPortal
      // Never taller than the room that is left: focus in it would scroll the whole page.
      middlewares={{ shift: { padding: 8 }, flip: false, size: { padding: 8 } }}
    >
      <Popover.Target>
        <Button variant={count > 0 ? 'light' : 'default'} px={10} aria-label={label}>
          <SlidersHorizontal size={14} aria-hidden />
          <span className="wide-only">&nbsp; Context</span>
          {count > 0 && <span>&nbsp;{count}</span>}
        </Button>
      </Popover.Target>
      <Popover.Dropdown className="context-form" aria-label="Context parameters">
        {Object.entries(common).map(([name, label]) => (
          <ParameterField
            key={name}
            name={name}
            label={label}
            value={context[name]}
            onChange={(value) => {
              set(name, value);
            }}
          />
        ))}
        {others.map((name) => (
          <div className="context-other" key={name}>
            <ParameterField
              name={name}
              label={name}
              value={context[name]}
              onChange={(value) => {
                set(name, value);
              }}
            />
          </div>
        ))}
        <div className="context-other">
          <Select
            label="Another parameter"
            placeholder="Pick one"
            searchable
            comboboxProps={{ withinPortal: false }}
            data={names.filter((name) => !(name in common) && !others.includes(name))}
            value={added}
            onChange={setAdded}
          />
          <ActionIcon
            variant="default"
            aria-label="Add the parameter"
            disabled={added === null}
            onClick={() => {
              if (added !== null) setOpened([...opened, added]);
              setAdded(null);
            }}
          >
            <Plus size={15} />
          </ActionIcon>
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
