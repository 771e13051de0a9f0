import { formatBytes, formatCount, formatDuration, formatRate } from '../shared/format.js';
import { phaseName, processorName, type Flow, type StageSummary } from './summary.js';

const bytesText = ({ bytes }: Flow): string => (bytes > 0 ? formatBytes(bytes) : '–');
const filesText = ({ files, totalFiles }: Flow): string =>
  totalFiles > 0 ? `${formatCount(files)} / ${formatCount(totalFiles)}` : '–';

function Meter({
  progress,
  failed,
  label,
}: {
  readonly progress: number | undefined;
  readonly failed: boolean;
  readonly label: string;
}) {
  return (
    <span
      className="graph-meter"
      role="progressbar"
      aria-label={label}
      {...(progress !== undefined && {
        'aria-valuenow': Math.round(progress * 100),
        'aria-valuemin': 0,
        'aria-valuemax': 100,
      })}
      data-failed={failed || undefined}
      data-unknown={progress === undefined || undefined}
    >
      <span style={{ width: `${(progress ?? 0) * 100}%` }} />
    </span>
  );
}

/** The stages as rows: phase, progress, what went in and out, rate and time; below each its workers, where several. */
export function StageTable({ stages }: { readonly stages: readonly StageSummary[] }) {
  return (
    <div className="table-scroll" role="region" aria-label="Stages as rows" tabIndex={0}>
      <table className="list-table stage-table">
        <thead>
          <tr>
            <th>Stage</th>
            <th>Phase</th>
            <th style={{ minWidth: 90 }}>Progress</th>
            <th className="numbers">Rows in</th>
            <th className="numbers">Bytes in</th>
            <th className="numbers">Files</th>
            <th className="numbers">Rows out</th>
            <th className="numbers">Bytes out</th>
            <th className="numbers">Rate</th>
            <th className="numbers">Time</th>
            <th className="numbers">Warnings</th>
          </tr>
        </thead>
        <tbody>
          {stages.flatMap(({ stage, read, written, pushed, progress, rate, warnings, workers }) => [
            <tr key={stage.stageNumber}>
              <td>
                <strong>{stage.stageNumber}</strong> {processorName(stage.definition.processor.type)}
              </td>
              <td>{phaseName(stage.phase)}</td>
              <td>
                <Meter
                  progress={progress}
                  failed={stage.phase === 'FAILED'}
                  label={`Progress of stage ${stage.stageNumber}`}
                />
              </td>
              <td className="numbers">{formatCount(read.rows)}</td>
              <td className="numbers">{bytesText(read)}</td>
              <td className="numbers">{filesText(read)}</td>
              <td className="numbers">{formatCount(pushed ?? written.rows)}</td>
              <td className="numbers">{bytesText(written)}</td>
              <td className="numbers">{formatRate(rate)}</td>
              <td className="numbers">{stage.duration === undefined ? '–' : formatDuration(stage.duration)}</td>
              <td className="numbers">{warnings > 0 ? formatCount(warnings) : '–'}</td>
            </tr>,
            ...(workers.length > 1
              ? workers.map((worker) => (
                  <tr key={`${stage.stageNumber}-${worker.worker}`} className="stage-worker">
                    <td>worker {worker.worker}</td>
                    <td />
                    <td />
                    <td className="numbers">{formatCount(worker.read.rows)}</td>
                    <td className="numbers">{bytesText(worker.read)}</td>
                    <td className="numbers">{filesText(worker.read)}</td>
                    <td className="numbers">{formatCount(worker.written.rows)}</td>
                    <td className="numbers">{bytesText(worker.written)}</td>
                    <td />
                    <td />
                    <td />
                  </tr>
                ))
              : []),
          ])}
        </tbody>
      </table>
    </div>
  );
}
