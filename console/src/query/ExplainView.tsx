import { SegmentedControl } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { lazy, Suspense, useMemo, useState } from 'react';
import { JsonTree } from '../shared/JsonTree.js';
import { Loading } from '../shared/Loading.js';
import { planGraph } from './plan-graph.js';
import type { Explained } from './runs.js';

const Graph = lazy(async () => ({ default: (await import('../shared/Graph.js')).Graph }));

/** A plan, drawn from its sources to its result, or as its JSON. */
export function ExplainView({ explained }: { readonly explained: Explained }) {
  const graph = useMemo(() => planGraph(explained), [explained]);
  const [mode, setMode] = useState<'graph' | 'json'>('graph');
  const narrow = useMediaQuery('(max-width: 760px)', false, { getInitialValueInEffect: false });
  const showsGraph = mode === 'graph' && graph !== undefined;
  return (
    <div className="explain">
      <div className="result-bar">
        <SegmentedControl
          aria-label="Show the plan as"
          value={showsGraph ? 'graph' : 'json'}
          onChange={(value) => {
            setMode(value as typeof mode);
          }}
          data={[
            { value: 'graph', label: 'Graph', disabled: !graph },
            { value: 'json', label: 'JSON' },
          ]}
        />
        <span className="result-count">
          Plan of {String(explained.attributes['statementType'] ?? 'the statement')}
          {explained.resources.length > 0 && (
            <span className="dim"> · reads or writes {explained.resources.map(({ name }) => name).join(', ')}</span>
          )}
        </span>
      </div>
      {showsGraph ? (
        <Suspense fallback={<Loading label="Loading the graph" />}>
          <Graph
            label="Plan"
            direction={narrow ? 'TB' : 'LR'}
            edges={graph.edges}
            nodes={graph.steps.map(({ id, title, lines, isSource }) => ({
              id,
              // As wide as its text: a plan is a long row of boxes.
              width: Math.min(210, Math.max(84, 30 + 7 * Math.max(title.length, ...lines.map((line) => line.length)))),
              height: 38 + 18 * lines.length,
              content: (
                <div className="graph-box" {...(isSource && { 'data-tone': 'source' })}>
                  <span className="graph-title">{title}</span>
                  {lines.map((line) => (
                    <span key={line} className="graph-line" title={line}>
                      {line}
                    </span>
                  ))}
                </div>
              ),
            }))}
          />
        </Suspense>
      ) : (
        <div className="explain-json mono">
          <JsonTree value={explained.plan} />
        </div>
      )}
    </div>
  );
}
