import { Button, Loader } from '@mantine/core';
import { Square } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { resultOfReport } from '../api/report.js';
import { cancelTask, submitTask, taskPayload } from '../api/tasks.js';
import type { TaskSnapshot } from '../api/watch.js';
import { ResultView, type ResultMode } from '../results/ResultView.js';
import { formatDuration, formatRate, plural } from '../shared/format.js';
import { Loading } from '../shared/Loading.js';
import { messageOf, Notice } from '../shared/Notice.js';
import { lookOf, StateBadge } from '../shared/StateBadge.js';
import { AskIt } from './AskIt.js';
import { FaultNotice, type Remedy } from './FaultNotice.js';
import { StageTable } from './StageTable.js';
import { summarizeStages } from './summary.js';
import { useTask } from './use-task.js';
import { Warnings } from './Warnings.js';
import { Workers } from './Workers.js';
import './execution.css';

// The layout library comes with the first graph.
const StageGraph = lazy(async () => ({ default: (await import('./StageGraph.js')).StageGraph }));

interface TaskProgressProps {
  readonly taskId: string;
  /** Name of a downloaded result. */
  readonly name: string;
  /** Shows a link to the task's own page. */
  readonly linked?: boolean;
  /** Called when a remedy for a fault started another task; otherwise its page is opened. */
  readonly onAnother?: (taskId: string) => void;
}

/** Milliseconds that a task took or has taken so far. */
function elapsedOf({ status, report }: TaskSnapshot): number {
  if (status.statusCode !== 'RUNNING' && status.duration >= 0) return status.duration;
  return report?.status.durationMs ?? -1;
}

/** A task while it runs and after: stages as a graph and as rows, warnings, the fault, the rows of a SELECT. */
export function TaskProgress({ taskId, name, linked = false, onAnother }: TaskProgressProps) {
  const { snapshot, error } = useTask(taskId);
  const [mode, setMode] = useState<ResultMode>('table');
  const [refusal, setRefusal] = useState<string>();
  const [, navigate] = useLocation();
  if (error) {
    return (
      <div className="run-note">
        <Notice tone="bad" title="This task cannot be shown">
          {error.message}
        </Notice>
      </div>
    );
  }
  if (!snapshot) return <Loading label="Loading the task" />;
  const { status, report } = snapshot;
  const look = lookOf(status);
  const stages = report ? summarizeStages(report) : [];
  const result = report && resultOfReport(report);
  const isRunning = status.statusCode === 'RUNNING';
  const elapsed = elapsedOf(snapshot);
  const read = stages[0]?.read.rows ?? 0;
  const target = stages.at(-1)?.stage.definition.processor.dataSource;
  const stored = stages.at(-1)?.pushed;
  const retry = async (remedy: Remedy): Promise<void> => {
    try {
      const payload = await taskPayload(taskId);
      const { sqlQueryId: _, ...context } = payload.context ?? {};
      const id = await submitTask(payload.sqlQuery ?? '', { ...context, [remedy.name]: remedy.value });
      if (onAnother) onAnother(id);
      else navigate(`/tasks/${id}`);
    } catch (failure) {
      setRefusal(messageOf(failure));
    }
  };
  return (
    <div className="task-progress">
      <div className="task-bar">
        <StateBadge look={look} />
        <span className="task-figures" role="status">
          {elapsed >= 0 && formatDuration(elapsed)}
          {read > 0 && ` · ${plural(read, 'row')} read`}
          {stored !== undefined && ` · ${plural(stored, 'row')} stored`}
          {read > 0 && elapsed > 0 && <span className="dim"> · {formatRate((read / elapsed) * 1_000)}</span>}
        </span>
        <span className="spacer" />
        {linked && (
          <Link href={`/tasks/${taskId}`} className="task-link">
            Open the task
          </Link>
        )}
        {isRunning && (
          <Button
            variant="default"
            leftSection={<Square size={12} fill="currentColor" />}
            onClick={() => {
              cancelTask(taskId).catch((failure: unknown) => {
                setRefusal(messageOf(failure));
              });
            }}
          >
            Cancel
          </Button>
        )}
        {look === 'SUCCESS' && target !== undefined && <AskIt dataSource={target} />}
      </div>
      {result && look === 'SUCCESS' ? (
        <div className="task-result">
          <ResultView result={result} name={name} mode={mode} onMode={setMode} />
        </div>
      ) : (
        <div className="task-scroll">
          {refusal !== undefined && (
            <Notice tone="bad" title="The server refused">
              {refusal}
            </Notice>
          )}
          {report?.status.errorReport && (
            <FaultNotice report={report.status.errorReport} onRetry={(remedy) => void retry(remedy)} />
          )}
          {!report?.status.errorReport && status.statusCode === 'FAILED' && (
            <Notice tone="bad" title="The task failed">
              {status.errorMsg}
            </Notice>
          )}
          {report && stages.length > 0 && (
            <>
              <Suspense fallback={<Loading label="Loading the graph" />}>
                <StageGraph report={report} stages={stages} />
              </Suspense>
              <section className="panel">
                <StageTable stages={stages} />
              </section>
              <Warnings
                warnings={report.status.warnings ?? []}
                total={stages.reduce((total, { warnings }) => total + warnings, 0)}
              />
              <Workers report={report} />
            </>
          )}
          {!isRunning && !report && look === 'SUCCESS' && (
            <Notice tone="plain" title="The task is done">
              It is of type {status.type} and keeps no report.
            </Notice>
          )}
          {isRunning && stages.length === 0 && (
            <div className="empty" role="status">
              <Loader size="sm" aria-hidden />
              <span>{look === 'RUNNING' ? 'Starting' : 'Waiting for a free slot or for a lock'}</span>
            </div>
          )}
        </div>
      )}
    </div>
  );
}
