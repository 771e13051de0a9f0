import { ActionIcon, Button, Menu, Select, Tooltip } from '@mantine/core';
import { ChevronDown, Link2, Play, Square, Workflow } from 'lucide-react';
import { modifier } from '../app/Shortcuts.js';
import type { Engine } from '../sql/statements.js';
import { ContextForm } from './ContextForm.js';
import { linkOf } from './link.js';
import { changeTab, type QueryTab } from './tabs.js';

interface QueryToolbarProps {
  readonly tab: QueryTab;
  /** What `auto` stands for with the present text. */
  readonly chosen: Engine;
  readonly running: boolean;
  readonly onRun: () => void;
  readonly onCancel: () => void;
  readonly onExplain: () => void;
}

const engineLabels = { interactive: 'at once', task: 'as a task' } as const;

/** What can be done with the statement of a tab. */
export function QueryToolbar(props: QueryToolbarProps) {
  const { tab, chosen, running, onRun, onCancel, onExplain } = props;
  const engine = tab.engine === 'auto' ? chosen : tab.engine;
  const isEmpty = tab.sql.trim() === '';
  const share = (): void => {
    void navigator.clipboard.writeText(window.location.origin + linkOf(tab));
  };
  return (
    <div className="query-bar" data-running={running || undefined}>
      <Button.Group>
        <Button leftSection={<Play size={14} fill="currentColor" />} onClick={onRun} disabled={isEmpty}>
          Run<span className="wide-only">&nbsp;{engineLabels[engine]}</span>
        </Button>
        <Menu position="bottom-start">
          <Menu.Target>
            <Button px={6} aria-label="How to run" {...(isEmpty && { variant: 'default' })}>
              <ChevronDown size={14} />
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Label>How to run</Menu.Label>
            {(
              [
                ['auto', `Choose by the statement (${engineLabels[chosen]})`],
                ['interactive', 'At once, rows as they come'],
                ['task', 'As a task, with stages and a report'],
              ] as const
            ).map(([value, label]) => (
              <Menu.Item
                key={value}
                fw={tab.engine === value ? 600 : undefined}
                aria-current={tab.engine === value}
                onClick={() => {
                  changeTab(tab.id, { engine: value });
                }}
              >
                {label}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      </Button.Group>
      {running && (
        <Button variant="default" leftSection={<Square size={12} fill="currentColor" />} onClick={onCancel}>
          Cancel
        </Button>
      )}
      <Tooltip label={`Show the stages and the plan (${modifier} E)`}>
        <Button
          className="query-explain"
          variant="default"
          leftSection={<Workflow size={14} />}
          px={10}
          onClick={onExplain}
          disabled={isEmpty}
        >
          Explain
        </Button>
      </Tooltip>
      <ContextForm
        context={tab.context}
        onChange={(context) => {
          changeTab(tab.id, { context });
        }}
      />
      <span className="spacer" />
      {engine === 'interactive' && (
        <Select
          aria-label="Rows at most"
          w={112}
          data={[
            { value: '1000', label: '1,000 rows' },
            { value: '10000', label: '10,000 rows' },
            { value: '100000', label: '100,000 rows' },
            { value: '1000000', label: '1,000,000 rows' },
          ]}
          value={String(tab.maxRows)}
          onChange={(value) => {
            if (value !== null) changeTab(tab.id, { maxRows: Number(value) });
          }}
        />
      )}
      <Tooltip label="Copy a link to this statement">
        <ActionIcon aria-label="Copy a link to this statement" onClick={share}>
          <Link2 size={16} />
        </ActionIcon>
      </Tooltip>
    </div>
  );
}
