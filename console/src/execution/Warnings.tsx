import type { ErrorReport } from '../api/report.js';
import { plural } from '../shared/format.js';

/** Records that were left out, with their place. */
export function Warnings({ warnings, total }: { readonly warnings: readonly ErrorReport[]; readonly total: number }) {
  if (warnings.length === 0) return null;
  const count = Math.max(total, warnings.length);
  return (
    <section className="panel warnings" aria-label="Warnings">
      <div className="panel-head">
        {plural(count, 'warning')}
        {count > warnings.length && <span className="dim">the first {warnings.length} in full</span>}
      </div>
      <ul>
        {warnings.map(({ error, stageNumber }, index) => (
          <li key={`${index}-${error.errorMessage ?? ''}`}>
            <span className="warning-code">{error.errorCode}</span>
            {stageNumber !== undefined && <span className="dim"> stage {stageNumber}</span>}
            <div className="warning-text mono">{error.errorMessage}</div>
          </li>
        ))}
      </ul>
      <p className="dim">The records were left out; everything else was taken.</p>
    </section>
  );
}
