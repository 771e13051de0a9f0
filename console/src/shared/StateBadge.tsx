import { Ban, CircleAlert, CircleCheck, CircleDashed, Clock, LoaderCircle } from 'lucide-react';
import type { TaskStatus } from '../api/tasks.js';

type Tone = 'good' | 'bad' | 'warn' | 'busy' | 'idle';

const looks = {
  SUCCESS: ['good', 'Success', CircleCheck],
  FAILED: ['bad', 'Failed', CircleAlert],
  CANCELED: ['warn', 'Canceled', Ban],
  RUNNING: ['busy', 'Running', LoaderCircle],
  PENDING: ['idle', 'Pending', Clock],
  WAITING: ['idle', 'Waiting', Clock],
  NONE: ['idle', 'Unknown', CircleDashed],
} as const satisfies Record<string, readonly [Tone, string, typeof Ban]>;

export type TaskLook = keyof typeof looks;

/** How a task stands, with a cancellation told from a failure. */
export function lookOf(status: Pick<TaskStatus, 'statusCode' | 'runnerStatusCode' | 'errorMsg'>): TaskLook {
  if (status.statusCode === 'RUNNING') {
    return status.runnerStatusCode === 'NONE' ? 'RUNNING' : status.runnerStatusCode;
  }
  return status.statusCode === 'FAILED' && /^Canceled\b/.test(status.errorMsg ?? '') ? 'CANCELED' : status.statusCode;
}

export function StateBadge({ look }: { readonly look: TaskLook }) {
  const [tone, label, Icon] = looks[look];
  return (
    <span className="state" data-tone={tone}>
      <Icon size={13} aria-hidden {...(look === 'RUNNING' && { className: 'spinning' })} />
      {label}
    </span>
  );
}
