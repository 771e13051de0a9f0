import { ActionIcon, Button, CopyButton, Tabs, Tooltip } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { ArrowLeft, Check, Copy, SquareTerminal } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { getJson } from '../api/http.js';
import { taskLog, taskPayload } from '../api/tasks.js';
import { TaskProgress } from '../execution/TaskProgress.js';
import { openTab } from '../query/tabs.js';
import { JsonTree } from '../shared/JsonTree.js';
import { Loading } from '../shared/Loading.js';
import { messageOf, Notice } from '../shared/Notice.js';
import { emptyCatalog } from '../sql/catalog.js';
import { SqlEditor } from '../sql/SqlEditor.js';
import { TaskLog } from './TaskLog.js';
import './task.css';

const sections = [
  ['progress', 'Progress'],
  ['sql', 'Statement'],
  ['report', 'Report'],
  ['payload', 'Payload'],
  ['log', 'Log'],
] as const;

const taskPath = (id: string): string => `/druid/indexer/v1/task/${encodeURIComponent(id)}`;

function Fetched<T>({
  id,
  what,
  load,
  children,
}: {
  readonly id: string;
  readonly what: string;
  readonly load: (signal: AbortSignal) => Promise<T>;
  readonly children: (data: T) => ReactNode;
}) {
  const { data, error } = useQuery({
    queryKey: ['task', id, what],
    queryFn: ({ signal }) => load(signal),
    refetchInterval: 3_000,
  });
  if (error) {
    return (
      <Notice tone="bad" title={`There is no ${what}`}>
        {messageOf(error)}
      </Notice>
    );
  }
  return data === undefined ? <Loading /> : children(data);
}

function Json({ value, label, open = 2 }: { readonly value: unknown; readonly label: string; readonly open?: number }) {
  return (
    <div className="panel task-json">
      <CopyButton value={JSON.stringify(value, undefined, 2)}>
        {({ copied, copy }) => (
          <Tooltip label="Copy the JSON">
            <ActionIcon className="task-copy" aria-label={`Copy the ${label}`} onClick={copy}>
              {copied ? <Check size={15} /> : <Copy size={15} />}
            </ActionIcon>
          </Tooltip>
        )}
      </CopyButton>
      <div className="mono" role="region" aria-label={label} tabIndex={0}>
        <JsonTree value={value} open={open} />
      </div>
    </div>
  );
}

function Statement({ id }: { readonly id: string }) {
  const [, navigate] = useLocation();
  return (
    <Fetched id={id} what="payload" load={(signal) => taskPayload(id, signal)}>
      {({ sqlQuery = '', context = {} }) => (
        <>
          <div className="panel task-sql">
            <SqlEditor
              value={sqlQuery}
              catalog={emptyCatalog}
              label="Statement of the task"
              readOnly
              diagnostics={false}
            />
          </div>
          <Button
            variant="default"
            leftSection={<SquareTerminal size={14} />}
            onClick={() => {
              const { sqlQueryId: _, ...kept } = context;
              navigate(`/query/${openTab({ sql: sqlQuery, context: kept })}`);
            }}
          >
            Open in a query tab
          </Button>
          <h2 className="task-heading">Context</h2>
          <Json value={context} label="context" />
        </>
      )}
    </Fetched>
  );
}

/** One task: how it goes or went, its statement, report, payload and log. */
export function TaskView({ id, section }: { readonly id: string; readonly section: string }) {
  const [, navigate] = useLocation();
  return (
    <div className="task">
      <header className="task-head">
        <Tooltip label="All tasks">
          <ActionIcon component={Link} href="/tasks" aria-label="All tasks">
            <ArrowLeft size={16} />
          </ActionIcon>
        </Tooltip>
        <h1 className="mono">{id}</h1>
        <CopyButton value={id}>
          {({ copied, copy }) => (
            <ActionIcon aria-label="Copy the task id" onClick={copy} size="sm">
              {copied ? <Check size={14} /> : <Copy size={14} />}
            </ActionIcon>
          )}
        </CopyButton>
      </header>
      <Tabs
        value={section}
        onChange={(value) => {
          if (value !== null) navigate(`/tasks/${encodeURIComponent(id)}${value === 'progress' ? '' : `/${value}`}`);
        }}
        keepMounted={false}
        className="task-tabs"
      >
        <Tabs.List aria-label="Parts of the task">
          {sections.map(([value, label]) => (
            <Tabs.Tab key={value} value={value}>
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="progress">
          <TaskProgress taskId={id} name={id} />
        </Tabs.Panel>
        <Tabs.Panel value="sql" className="task-panel">
          <Statement id={id} />
        </Tabs.Panel>
        <Tabs.Panel value="report" className="task-panel">
          <Fetched id={id} what="report" load={(signal) => getJson<unknown>(`${taskPath(id)}/reports`, signal)}>
            {(report) => <Json value={report} label="report" open={4} />}
          </Fetched>
        </Tabs.Panel>
        <Tabs.Panel value="payload" className="task-panel">
          <Fetched id={id} what="task payload" load={(signal) => getJson<unknown>(taskPath(id), signal)}>
            {(payload) => <Json value={payload} label="payload" open={3} />}
          </Fetched>
        </Tabs.Panel>
        <Tabs.Panel value="log" className="task-panel">
          <Fetched id={id} what="log" load={(signal) => taskLog(id, signal)}>
            {(log) => <TaskLog log={log} />}
          </Fetched>
        </Tabs.Panel>
      </Tabs>
    </div>
  );
}
