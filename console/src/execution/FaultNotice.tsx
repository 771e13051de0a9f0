import { Button } from '@mantine/core';
import { faultAdvice, type FaultAdvice } from '../../../src/msq/fault-advice.js';
import type { ErrorReport } from '../api/report.js';
import { Notice } from '../shared/Notice.js';
import { Prose } from '../shared/Prose.js';

/** A context parameter that gets a statement through. */
export type Remedy = NonNullable<FaultAdvice['remedy']>;

/** The fault that ended a task: what happened, what it means, what to do. */
export function FaultNotice({
  report,
  onRetry,
}: {
  readonly report: ErrorReport;
  /** Runs the statement again with a context parameter that helps. */
  readonly onRetry?: (remedy: Remedy) => void;
}) {
  const { error, stageNumber } = report;
  // A newer server may have codes that this console does not know.
  const advice = faultAdvice[error.errorCode as keyof typeof faultAdvice];
  const remedy = advice?.remedy;
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
          <span>
            <Prose text={advice.meaning} />
          </span>
          <span>
            <strong>What to do:</strong> <Prose text={advice.action} />
          </span>
        </span>
      )}
    </Notice>
  );
}
