import { Button, Progress, Tabs, Textarea } from '@mantine/core';
import { CloudUpload, FileUp } from 'lucide-react';
import { useRef, useState, type DragEvent } from 'react';
import { uploadFile } from '../api/uploads.js';
import { formatBytes } from '../shared/format.js';
import { messageOf, Notice } from '../shared/Notice.js';
import { inlineSource, pathSource, s3Source, urlSource, type ChosenSource } from './sources.js';

type Maker = (text: string) => ChosenSource | undefined;

const written: readonly {
  readonly value: string;
  readonly title: string;
  readonly label: string;
  readonly placeholder: string;
  readonly make: Maker;
}[] = [
  {
    value: 'path',
    title: 'Path on the server',
    label: 'Paths that the server can read, one a line; the last part may have wildcards',
    placeholder: '/data/flights/*.json.gz',
    make: pathSource,
  },
  {
    value: 'url',
    title: 'URL',
    label: 'URLs of http or https, one a line',
    placeholder: 'https://example.org/events.json.gz',
    make: urlSource,
  },
  {
    value: 's3',
    title: 'S3',
    label: 'Objects, or else prefixes that end with a slash, one a line; read with the credentials of the server',
    placeholder: 's3://bucket/path/events.json.gz',
    make: s3Source,
  },
  {
    value: 'paste',
    title: 'Paste',
    label: 'The data itself: JSON, CSV or lines',
    placeholder: '{"time":"2026-01-01T00:00:00Z","page":"Main","added":12}',
    make: inlineSource,
  },
];

function Written({
  label,
  placeholder,
  make,
  onChoose,
}: (typeof written)[number] & {
  readonly onChoose: (source: ChosenSource) => void;
}) {
  const [text, setText] = useState('');
  const source = make(text);
  return (
    <form
      className="source-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (source) onChoose(source);
      }}
    >
      <Textarea
        label={label}
        placeholder={placeholder}
        autosize
        minRows={5}
        maxRows={14}
        classNames={{ input: 'mono' }}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
        }}
      />
      <div>
        <Button type="submit" size="sm" disabled={!source}>
          Look at it
        </Button>
      </div>
    </form>
  );
}

interface Sending {
  readonly files: readonly File[];
  readonly sent: number;
  readonly total: number;
}

function DropArea({ onChoose }: { readonly onChoose: (source: ChosenSource) => void }) {
  const input = useRef<HTMLInputElement>(null);
  const abort = useRef<AbortController>(undefined);
  const [over, setOver] = useState(false);
  const [sending, setSending] = useState<Sending>();
  const [problem, setProblem] = useState<string>();

  const take = async (files: readonly File[]): Promise<void> => {
    const [first] = files;
    if (!first) return;
    setProblem(undefined);
    const total = files.reduce((bytes, file) => bytes + file.size, 0);
    const controller = new AbortController();
    abort.current = controller;
    const paths: string[] = [];
    let before = 0;
    try {
      setSending({ files, sent: 0, total });
      for (const file of files) {
        const start = before;
        const uploaded = await uploadFile(
          file,
          (sent) => {
            setSending({ files, sent: start + sent, total });
          },
          controller.signal,
        );
        paths.push(...uploaded.inputSource.files);
        before += file.size;
      }
      onChoose({
        inputSource: { type: 'local', files: paths },
        label: files.length === 1 ? first.name : `${files.length} files`,
        path: first.name,
      });
    } catch (error) {
      if (!controller.signal.aborted) setProblem(messageOf(error));
    } finally {
      setSending(undefined);
    }
  };
  const onDrop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    void take([...event.dataTransfer.files]);
  };

  if (sending) {
    return (
      <div className="drop" role="status">
        <CloudUpload size={30} aria-hidden />
        <h2>
          Handing {sending.files.length === 1 ? sending.files[0]?.name : `${sending.files.length} files`} to the server
        </h2>
        <Progress w={280} value={(sending.sent / Math.max(1, sending.total)) * 100} aria-label="Sent" />
        <span className="numbers">
          {formatBytes(sending.sent)} of {formatBytes(sending.total)}
        </span>
        <Button
          variant="default"
          onClick={() => {
            abort.current?.abort();
          }}
        >
          Stop
        </Button>
      </div>
    );
  }
  return (
    <>
      <div
        className="drop"
        data-over={over || undefined}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => {
          setOver(false);
        }}
        onDrop={onDrop}
      >
        <FileUp size={30} aria-hidden />
        <h2>Drop files here</h2>
        <p>
          JSON, CSV, TSV, Parquet or Avro; gzip, bzip2, xz and zstd are unpacked. They go to the server and nowhere
          else.
        </p>
        <Button
          size="sm"
          onClick={() => {
            input.current?.click();
          }}
        >
          Choose files
        </Button>
        <input
          ref={input}
          type="file"
          multiple
          hidden
          aria-label="Files to load"
          onChange={(event) => {
            void take([...(event.currentTarget.files ?? [])]);
            event.currentTarget.value = '';
          }}
        />
      </div>
      {problem !== undefined && (
        <Notice tone="bad" title="The file was not taken">
          {problem}
        </Notice>
      )}
    </>
  );
}

/** Where the data comes from. */
export function SourceStep({ onChoose }: { readonly onChoose: (source: ChosenSource) => void }) {
  return (
    <div className="page">
      <div className="page-inner source">
        <div className="page-head">
          <h1>Load data</h1>
        </div>
        <div className="panel source-panel">
          <Tabs defaultValue="files" keepMounted={false}>
            <Tabs.List aria-label="Where the data is">
              <Tabs.Tab value="files">Your files</Tabs.Tab>
              {written.map(({ value, title }) => (
                <Tabs.Tab key={value} value={value}>
                  {title}
                </Tabs.Tab>
              ))}
            </Tabs.List>
            <Tabs.Panel value="files">
              <DropArea onChoose={onChoose} />
            </Tabs.Panel>
            {written.map((each) => (
              <Tabs.Panel key={each.value} value={each.value}>
                <Written {...each} onChoose={onChoose} />
              </Tabs.Panel>
            ))}
          </Tabs>
        </div>
      </div>
    </div>
  );
}
