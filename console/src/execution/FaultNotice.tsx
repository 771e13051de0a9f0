import { Button } from '@mantine/core';
import type { ErrorReport } from '../api/report.js';
import { Notice } from '../shared/Notice.js';
import { adviceFor, type Advice } from './advice.js';

/** The fault that ended a task: what happened, what it means, what to do. */
export function FaultNotice({
  report,
  onRetry,
}: {
  readonly report: ErrorReport;
  /** Runs the statement again with a context parameter that helps. */
  readonly onRetry?: (context: NonNullable<Advice['context']>) => void;
}) {
  const { error, stageNumber } = report;
  const advice = adviceFor(error.errorCode);
  const remedy = advice?.context;
  return (
    <Notice
      tone={error.errorCode === 'Canceled' ? 'warn' : 'bad'}
      title={`${error.errorCode}${stageNumber === undefined ? '' : ` in stage ${stageNumber}`}`}
      actions={
        remedy && onRetry ? (
          <Button
            variant="default"
            onClick={() => {
              onRetry(remedy);
            }}
          >
            {remedy.label}
          </Button>
        ) : undefined
      }
    >
      {error.errorMessage}
      {advice && (
        <span className="fault-advice">
          <span>{advice.meaning}</span>
          <span>
            <strong>What to do:</strong> {advice.todo}
          </span>
        </span>
      )}
    </Notice>
  );
}
