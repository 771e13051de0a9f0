import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { ArrowLeft, Plus } from 'lucide-react';
import { useState } from 'react';
import { useLocation, useSearch } from 'wouter';
import { TaskProgress } from '../execution/TaskProgress.js';
import { Loading } from '../shared/Loading.js';
import { messageOf, Notice } from '../shared/Notice.js';
import { firstLook } from './sample.js';
import { ShapeStep } from './ShapeStep.js';
import { SourceStep } from './SourceStep.js';
import { describeSource, type ChosenSource } from './sources.js';
import './load.css';

function Sampled({
  source,
  onBack,
  onStarted,
}: {
  readonly source: ChosenSource;
  readonly onBack: () => void;
  readonly onStarted: (taskId: string) => void;
}) {
  const { data, error } = useQuery({
    queryKey: ['sample', source.inputSource],
    queryFn: ({ signal }) => firstLook(source, signal),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  if (!error && !data) return <Loading label="Looking at the data" />;
  // Lines that make no records yet may do so in another format.
  if (data && (data.problem === undefined || data.lines.length > 0)) {
    return <ShapeStep source={source} look={data} onBack={onBack} onStarted={onStarted} />;
  }
  return (
    <div className="page">
      <div className="page-inner source">
        <Notice tone="bad" title="The source cannot be read">
          {data?.problem ?? messageOf(error)}
        </Notice>
        <Button mt="md" variant="default" leftSection={<ArrowLeft size={14} />} onClick={onBack}>
          Choose another source
        </Button>
      </div>
    </div>
  );
}

function sourceOfLink(search: string): ChosenSource | undefined {
  const text = new URLSearchParams(search).get('source');
  if (text === null) return undefined;
  try {
    const inputSource = JSON.parse(text) as Record<string, unknown>;
    return describeSource(inputSource);
  } catch {
    return undefined;
  }
}

/** From a file, a path or a URL to a datasource. The source stands in the address, so that the way can be taken again. */
export function LoadView() {
  const [, navigate] = useLocation();
  const search = useSearch();
  const linked = sourceOfLink(search);
  const taskId = new URLSearchParams(search).get('task');
  const [chosen, setChosen] = useState<ChosenSource>();
  const isSame = JSON.stringify(chosen?.inputSource) === JSON.stringify(linked?.inputSource);
  const source = chosen && (isSame || chosen.inputSource['type'] === 'inline') ? chosen : linked;
  const again = (): void => {
    setChosen(undefined);
    navigate('/load');
  };
  if (taskId !== null) {
    return (
      <div className="load-run">
        <header className="shape-head">
          <Button variant="subtle" color="gray" px={8} leftSection={<Plus size={15} />} onClick={again}>
            Load something else
          </Button>
        </header>
        <TaskProgress
          taskId={taskId}
          name="load"
          linked
          onAnother={(id) => {
            navigate(`/load?task=${encodeURIComponent(id)}`);
          }}
        />
      </div>
    );
  }
  if (!source) {
    return (
      <SourceStep
        onChoose={(next) => {
          setChosen(next);
          // Pasted data is too long for an address.
          if (next.inputSource['type'] !== 'inline') {
            navigate(`/load?source=${encodeURIComponent(JSON.stringify(next.inputSource))}`);
          }
        }}
      />
    );
  }
  return (
    <Sampled
      key={JSON.stringify(source.inputSource)}
      source={source}
      onBack={again}
      onStarted={(id) => {
        navigate(`/load?task=${encodeURIComponent(id)}`);
      }}
    />
  );
}
