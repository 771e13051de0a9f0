import { TextInput } from '@mantine/core';
import { Search } from 'lucide-react';
import { useState } from 'react';
import { Link } from 'wouter';
import { formatDuration, formatTime, plural } from '../shared/format.js';
import { useStore } from '../shared/store.js';
import { historyStore, type HistoryEntry } from './history.js';

const outcomes: Readonly<Record<HistoryEntry['outcome'], string>> = {
  running: 'running',
  done: 'done',
  failed: 'failed',
  canceled: 'canceled',
};

/** What was run in this browser; a click opens the statement in a tab. */
export function HistoryList({ onOpen }: { readonly onOpen: (sql: string) => void }) {
  const entries = useStore(historyStore);
  const [filter, setFilter] = useState('');
  const wanted = filter.trim().toLowerCase();
  const shown = entries.filter(({ sql }) => sql.toLowerCase().includes(wanted));
  return (
    <div className="schema">
      <TextInput
        aria-label="Search the history"
        placeholder="Search the history"
        leftSection={<Search size={14} />}
        value={filter}
        onChange={(event) => {
          setFilter(event.currentTarget.value);
        }}
      />
      <ul className="history">
        {shown.length === 0 && <li className="dim schema-none">Nothing was run yet.</li>}
        {shown.map((entry) => (
          <li key={entry.id}>
            <button
              type="button"
              onClick={() => {
                onOpen(entry.sql);
              }}
            >
              <span className="history-sql mono">{entry.sql.replace(/\s+/g, ' ').slice(0, 160)}</span>
            </button>
            <span className="history-note" data-outcome={entry.outcome}>
              {formatTime(new Date(entry.at).toISOString()).slice(5, 16)} UTC ·{' '}
              {entry.engine === 'task' ? 'task' : outcomes[entry.outcome]}
              {entry.durationMs !== undefined && ` · ${formatDuration(entry.durationMs)}`}
              {entry.rows !== undefined && ` · ${plural(entry.rows, 'row')}`}
              {entry.taskId !== undefined && (
                <>
                  {' · '}
                  <Link href={`/tasks/${entry.taskId}`}>open it</Link>
                </>
              )}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}
