import { SegmentedControl } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { lazy, Suspense, useMemo, useState } from 'react';
import { JsonTree } from '../shared/JsonTree.js';
import { Loading } from '../shared/Loading.js';
import { planGraph, type PlanGraph } from './plan-graph.js';
import type { Explained } from './runs.js';
import { stageGraph } from './stage-graph.js';

const Graph = lazy(async () => ({ default: (await import('../shared/Graph.js')).Graph }));

type Mode = 'stages' | 'plan' | 'json';

const labels: Readonly<Record<Exclude<Mode, 'json'>, string>> = { stages: 'Stages', plan: 'Plan' };

function Drawing({
  label,
  graph,
  widest,
}: {
  readonly label: string;
  readonly graph: PlanGraph;
  readonly widest: number;
}) {
  const narrow = useMediaQuery('(max-width: 760px)', false, { getInitialValueInEffect: false });
  return (
    <Suspense fallback={<Loading label="Loading the graph" />}>
      <Graph
        label={label}
        direction={narrow ? 'TB' : 'LR'}
        edges={graph.edges}
        nodes={graph.steps.map(({ id, title, lines, isSource }) => ({
          id,
          // As wide as its text: a plan is a long row of boxes.
          width: Math.min(widest, Math.max(84, 30 + 7 * Math.max(title.length, ...lines.map((line) => line.length)))),
          height: 38 + 18 * lines.length,
          content: (
            <div className="graph-box" {...(isSource && { 'data-tone': 'source' })}>
              <span className="graph-title" title={title}>
                {title}
              </span>
              {lines.map((line, index) => (
                <span key={index} className="graph-line" title={line}>
                  {line}
                </span>
              ))}
            </div>
          ),
        }))}
      />
    </Suspense>
  );
}

/** The stages that would run, the plan from its sources to its result, or the JSON of both. */
export function ExplainView({ explained }: { readonly explained: Explained }) {
  const stages = useMemo(() => stageGraph(explained), [explained]);
  const plan = useMemo(() => planGraph(explained), [explained]);
  const [wanted, setWanted] = useState<Mode>('stages');
  const mode = (wanted === 'stages' && !stages) || (wanted === 'plan' && !plan) ? 'json' : wanted;
  const statementType = String(explained.attributes['statementType'] ?? 'the statement');
  const read = explained.resources
    .map(({ name }) => name)
    .filter((name) => name !== explained.attributes['targetDataSource'])
    .map((name) => (name === 'EXTERNAL' ? 'external data' : name));
  return (
    <div className="explain">
      <div className="result-bar">
        <SegmentedControl
          aria-label="Show the plan as"
          value={mode}
          onChange={(value) => {
            setWanted(value as Mode);
          }}
          data={[
            { value: 'stages', label: labels.stages, disabled: !stages },
            { value: 'plan', label: labels.plan, disabled: !plan },
            { value: 'json', label: 'JSON' },
          ]}
        />
        <span className="result-count">
          {statementType}
          {read.length > 0 && <span className="dim"> · reads {read.join(', ')}</span>}
        </span>
      </div>
      {mode === 'stages' && stages && <Drawing label={labels.stages} graph={stages} widest={300} />}
      {mode === 'plan' && plan && <Drawing label={labels.plan} graph={plan} widest={210} />}
      {mode === 'json' && (
        <div className="explain-json mono">
          <JsonTree value={explained.plan} />
        </div>
      )}
    </div>
  );
}
