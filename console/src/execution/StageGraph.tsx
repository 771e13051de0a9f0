import { useMediaQuery } from '@mantine/hooks';
import type { ReportPayload } from '../api/report.js';
import { formatBytes, plural } from '../shared/format.js';
import { Graph, type GraphEdge, type GraphNode } from '../shared/Graph.js';
import { inputName, phaseName, processorName, type Flow, type StageSummary } from './summary.js';

const nodeWidth = 208;

const toneOf = (phase: string | undefined): string => {
  if (phase === 'FAILED') return 'bad';
  if (phase === 'FINISHED' || phase === 'RESULTS_READY') return 'good';
  return phase === undefined || phase === 'NEW' ? 'idle' : 'busy';
};

const flowText = ({ rows, bytes, totalFiles, files }: Flow): string =>
  [
    plural(rows, 'row'),
    ...(bytes > 0 ? [formatBytes(bytes)] : []),
    ...(totalFiles > 0 ? [totalFiles === 1 ? '1 file' : `${files} of ${plural(totalFiles, 'file')}`] : []),
  ].join(' · ');

function StageBox({ summary }: { readonly summary: StageSummary }) {
  const { stage, progress } = summary;
  return (
    <div className="graph-box" data-tone={toneOf(stage.phase)}>
      <span className="graph-title">
        {stage.stageNumber} · {processorName(stage.definition.processor.type)}
      </span>
      <span className="graph-line">{phaseName(stage.phase)}</span>
      <span className="graph-line">
        {summary.pushed === undefined ? plural(summary.written.rows, 'row') : `${plural(summary.pushed, 'row')} stored`}
      </span>
      <span
        className="graph-meter"
        data-failed={stage.phase === 'FAILED' || undefined}
        data-unknown={progress === undefined || undefined}
      >
        <span style={{ width: `${(progress ?? 0) * 100}%` }} />
      </span>
    </div>
  );
}

/** The stages of a task with what goes in and out. */
export function StageGraph({
  report,
  stages,
}: {
  readonly report: ReportPayload;
  readonly stages: readonly StageSummary[];
}) {
  const narrow = useMediaQuery('(max-width: 760px)', false, { getInitialValueInEffect: false });
  const nodes: GraphNode[] = [];
  const edges: GraphEdge[] = [];
  for (const summary of stages) {
    const { stage } = summary;
    const id = `stage-${stage.stageNumber}`;
    nodes.push({ id, width: nodeWidth, height: 88, content: <StageBox summary={summary} /> });
    (stage.definition.input ?? []).forEach((input, index) => {
      if (input.stage !== undefined) {
        edges.push({ from: `stage-${input.stage}`, to: id });
        return;
      }
      const inputId = `${id}-input-${index}`;
      const flow = summary.inputs[index];
      nodes.push({
        id: inputId,
        width: nodeWidth,
        height: 56,
        content: (
          <div className="graph-box" data-tone="source">
            <span className="graph-title">{inputName(input)}</span>
            <span className="graph-line">{flow ? flowText(flow) : 'nothing read yet'}</span>
          </div>
        ),
      });
      edges.push({ from: inputId, to: id });
    });
  }
  const last = stages.at(-1);
  if (last) {
    const target = last.stage.definition.processor.dataSource;
    const segments = report.status.segmentLoadWaiterStatus?.totalSegments;
    nodes.push({
      id: 'target',
      width: nodeWidth,
      height: 56,
      content: (
        <div className="graph-box" data-tone="source">
          <span className="graph-title">{target ?? 'Result'}</span>
          <span className="graph-line">
            {target === undefined
              ? report.results
                ? plural(report.results.results.length, 'row')
                : 'no rows yet'
              : segments === undefined
                ? report.status.status === 'FAILED'
                  ? 'nothing published'
                  : report.status.status === 'SUCCESS'
                    ? 'published'
                    : 'not published yet'
                : `${plural(segments, 'segment')} published`}
          </span>
        </div>
      ),
    });
    edges.push({ from: `stage-${last.stage.stageNumber}`, to: 'target' });
  }
  return <Graph nodes={nodes} edges={edges} direction={narrow ? 'TB' : 'LR'} label="Stages" />;
}
