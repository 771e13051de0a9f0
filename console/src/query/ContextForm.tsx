import { ActionIcon, Button, NumberInput, Popover, Select, Switch, TextInput } from '@mantine/core';
import { Plus, SlidersHorizontal, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { ContextError, contextParameters } from '../../../src/msq/context.js';
import type { QueryContext } from '../api/sql.js';

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

/** The context parameters of a statement, by form. */
export function ContextForm({
  context,
  onChange,
}: {
  readonly context: QueryContext;
  readonly onChange: (context: QueryContext) => void;
}) {
  const [added, setAdded] = useState<string | null>(null);
  const set = (name: string, value: unknown): void => {
    onChange(
      value === '' || value === undefined || value === null ? without(context, name) : { ...context, [name]: value },
    );
  };
  const others = Object.keys(context).filter((name) => !(name in common));
  const count = Object.keys(context).length;
  return (
    <Popover position="bottom-end" width={380} shadow="md" trapFocus withinPortal>
      <Popover.Target>
        <Button variant={count > 0 ? 'light' : 'default'} px={10}>
          <SlidersHorizontal size={14} aria-hidden />
          <span className="wide-only">&nbsp; Context</span>
          {count > 0 && <span>&nbsp;{count}</span>}
          <span className="visually-hidden"> parameters</span>
        </Button>
      </Popover.Target>
      <Popover.Dropdown className="context-form" aria-label="Context parameters">
        {(Object.entries(common) as [keyof typeof common, string][]).map(([name, label]) => {
          const { description } = contextParameters[name];
          const value = context[name];
          const error = problemOf(name, value);
          const isBoolean = name === 'failOnEmptyInsert' || name === 'useApproximateCountDistinct';
          if (isBoolean) {
            const fallback = name === 'useApproximateCountDistinct';
            return (
              <Switch
                key={name}
                label={label}
                description={`${name}. ${description}`}
                checked={typeof value === 'boolean' ? value : fallback}
                onChange={(event) => {
                  const { checked } = event.currentTarget;
                  set(name, checked === fallback ? undefined : checked);
                }}
              />
            );
          }
          if (name === 'sqlTimeZone') {
            return (
              <TextInput
                key={name}
                label={label}
                description={`${name}. ${description}`}
                placeholder="UTC"
                error={error}
                value={typeof value === 'string' ? value : ''}
                onChange={(event) => {
                  set(name, event.currentTarget.value);
                }}
              />
            );
          }
          return (
            <NumberInput
              key={name}
              label={label}
              description={`${name}. ${description}`}
              error={error}
              allowDecimal={false}
              thousandSeparator=","
              hideControls
              placeholder="default"
              value={typeof value === 'number' ? value : ''}
              onChange={(entered) => {
                set(name, entered);
              }}
            />
          );
        })}
        {others.map((name) => (
          <div className="context-other" key={name}>
            <TextInput
              label={name}
              {...(isKnown(name) && { description: contextParameters[name].description })}
              error={problemOf(name, context[name])}
              value={writeValue(context[name])}
              onChange={(event) => {
                onChange({ ...context, [name]: readValue(event.currentTarget.value) });
              }}
            />
            <ActionIcon
              aria-label={`Remove ${name}`}
              onClick={() => {
                set(name, undefined);
              }}
            >
              <Trash2 size={15} />
            </ActionIcon>
          </div>
        ))}
        <div className="context-other">
          <Select
            label="Another parameter"
            placeholder="Pick one"
            searchable
            comboboxProps={{ withinPortal: false }}
            data={names.filter((name) => !(name in common) && !(name in context))}
            value={added}
            onChange={setAdded}
          />
          <ActionIcon
            variant="default"
            aria-label="Add the parameter"
            disabled={added === null}
            onClick={() => {
              if (added !== null) onChange({ ...context, [added]: '' });
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
