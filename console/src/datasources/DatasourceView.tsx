import { ActionIcon, Tabs, Tooltip } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { ArrowLeft } from 'lucide-react';
import { Link, useLocation } from 'wouter';
import { listSegments, type SegmentRow } from '../api/datasources.js';
import { formatBytes, formatCount } from '../shared/format.js';
import { Loading } from '../shared/Loading.js';
import { messageOf, Notice } from '../shared/Notice.js';
import { columnTypeText } from '../sql/catalog.js';
import { useCatalog } from '../sql/use-catalog.js';
import { Actions } from './Actions.js';
import { rangeText } from './range.js';
import { Timeline } from './Timeline.js';

/** Segments listed; the picture shows all of them. */
const mostListed = 500;

function shardText(shardSpec: string): string {
  try {
    const { type } = JSON.parse(shardSpec) as { type?: unknown };
    return String(type);
  } catch {
    return shardSpec;
  }
}

function Figures({ segments }: { readonly segments: readonly SegmentRow[] }) {
  const active = segments.filter(({ is_active }) => is_active === 1);
  const rows = active.reduce((total, { num_rows }) => total + num_rows, 0);
  const size = active.reduce((total, each) => total + each.size, 0);
  const starts = active.map(({ start }) => start).sort();
  const ends = active.map(({ end }) => end).sort();
  const figures = [
    ['Rows', formatCount(rows)],
    ['Size', formatBytes(size)],
    ['Segments', formatCount(active.length)],
    ['Bytes per row', rows === 0 ? '–' : (size / rows).toFixed(1)],
    ['Time range (UTC)', rangeText(starts[0] ?? '', ends.at(-1) ?? '')],
  ] as const;
  return (
    <dl className="figures">
      {figures.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function SegmentTable({
  dataSource,
  segments,
}: {
  readonly dataSource: string;
  readonly segments: readonly SegmentRow[];
}) {
  return (
    <div className="table-scroll" role="region" aria-label="Segments" tabIndex={0}>
      <table className="list-table">
        <thead>
          <tr>
            <th>Interval (UTC)</th>
            <th className="numbers">Partition</th>
            <th className="numbers">Rows</th>
            <th className="numbers">Size</th>
            <th>Shard</th>
            <th>Version</th>
            <th>State</th>
          </tr>
        </thead>
        <tbody>
          {segments.slice(0, mostListed).map((segment) => (
            <tr key={segment.segment_id} title={segment.segment_id}>
              <td style={{ whiteSpace: 'nowrap' }}>{rangeText(segment.start, segment.end)}</td>
              <td className="numbers">{segment.partition_num}</td>
              <td className="numbers">{formatCount(segment.num_rows)}</td>
              <td className="numbers">{formatBytes(segment.size)}</td>
              <td>{shardText(segment.shard_spec)}</td>
              <td className="mono segment-id">{segment.version}</td>
              <td>{segment.is_active === 1 ? 'active' : 'overshadowed'}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {segments.length > mostListed && (
        <p className="list-note" style={{ padding: '0 14px 4px' }}>
          The first {mostListed} of {formatCount(segments.length)}. Ask{' '}
          <Link
            href={`/query?sql=${encodeURIComponent(
              `SELECT *\nFROM sys.segments\nWHERE "datasource" = '${dataSource.replaceAll("'", "''")}'\nORDER BY "start"`,
            )}`}
          >
            sys.segments
          </Link>{' '}
          for all of them.
        </p>
      )}
    </div>
  );
}

function ColumnList({ name }: { readonly name: string }) {
  const { catalog, isLoading } = useCatalog();
  const table = catalog.table('druid', name);
  if (isLoading) return <Loading label="Loading columns" />;
  return (
    <div className="panel table-scroll" role="region" aria-label="Columns" tabIndex={0}>
      <table className="list-table">
        <thead>
          <tr>
            <th>Column</th>
            <th>Type</th>
            <th>Null</th>
          </tr>
        </thead>
        <tbody>
          {(table?.columns ?? []).map(({ name: column, type }) => (
            <tr key={column}>
              <td>{column}</td>
              <td className="mono" style={{ fontSize: 12 }}>
                {columnTypeText(type)}
              </td>
              <td>{type.nullable ? 'may be' : 'never'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** One datasource: its segments over time, its columns, what can be done with it. */
export function DatasourceView({ name, section }: { readonly name: string; readonly section: string }) {
  const [, navigate] = useLocation();
  const { data, error } = useQuery({
    queryKey: ['segments', name],
    queryFn: ({ signal }) => listSegments(name, signal),
    refetchInterval: 10_000,
  });
  const segments = data ?? [];
  return (
    <div className="page">
      <div className="page-inner">
        <div className="page-head">
          <div className="page-title">
            <Tooltip label="All datasources">
              <ActionIcon component={Link} href="/datasources" aria-label="All datasources">
                <ArrowLeft size={16} />
              </ActionIcon>
            </Tooltip>
            <h1>{name}</h1>
          </div>
          <span className="spacer" />
          <Actions name={name} segments={segments} />
        </div>
        {error && (
          <Notice tone="bad" title="Its segments cannot be listed">
            {messageOf(error)}
          </Notice>
        )}
        {!data && !error && <Loading label="Loading segments" />}
        {data && segments.length === 0 && (
          <div className="panel empty">
            <h2>There are no segments of “{name}”</h2>
            <p>
              Nothing was loaded under this name, or all of it is marked unused: <em>Mark used</em> under Actions brings
              that back. <Link href="/load">Load data</Link> or see <Link href="/datasources">all datasources</Link>.
            </p>
          </div>
        )}
        {data && segments.length > 0 && (
          <>
            <Figures segments={segments} />
            <Tabs
              value={section}
              onChange={(value) => {
                if (value !== null) {
                  navigate(`/datasources/${encodeURIComponent(name)}${value === 'segments' ? '' : `/${value}`}`);
                }
              }}
              keepMounted={false}
            >
              <Tabs.List mb="sm" aria-label="Parts of the datasource">
                <Tabs.Tab value="segments">Segments</Tabs.Tab>
                <Tabs.Tab value="columns">Columns</Tabs.Tab>
              </Tabs.List>
              <Tabs.Panel value="segments">
                <div className="panel">
                  <Timeline segments={segments} />
                  <SegmentTable dataSource={name} segments={segments} />
                </div>
              </Tabs.Panel>
              <Tabs.Panel value="columns">
                <ColumnList name={name} />
              </Tabs.Panel>
            </Tabs>
          </>
        )}
      </div>
    </div>
  );
}
