import { Button } from '@mantine/core';
import { ChartLine, SquareTerminal } from 'lucide-react';
import { Link, useLocation } from 'wouter';
import { queryObjects } from '../api/sql.js';
import { openTabAndRun } from '../query/runs.js';
import { quoteName } from '../sql/completion.js';

/** Steps of time, of which a chart gets the one that makes about a hundred points. */
const steps = [
  ['PT1M', 60_000],
  ['PT5M', 300_000],
  ['PT1H', 3_600_000],
  ['P1D', 86_400_000],
  ['P1W', 604_800_000],
  ['P1M', 2_629_800_000],
  ['P1Y', 31_557_600_000],
] as const;

/** Rows over time, in steps that suit the datasource. */
async function chartStatement(dataSource: string): Promise<string> {
  const from = `FROM ${quoteName(dataSource)}`;
  const [range] = await queryObjects<{ first: string; last: string }>(
    `SELECT MIN(__time) AS "first", MAX(__time) AS "last" ${from}`,
  );
  const span = range ? Date.parse(range.last) - Date.parse(range.first) : 0;
  const [period] = steps.find(([, length]) => span / length <= 400) ?? ['P1Y'];
  return `SELECT TIME_FLOOR(__time, '${period}') AS "time", COUNT(*) AS "rows"\n${from}\nGROUP BY 1\nORDER BY 1`;
}

/** A datasource that was just written, ready to be asked. */
export function AskIt({ dataSource }: { readonly dataSource: string }) {
  const [, navigate] = useLocation();
  return (
    <>
      <Button
        leftSection={<ChartLine size={14} />}
        onClick={() => {
          void chartStatement(dataSource).then((sql) => {
            navigate(`/query/${openTabAndRun({ sql, mode: 'chart' })}`);
          });
        }}
      >
        Chart it
      </Button>
      <Button
        variant="default"
        leftSection={<SquareTerminal size={14} />}
        onClick={() => {
          navigate(
            `/query/${openTabAndRun({ sql: `SELECT *\nFROM ${quoteName(dataSource)}\nLIMIT 100`, mode: 'table' })}`,
          );
        }}
      >
        Query it
      </Button>
      <Button variant="default" component={Link} href={`/datasources/${encodeURIComponent(dataSource)}`}>
        See its segments
      </Button>
    </>
  );
}
