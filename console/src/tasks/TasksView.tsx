import { SegmentedControl, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Search } from 'lucide-react';
import { Link, useLocation, useSearch } from 'wouter';
import { listTasks, mostTasks, type TaskStatus } from '../api/tasks.js';
import { formatDuration, formatTime, plural } from '../shared/format.js';
import { Loading } from '../shared/Loading.js';
import { messageOf, Notice } from '../shared/Notice.js';
import { lookOf, StateBadge } from '../shared/StateBadge.js';
import './task.css';

const states = [
  { value: 'all', label: 'All' },
  { value: 'active', label: 'Active' },
  { value: 'success', label: 'Success' },
  { value: 'failed', label: 'Failed' },
] as const;

function isInState(task: TaskStatus, state: string): boolean {
  switch (state) {
    case 'active':
      return task.statusCode === 'RUNNING';
    case 'success':
      return task.statusCode === 'SUCCESS';
    case 'failed':
      return task.statusCode === 'FAILED';
    default:
      return true;
  }
}

/** Druid's name for "no datasource": a SELECT that ran as a task. */
const targetText = ({ dataSource }: TaskStatus): string => (dataSource === '__query_select' ? 'SELECT' : dataSource);

/** All tasks, newest first. Filters stand in the address. */
export function TasksView() {
  const [, navigate] = useLocation();
  const search = new URLSearchParams(useSearch());
  const state = search.get('state') ?? 'all';
  const text = search.get('q') ?? '';
  const { data, error, isLoading } = useQuery({
    queryKey: ['tasks'],
    queryFn: ({ signal }) => listTasks(signal),
    refetchInterval: 2_000,
  });
  const change = (name: string, value: string): void => {
    const next = new URLSearchParams(search);
    if (value === '' || value === 'all') next.delete(name);
    else next.set(name, value);
    navigate(`/tasks${next.size > 0 ? `?${next.toString()}` : ''}`, { replace: true });
  };
  const wanted = text.trim().toLowerCase();
  const shown = (data ?? [])
    .filter((task) => isInState(task, state))
    .filter(({ id, dataSource }) => `${id} ${dataSource}`.toLowerCase().includes(wanted))
    .sort((a, b) => (a.createdTime < b.createdTime ? 1 : -1));
  return (
    <div className="page">
      <div className="page-inner">
        <div className="page-head">
          <h1>Tasks</h1>
          <span className="spacer" />
          <SegmentedControl
            aria-label="State"
            data={[...states]}
            value={state}
            onChange={(value) => {
              change('state', value);
            }}
          />
          <TextInput
            aria-label="Search tasks"
            placeholder="Id or datasource"
            leftSection={<Search size={14} />}
            value={text}
            onChange={(event) => {
              change('q', event.currentTarget.value);
            }}
          />
        </div>
        {error && (
          <Notice tone="bad" title="The tasks cannot be listed">
            {messageOf(error)}
          </Notice>
        )}
        {isLoading && <Loading label="Loading tasks" />}
        {data && (
          <div className="panel table-scroll" role="region" aria-label="Tasks" tabIndex={0}>
            {shown.length === 0 ? (
              <div className="empty">
                <h2>{data.length === 0 ? 'No task has run yet' : 'No task matches'}</h2>
                {data.length === 0 ? (
                  <p>
                    INSERT and REPLACE run as tasks. <Link href="/load">Load data</Link> writes one for you.
                  </p>
                ) : (
                  <p>
                    <Link href="/tasks">Show all {plural(data.length, 'task')}</Link>
                  </p>
                )}
              </div>
            ) : (
              <table className="list-table">
                <caption className="visually-hidden">{plural(shown.length, 'task')}</caption>
                <thead>
                  <tr>
                    <th>State</th>
                    <th>Writes</th>
                    <th>Task</th>
                    <th>Created (UTC)</th>
                    <th className="numbers">Duration</th>
                  </tr>
                </thead>
                <tbody>
                  {shown.map((task) => (
                    <tr key={task.id}>
                      <td>
                        <StateBadge look={lookOf(task)} />
                      </td>
                      <td className="list-name">{targetText(task)}</td>
                      <td style={{ maxWidth: 420 }}>
                        <Link href={`/tasks/${encodeURIComponent(task.id)}`} className="mono task-id">
                          {task.id}
                        </Link>
                        {task.errorMsg !== null && lookOf(task) === 'FAILED' && (
                          <div className="task-error" title={task.errorMsg}>
                            {task.errorMsg}
                          </div>
                        )}
                      </td>
                      <td style={{ whiteSpace: 'nowrap' }}>{formatTime(task.createdTime)}</td>
                      <td className="numbers" style={{ whiteSpace: 'nowrap' }}>
                        {formatDuration(task.duration)}
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            )}
          </div>
        )}
        {data?.length === mostTasks && (
          <p className="list-note">These are the newest {plural(mostTasks, 'task')}; sys.tasks has all of them.</p>
        )}
      </div>
    </div>
  );
}
