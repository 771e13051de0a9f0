import { Button, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Search, Upload } from 'lucide-react';
import { Link, useLocation, useSearch } from 'wouter';
import { listDatasources } from '../api/datasources.js';
import { formatBytes, formatCount } from '../shared/format.js';
import { Loading } from '../shared/Loading.js';
import { messageOf, Notice } from '../shared/Notice.js';
import { rangeText } from './range.js';

/** What is stored: each datasource with its rows, size and time range. */
export function DatasourcesView() {
  const [, navigate] = useLocation();
  const text = new URLSearchParams(useSearch()).get('q') ?? '';
  const { data, error, isLoading } = useQuery({
    queryKey: ['datasources'],
    queryFn: ({ signal }) => listDatasources(signal),
  });
  const shown = (data ?? []).filter(({ datasource }) => datasource.toLowerCase().includes(text.trim().toLowerCase()));
  return (
    <div className="page">
      <div className="page-inner">
        <div className="page-head">
          <h1>Datasources</h1>
          <span className="spacer" />
          <TextInput
            aria-label="Search datasources"
            placeholder="Search"
            leftSection={<Search size={14} />}
            value={text}
            onChange={(event) => {
              const { value } = event.currentTarget;
              navigate(value === '' ? '/datasources' : `/datasources?q=${encodeURIComponent(value)}`, {
                replace: true,
              });
            }}
          />
          <Button component={Link} href="/load" leftSection={<Upload size={14} />}>
            Load data
          </Button>
        </div>
        {error && (
          <Notice tone="bad" title="The datasources cannot be listed">
            {messageOf(error)}
          </Notice>
        )}
        {isLoading && <Loading label="Loading datasources" />}
        {data && (
          <div className="panel table-scroll" role="region" aria-label="Datasources" tabIndex={0}>
            {shown.length === 0 ? (
              <div className="empty">
                <h2>{data.length === 0 ? 'There is no data yet' : 'No datasource matches'}</h2>
                {data.length === 0 ? (
                  <>
                    <p>Drop a file, or name a path, a URL or objects in S3: the rest is a few clicks.</p>
                    <Button component={Link} href="/load" leftSection={<Upload size={14} />}>
                      Load the first data
                    </Button>
                  </>
                ) : (
                  <p>
                    <Link href="/datasources">Show all {formatCount(data.length)}</Link>
                  </p>
                )}
              </div>
            ) : (
              <table className="list-table">
                <thead>
                  <tr>
                    <th>Name</th>
                    <th className="numbers">Rows</th>
                    <th className="numbers">Size</th>
                    <th className="numbers">Segments</th>
                    <th className="numbers">Rows per segment</th>
                    <th>Time range (UTC)</th>
                  </tr>
                </thead>
                <tbody>
                  {shown.map((row) => (
                    <tr key={row.datasource}>
                      <td className="list-name">
                        <Link href={`/datasources/${encodeURIComponent(row.datasource)}`}>
                          <strong>{row.datasource}</strong>
                        </Link>
                      </td>
                      <td className="numbers">{formatCount(row.num_rows)}</td>
                      <td className="numbers">{formatBytes(row.size)}</td>
                      <td className="numbers">{formatCount(row.segments)}</td>
                      <td className="numbers">{formatCount(row.num_rows / Math.max(1, row.segments))}</td>
                      <td style={{ whiteSpace: 'nowrap' }}>{rangeText(row.start ?? '', row.end ?? '')}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            )}
          </div>
        )}
      </div>
    </div>
  );
}
