import { Button, Loader } from '@mantine/core';
import { useEffect, useState } from 'react';
import { TaskProgress } from '../execution/TaskProgress.js';
import { ResultView, type ResultMode } from '../results/ResultView.js';
import { formatDuration, plural } from '../shared/format.js';
import { Notice } from '../shared/Notice.js';
import { ExplainView } from './ExplainView.js';
import type { Run } from './runs.js';

/** Milliseconds since a moment, ten times a second. */
function useElapsed(since: number): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => {
      setNow(Date.now());
    }, 100);
    return () => {
      clearInterval(timer);
    };
  }, []);
  return Math.max(0, now - since);
}

function Running({ startedAt, rows }: { readonly startedAt: number; readonly rows: number | undefined }) {
  const elapsed = useElapsed(startedAt);
  return (
    <div className="empty" role="status">
      <Loader size="sm" aria-hidden />
      <span>
        {rows === undefined ? 'Sending' : rows === 0 ? 'Running' : `${plural(rows, 'row')} so far`} ·{' '}
        {formatDuration(elapsed)}
      </span>
    </div>
  );
}

/** What the run of a tab came to. */
export function RunPanel({
  run,
  name,
  mode,
  onMode,
  onReveal,
}: {
  readonly run: Run;
  readonly name: string;
  readonly mode: ResultMode;
  readonly onMode: (mode: ResultMode) => void;
  /** Shows in the editor where the error is. */
  readonly onReveal: (run: Run & { kind: 'failed' }) => void;
}) {
  switch (run.kind) {
    case 'submitting':
      return <Running startedAt={run.startedAt} rows={undefined} />;
    case 'interactive':
      return run.state === 'running' ? (
        <Running startedAt={run.startedAt} rows={run.rows} />
      ) : (
        <ResultView key={run.startedAt} result={run.result} name={name} mode={mode} onMode={onMode} />
      );
    case 'task':
      return <TaskProgress key={run.taskId} taskId={run.taskId} name={name} linked />;
    case 'explained':
      return <ExplainView explained={run.plan} />;
    case 'canceled':
      return (
        <div className="run-note">
          <Notice tone="warn" title="Canceled">
            The query was canceled; it has no answer.
          </Notice>
        </div>
      );
    case 'failed': {
      const { error } = run;
      const place = 'line' in error.context;
      return (
        <div className="run-note">
          <Notice
            tone="bad"
            title={error.category === 'INVALID_INPUT' ? 'The statement was refused' : 'The query failed'}
            actions={
              place ? (
                <Button
                  variant="default"
                  onClick={() => {
                    onReveal(run);
                  }}
                >
                  Show line {error.context['line']}
                </Button>
              ) : undefined
            }
          >
            {error.message}
          </Notice>
        </div>
      );
    }
  }
}
