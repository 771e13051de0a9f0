import './json-tree.css';

const isBranch = (value: unknown): value is object => typeof value === 'object' && value !== null;

function Scalar({ value }: { readonly value: unknown }) {
  const kind = value === null ? 'null' : typeof value;
  return (
    <span className="json-value" data-kind={kind}>
      {kind === 'string' ? JSON.stringify(value) : String(value)}
    </span>
  );
}

function summaryOf(value: object): string {
  if (Array.isArray(value)) return value.length === 0 ? '[ ]' : `[ ${value.length} ]`;
  const keys = Object.keys(value);
  return keys.length === 0 ? '{ }' : `{ ${keys.slice(0, 4).join(', ')}${keys.length > 4 ? ', …' : ''} }`;
}

/** Entries shown of one array or object; the rest is named by number. */
const most = 500;

/** A JSON value that folds. */
export function JsonTree({
  value,
  name,
  open = 2,
}: {
  readonly value: unknown;
  readonly name?: string;
  /** Levels that are unfolded at first. */
  readonly open?: number;
}) {
  const label = name === undefined ? null : <span className="json-name">{name}: </span>;
  if (!isBranch(value)) {
    return (
      <div className="json-leaf">
        {label}
        <Scalar value={value} />
      </div>
    );
  }
  const entries = Object.entries(value);
  return (
    <details className="json-branch" open={open > 0}>
      <summary>
        {label}
        <span className="dim">{summaryOf(value)}</span>
      </summary>
      <div className="json-children">
        {entries.slice(0, most).map(([key, child]) => (
          <JsonTree key={key} name={key} value={child} open={open - 1} />
        ))}
        {entries.length > most && <div className="json-leaf dim">and {entries.length - most} more</div>}
      </div>
    </details>
  );
}
