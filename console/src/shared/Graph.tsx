import dagre from '@dagrejs/dagre';
import { useElementSize } from '@mantine/hooks';
import { useMemo, type ReactNode } from 'react';
import './graph.css';

export interface GraphNode {
  readonly id: string;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly content: ReactNode;
}

export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  readonly label?: string;
}

interface Layout {
  readonly width: number;
  readonly height: number;
  readonly places: ReadonlyMap<string, { readonly x: number; readonly y: number }>;
  readonly paths: readonly { readonly d: string; readonly label?: string; readonly x: number; readonly y: number }[];
}

interface Shape {
  readonly nodes: readonly Omit<GraphNode, 'content'>[];
  readonly edges: readonly GraphEdge[];
  readonly direction: 'LR' | 'TB';
}

function layOut({ nodes, edges, direction }: Shape): Layout {
  const graph = new dagre.graphlib.Graph();
  graph.setGraph({ rankdir: direction, nodesep: 22, ranksep: 54, marginx: 12, marginy: 12 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id, width, height } of nodes) graph.setNode(id, { width, height });
  for (const { from, to, label } of edges) {
    graph.setEdge(from, to, label === undefined ? {} : { width: label.length * 6.4, height: 14, labelpos: 'c' });
  }
  dagre.layout(graph);
  const { width = 0, height = 0 } = graph.graph();
  return {
    width,
    height,
    places: new Map(
      nodes.map((node) => {
        const { x, y } = graph.node(node.id);
        return [node.id, { x: x - node.width / 2, y: y - node.height / 2 }];
      }),
    ),
    paths: edges.map(({ from, to, label }) => {
      const { points } = graph.edge(from, to) as { points: readonly { x: number; y: number }[] };
      const middle = points[Math.floor(points.length / 2)] ?? { x: 0, y: 0 };
      const [first, ...rest] = points;
      const d = first ? `M${first.x},${first.y}${rest.map(({ x, y }) => ` L${x},${y}`).join('')}` : '';
      return { d, ...middle, ...(label !== undefined && { label }) };
    }),
  };
}

/** A directed graph, laid out by dagre, of boxes that hold anything. */
export function Graph({
  nodes,
  edges,
  direction,
  label,
}: {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  readonly direction: 'LR' | 'TB';
  readonly label: string;
}) {
  // Contents change with every event, the shape seldom: only the shape is laid out again.
  const shape = JSON.stringify({
    nodes: nodes.map(({ id, width, height }) => ({ id, width, height })),
    edges,
    direction,
  } satisfies Shape);
  const layout = useMemo(() => layOut(JSON.parse(shape) as Shape), [shape]);
  const { ref, width } = useElementSize();
  // A graph that is a little too wide is made smaller; one that is much too wide is scrolled.
  const zoom = width === 0 ? 1 : Math.min(1, Math.max(0.72, width / layout.width));
  return (
    <div className="graph" role="group" aria-label={label} tabIndex={0} ref={ref}>
      <div className="graph-area" style={{ width: layout.width, height: layout.height, zoom }}>
        <svg width={layout.width} height={layout.height} aria-hidden>
          <defs>
            <marker id="graph-arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
              <path d="M0,0 L8,4 L0,8 z" className="graph-arrow" />
            </marker>
          </defs>
          {layout.paths.map(({ d, label: text, x, y }) => (
            <g key={d}>
              <path d={d} className="graph-edge" markerEnd="url(#graph-arrow)" />
              {text !== undefined && (
                <text x={x} y={y - 6} className="graph-label" textAnchor="middle">
                  {text}
                </text>
              )}
            </g>
          ))}
        </svg>
        {nodes.map(({ id, width, height, content }) => {
          const place = layout.places.get(id);
          return (
            <div key={id} className="graph-node" style={{ left: place?.x, top: place?.y, width, height }}>
              {content}
            </div>
          );
        })}
      </div>
    </div>
  );
}
