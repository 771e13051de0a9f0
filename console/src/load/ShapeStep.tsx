import { Button, MultiSelect, NumberInput, SegmentedControl, Select, TextInput, Tooltip } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { ArrowLeft, LoaderCircle, Play, RotateCcw } from 'lucide-react';
import { useMemo, useRef, useState } from 'react';
import { submitTask } from '../api/tasks.js';
import { FaultNotice } from '../execution/FaultNotice.js';
import { arrange } from '../results/arrange.js';
import { ResultGrid } from '../results/ResultGrid.js';
import { plural } from '../shared/format.js';
import { Loading } from '../shared/Loading.js';
import { messageOf, Notice } from '../shared/Notice.js';
import { SqlEditor } from '../sql/SqlEditor.js';
import { useCatalog } from '../sql/use-catalog.js';
import { ColumnTable } from './ColumnTable.js';
import { FormatFields } from './FormatFields.js';
import type { InputFormat, SampleRecord } from './format.js';
import { columnsOf, initialPlan } from './plan.js';
import { runPreview } from './preview.js';
import { previewInput, sampleFormat, type FirstLook, type FormatSample } from './sample.js';
import type { ChosenSource } from './sources.js';
import { granularities, selectOf, statementOf, type Granularity, type LoadPlan } from './statement.js';
import { TimeFields } from './TimeFields.js';

interface ShapeStepProps {
  readonly source: ChosenSource;
  readonly look: FirstLook;
  readonly onBack: () => void;
  readonly onStarted: (taskId: string) => void;
}

/** The rows that the plan makes of the sample, computed by the server. */
function usePreview(plan: LoadPlan, lines: readonly string[], records: readonly SampleRecord[], badRecords: number) {
  const input = previewInput(lines, plan.inputFormat, records);
  const sql = `${selectOf({ ...plan, ...input })}\nLIMIT 50`;
  const [wanted] = useDebouncedValue(sql, 300);
  return useQuery({
    queryKey: ['preview', wanted, badRecords],
    queryFn: ({ signal }) => runPreview(wanted, { maxParseExceptions: badRecords }, signal),
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    enabled: plan.columns.length > 0,
    retry: false,
  });
}

function PreviewPanel({
  preview,
  isEmpty,
  problem,
  onAllowBad,
}: {
  readonly preview: ReturnType<typeof usePreview>;
  /** There is no column yet. */
  readonly isEmpty: boolean;
  /** Why there is none. */
  readonly problem: string | undefined;
  /** Allows a number of bad records. */
  readonly onAllowBad: (count: number) => void;
}) {
  const { data, error, isFetching } = preview;
  const result = data?.result;
  const order = useMemo(
    () => (result ? arrange(result.columns, result.rows, {}, undefined) : new Uint32Array()),
    [result],
  );
  const [selected, setSelected] = useState<{ row: number; column: number }>();
  const timeAt = result?.columns.findIndex(({ name }) => name === '__time') ?? -1;
  const withoutTime = timeAt === -1 ? 0 : (result?.rows.filter((row) => row[timeAt] === null).length ?? 0);
  return (
    <section className="shape-preview" aria-label="Preview">
      <header>
        <h2>What will be stored</h2>
        {isFetching && <LoaderCircle size={14} className="spinning" aria-label="Loading the preview" />}
        {data && data.warnings.length > 0 && (
          <span className="shape-warning">{plural(data.warnings.length, 'bad record')} left out</span>
        )}
        {withoutTime > 0 && (
          <span className="shape-warning" role="status">
            {withoutTime} of {plural(result?.rows.length ?? 0, 'row')} have no time: change how it is read
          </span>
        )}
      </header>
      {error && (
        <Notice tone="bad" title="The preview was refused">
          {messageOf(error)}
        </Notice>
      )}
      {isEmpty && (
        <div className="empty">
          <h2>No columns</h2>
          <p>{problem ?? 'Nothing was found in this format. Choose another one, or add the columns yourself.'}</p>
        </div>
      )}
      {!error && data?.fault && (
        <FaultNotice
          report={data.fault}
          {...(data.fault.error.errorCode === 'CannotParseExternalData' && {
            onRetry: ({ value }) => {
              onAllowBad(Number(value));
            },
          })}
        />
      )}
      {!error && !data && !isEmpty && <Loading label="Loading the preview" />}
      {!error && !data?.fault && result && (
        <div className="shape-grid">
          <ResultGrid
            columns={result.columns}
            rows={result.rows}
            order={order}
            sort={undefined}
            onSort={() => undefined}
            filtering={false}
            filters={{}}
            onFilter={() => undefined}
            selected={selected}
            onSelect={setSelected}
            onUnfold={setSelected}
            label="Preview of the rows"
          />
        </div>
      )}
    </section>
  );
}

const granularityNames: Readonly<Record<Granularity, string>> = {
  ALL: 'All time in one',
  HOUR: 'Hour',
  DAY: 'Day',
  WEEK: 'Week',
  MONTH: 'Month',
  QUARTER: 'Quarter',
  YEAR: 'Year',
};

/** Format, time, columns and partitioning, with the rows and the statement that come of them. */
export function ShapeStep({ source, look, onBack, onStarted }: ShapeStepProps) {
  const [plan, setPlan] = useState(() => initialPlan(source, look));
  const [sample, setSample] = useState<FormatSample>(look);
  const reading = useRef<AbortController>(undefined);
  const [badRecords, setBadRecords] = useState(0);
  const [edited, setEdited] = useState<string>();
  const [refusal, setRefusal] = useState<string>();
  const [submitting, setSubmitting] = useState(false);
  const { catalog } = useCatalog();
  const { records } = sample;
  const preview = usePreview(plan, look.lines, records, badRecords);
  const statement = edited ?? statementOf(plan);
  const change = (fields: Partial<LoadPlan>): void => {
    setPlan((current) => ({ ...current, ...fields }));
  };
  const changeFormat = async (inputFormat: InputFormat): Promise<void> => {
    change({ inputFormat });
    reading.current?.abort();
    const controller = new AbortController();
    reading.current = controller;
    const next = await sampleFormat(source.inputSource, look.lines, inputFormat, controller.signal).catch(
      () => undefined,
    );
    // Another format was chosen meanwhile.
    if (!next) return;
    setSample(next);
    change({ ...columnsOf(next), clusteredBy: [] });
  };
  const outputs = plan.columns.filter(({ keep }) => keep).map(({ name }) => name);
  const exists = catalog.table('druid', plan.dataSource) !== undefined;
  const start = async (): Promise<void> => {
    setSubmitting(true);
    setRefusal(undefined);
    try {
      onStarted(await submitTask(statement, badRecords === 0 ? {} : { maxParseExceptions: badRecords }));
    } catch (error) {
      setRefusal(messageOf(error));
      setSubmitting(false);
    }
  };
  return (
    <div className="shape">
      <header className="shape-head">
        <Tooltip label="Choose another source">
          <Button
            className="shape-source"
            variant="subtle"
            color="gray"
            px={8}
            leftSection={<ArrowLeft size={15} />}
            onClick={onBack}
          >
            {source.label}
          </Button>
        </Tooltip>
        <span className="spacer" />
        <Button
          className="shape-load"
          size="sm"
          leftSection={<Play size={14} fill="currentColor" />}
          loading={submitting}
          disabled={plan.dataSource === '' || (outputs.length === 0 && plan.time.kind === 'none')}
          onClick={() => void start()}
        >
          Load into {plan.dataSource === '' ? '…' : plan.dataSource}
        </Button>
      </header>
      <div className="shape-settings">
        <section>
          <h2>Destination</h2>
          <div className="fields">
            <TextInput
              label="Datasource"
              value={plan.dataSource}
              error={plan.dataSource === '' ? 'It needs a name' : undefined}
              onChange={(event) => {
                change({ dataSource: event.currentTarget.value });
              }}
            />
            <div>
              <div className="field-label" id="load-mode">
                {exists ? `“${plan.dataSource}” exists` : 'When it exists'}
              </div>
              <SegmentedControl
                aria-labelledby="load-mode"
                fullWidth
                data={[
                  { value: 'replace', label: 'Replace all' },
                  { value: 'append', label: 'Append' },
                ]}
                value={plan.mode}
                onChange={(mode) => {
                  change({ mode: mode as LoadPlan['mode'] });
                }}
              />
            </div>
            <Select
              label="Partitioned by"
              data={granularities.map((value) => ({ value, label: granularityNames[value] }))}
              value={plan.partitionedBy}
              onChange={(value) => {
                if (value !== null) change({ partitionedBy: value as Granularity });
              }}
            />
            <MultiSelect
              label="Clustered by"
              placeholder={plan.clusteredBy.length === 0 ? 'columns that queries filter on' : ''}
              data={outputs}
              value={plan.clusteredBy.filter((name) => outputs.includes(name))}
              onChange={(clusteredBy) => {
                change({ clusteredBy });
              }}
            />
            <NumberInput
              label="Bad records allowed"
              description="−1: any number"
              min={-1}
              allowDecimal={false}
              value={badRecords}
              onChange={(value) => {
                setBadRecords(value === '' ? 0 : Number(value));
              }}
            />
          </div>
        </section>
        <section>
          <h2>Time</h2>
          <TimeFields
            time={plan.time}
            columns={plan.columns}
            records={records}
            onChange={(time) => {
              // What becomes the time is not stored twice; what was the time is a column again.
              const keep = (column: LoadPlan['columns'][number]): boolean =>
                time.kind === 'column' && column.source === time.column
                  ? plan.time.kind === 'column' && plan.time.column === time.column && column.keep
                  : column.keep || (plan.time.kind === 'column' && column.source === plan.time.column);
              change({
                time,
                columns: plan.columns.map((column) => ({ ...column, keep: keep(column) })),
                ...(time.kind === 'none' && { partitionedBy: 'ALL' }),
              });
            }}
          />
        </section>
        <section>
          <h2>Format</h2>
          <FormatFields format={plan.inputFormat} onChange={(inputFormat) => void changeFormat(inputFormat)} />
        </section>
        <section>
          <h2>Columns</h2>
          <ColumnTable
            columns={plan.columns}
            records={records}
            timeColumn={plan.time.kind === 'column' ? plan.time.column : undefined}
            onChange={(columns) => {
              change({ columns });
            }}
          />
        </section>
      </div>
      <div className="shape-result">
        {refusal !== undefined && (
          <Notice tone="bad" title="The statement was refused">
            {refusal}
          </Notice>
        )}
        <PreviewPanel
          preview={preview}
          isEmpty={plan.columns.length === 0}
          problem={sample.problem}
          onAllowBad={setBadRecords}
        />
        <section className="shape-statement" aria-label="Statement">
          <header>
            <h2>Statement</h2>
            {edited !== undefined && (
              <>
                <span className="dim">edited by hand</span>
                <Button
                  variant="default"
                  leftSection={<RotateCcw size={13} />}
                  onClick={() => {
                    setEdited(undefined);
                  }}
                >
                  Back to the settings
                </Button>
              </>
            )}
          </header>
          <div className="shape-editor">
            <SqlEditor
              label="Statement that loads the data"
              value={statement}
              catalog={catalog}
              onChange={(sql) => {
                setEdited(sql === statementOf(plan) ? undefined : sql);
              }}
              onRun={() => void start()}
            />
          </div>
        </section>
      </div>
    </div>
  );
}
