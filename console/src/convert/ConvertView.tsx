import { Button, Textarea } from '@mantine/core';
import { SquareTerminal } from 'lucide-react';
import { useMemo, useState } from 'react';
import { useLocation, useSearch } from 'wouter';
import { openTab } from '../query/tabs.js';
import { Notice } from '../shared/Notice.js';
import { SqlEditor } from '../sql/SqlEditor.js';
import { useCatalog } from '../sql/use-catalog.js';
import { convertSpec, type Conversion } from './convert.js';
import { SpecError } from './json.js';
import './convert.css';

const example = `{
  "type": "index_parallel",
  "spec": {
    "dataSchema": {
      "dataSource": "wikipedia",
      "timestampSpec": { "column": "time", "format": "iso" },
      "dimensionsSpec": { "dimensions": ["channel", "page", { "name": "added", "type": "long" }] },
      "granularitySpec": { "segmentGranularity": "day", "rollup": false }
    },
    "ioConfig": {
      "inputSource": { "type": "http", "uris": ["https://druid.apache.org/data/wikipedia.json.gz"] },
      "inputFormat": { "type": "json" }
    }
  }
}`;

type Outcome = { readonly conversion: Conversion } | { readonly refusal: string } | undefined;

function outcomeOf(text: string): Outcome {
  if (text.trim() === '') return undefined;
  try {
    return { conversion: convertSpec(text) };
  } catch (error) {
    if (error instanceof SpecError) return { refusal: error.message };
    throw error;
  }
}

/** A native batch ingestion spec on one side, the statement that does the same on the other. */
export function ConvertView() {
  const linked = new URLSearchParams(useSearch()).get('spec');
  const [text, setText] = useState(linked ?? '');
  const outcome = useMemo(() => outcomeOf(text), [text]);
  const { catalog } = useCatalog();
  const [, navigate] = useLocation();
  const conversion = outcome && 'conversion' in outcome ? outcome.conversion : undefined;
  return (
    <div className="convert">
      <section className="convert-side">
        <header>
          <h1>Ingestion spec</h1>
          <span className="spacer" />
          <Button
            variant="default"
            onClick={() => {
              setText(example);
            }}
          >
            Show an example
          </Button>
        </header>
        <Textarea
          className="convert-input"
          classNames={{ wrapper: 'convert-wrapper', input: 'convert-text mono' }}
          aria-label="Native batch ingestion spec"
          placeholder="Paste the JSON of an index_parallel task or of its spec"
          variant="unstyled"
          spellCheck={false}
          value={text}
          onChange={(event) => {
            setText(event.currentTarget.value);
          }}
        />
      </section>
      <section className="convert-side" aria-label="Statement">
        <header>
          <h2>SQL</h2>
          <span className="spacer" />
          <Button
            leftSection={<SquareTerminal size={14} />}
            disabled={!conversion}
            onClick={() => {
              if (conversion) navigate(`/query/${openTab({ sql: conversion.sql, context: conversion.context })}`);
            }}
          >
            Open in a query tab
          </Button>
        </header>
        {!outcome && (
          <div className="empty">
            <h2>The statement appears here</h2>
            <p>
              Dimensions, metrics, granularities, filters, transforms and partitions are carried over; what cannot be is
              named.
            </p>
          </div>
        )}
        {outcome && 'refusal' in outcome && (
          <div className="convert-notes">
            <Notice tone="bad" title="This spec cannot be converted">
              {outcome.refusal}
            </Notice>
          </div>
        )}
        {conversion && (
          <>
            {conversion.notes.length > 0 && (
              <div className="convert-notes">
                <Notice tone="warn" title="Look at this">
                  <ul>
                    {conversion.notes.map((note) => (
                      <li key={note}>{note}</li>
                    ))}
                  </ul>
                </Notice>
              </div>
            )}
            <div className="convert-sql">
              <SqlEditor label="Converted statement" value={conversion.sql} catalog={catalog} readOnly />
            </div>
            <footer>
              <span className="dim">Context</span> <code className="mono">{JSON.stringify(conversion.context)}</code>
            </footer>
          </>
        )}
      </section>
    </div>
  );
}
