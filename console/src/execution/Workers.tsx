import type { ReportPayload } from '../api/report.js';
import { formatDuration } from '../shared/format.js';

/** The processes that worked on a task. */
export function Workers({ report }: { readonly report: ReportPayload }) {
  const workers = Object.values(report.status.workers ?? {}).flat();
  const { segmentReport } = report.status;
  if (workers.length === 0) return null;
  return (
    <section className="panel" aria-label="Workers">
      <div className="table-scroll">
        <table className="list-table">
          <thead>
            <tr>
              <th>Worker</th>
              <th>State</th>
              <th className="numbers">Waited</th>
              <th className="numbers">Worked</th>
            </tr>
          </thead>
          <tbody>
            {workers.map(({ workerId, state, durationMs, pendingMs }) => (
              <tr key={workerId}>
                <td className="mono worker-id">{workerId}</td>
                <td>{state.toLowerCase()}</td>
                <td className="numbers">{formatDuration(pendingMs)}</td>
                <td className="numbers">{formatDuration(durationMs)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {segmentReport?.details !== undefined && (
        <p className="segment-report dim">
          {segmentReport.shardSpec}: {segmentReport.details}
        </p>
      )}
    </section>
  );
}
