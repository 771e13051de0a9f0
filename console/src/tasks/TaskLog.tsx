import { formatTime } from '../shared/format.js';

/** A line of a task's log, as the server's logger (pino) writes it. */
interface LogLine {
  readonly level: number;
  readonly time: string;
  readonly msg: string;
  readonly [field: string]: unknown;
}

/** Fields that stand in columns of their own, or on every line. */
const placed = new Set(['level', 'time', 'msg', 'taskId']);

function lineOf(text: string): LogLine | undefined {
  try {
    const line = JSON.parse(text) as Partial<LogLine>;
    return typeof line.msg === 'string' && typeof line.time === 'string' ? (line as LogLine) : undefined;
  } catch {
    return undefined;
  }
}

const tones: readonly (readonly [level: number, tone: string, name: string])[] = [
  [50, 'bad', 'error'],
  [40, 'warn', 'warning'],
  [30, 'plain', 'info'],
  [0, 'plain', 'debug'],
];

function Line({ text }: { readonly text: string }) {
  const line = lineOf(text);
  if (!line) return <div className="log-line">{text}</div>;
  const [, tone, name] = tones.find(([level]) => line.level >= level) ?? [0, 'plain', 'debug'];
  const fields = Object.entries(line).filter(([key]) => !placed.has(key));
  return (
    <div className="log-line" data-tone={tone}>
      <time dateTime={line.time}>{formatTime(line.time)}</time>
      <span className="log-level">{name}</span>
      <span className="log-text">
        {line.msg}
        {fields.map(([key, value]) => (
          <span key={key} className="log-field">
            {' '}
            {key}={typeof value === 'string' ? value : JSON.stringify(value)}
          </span>
        ))}
      </span>
    </div>
  );
}

/** A task's log, a line each; what is no JSON is shown as it is. */
export function TaskLog({ log }: { readonly log: string }) {
  const lines = log.split('\n').filter((line) => line !== '');
  return (
    <div className="panel task-log mono" role="region" aria-label="Log" tabIndex={0}>
      {lines.length === 0 ? 'Nothing was logged yet.' : lines.map((text, index) => <Line key={index} text={text} />)}
    </div>
  );
}
