import { Button, Menu, Modal, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { ChevronDown, EyeOff, Layers, SquareTerminal, Trash2, Undo2 } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { useLocation } from 'wouter';
import { deleteUnused, markUnused, markUsed, type SegmentRow } from '../api/datasources.js';
import { submitTask } from '../api/tasks.js';
import { openTab } from '../query/tabs.js';
import { messageOf, Notice } from '../shared/Notice.js';
import { quoteName } from '../sql/completion.js';
import { catalogKey } from '../sql/use-catalog.js';
import { granularityOf } from './range.js';

interface Confirmation {
  readonly title: string;
  readonly text: ReactNode;
  readonly button: string;
  /** What has to be typed first. */
  readonly typed?: string;
  readonly act: () => Promise<void>;
}

function Confirm({ confirmation, onClose }: { readonly confirmation: Confirmation; readonly onClose: () => void }) {
  const [typed, setTyped] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const isReady = confirmation.typed === undefined || typed === confirmation.typed;
  return (
    <Modal opened onClose={onClose} title={confirmation.title} closeButtonProps={{ 'aria-label': 'Close' }}>
      <form
        className="fields"
        onSubmit={(event) => {
          event.preventDefault();
          setBusy(true);
          confirmation.act().then(onClose, (error: unknown) => {
            setProblem(messageOf(error));
            setBusy(false);
          });
        }}
      >
        <div>{confirmation.text}</div>
        {confirmation.typed !== undefined && (
          <TextInput
            label={`Type ${confirmation.typed} to confirm`}
            data-autofocus
            value={typed}
            onChange={(event) => {
              setTyped(event.currentTarget.value);
            }}
          />
        )}
        {problem !== undefined && (
          <Notice tone="bad" title="The server refused">
            {problem}
          </Notice>
        )}
        <div style={{ display: 'flex', justifyContent: 'flex-end', gap: 8 }}>
          <Button variant="default" onClick={onClose}>
            Keep it as it is
          </Button>
          <Button type="submit" color="red.9" disabled={!isReady} loading={busy}>
            {confirmation.button}
          </Button>
        </div>
      </form>
    </Modal>
  );
}

/** What can be done with a datasource; everything that changes data asks first. */
export function Actions({ name, segments }: { readonly name: string; readonly segments: readonly SegmentRow[] }) {
  const [, navigate] = useLocation();
  const queries = useQueryClient();
  const [confirmation, setConfirmation] = useState<Confirmation>();
  const active = segments.filter(({ is_active }) => is_active === 1);
  const [first] = active;
  const refresh = async (): Promise<void> => {
    await Promise.all(
      [['datasources'], ['segments', name], catalogKey].map((queryKey) => queries.invalidateQueries({ queryKey })),
    );
  };
  const compaction =
    `REPLACE INTO ${quoteName(name)} OVERWRITE ALL\nSELECT *\nFROM ${quoteName(name)}\n` +
    `PARTITIONED BY ${first ? granularityOf(first.start, first.end) : 'ALL'}`;
  return (
    <>
      <Button
        leftSection={<SquareTerminal size={14} />}
        disabled={!first}
        onClick={() => {
          navigate(`/query/${openTab({ sql: `SELECT *\nFROM ${quoteName(name)}\nLIMIT 100` })}`);
        }}
      >
        Query
      </Button>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default" rightSection={<ChevronDown size={14} />}>
            Actions
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            leftSection={<Layers size={14} />}
            disabled={!first}
            onClick={() => {
              setConfirmation({
                title: `Compact ${name}`,
                text: (
                  <>
                    <p style={{ marginTop: 0 }}>
                      The datasource is written anew, so that each time chunk has as few segments as it needs. Queries
                      see the old data until the new is published.
                    </p>
                    <pre className="panel mono" style={{ padding: 10, margin: 0, fontSize: 12 }}>
                      {compaction}
                    </pre>
                  </>
                ),
                button: 'Compact',
                act: async () => {
                  const id = await submitTask(compaction, {});
                  navigate(`/tasks/${id}`);
                },
              });
            }}
          >
            Compact …
          </Menu.Item>
          <Menu.Item
            leftSection={<EyeOff size={14} />}
            disabled={!first}
            onClick={() => {
              setConfirmation({
                title: `Mark all of ${name} unused`,
                text: 'Queries no longer see it. The files stay, and the datasource can be brought back until they are deleted.',
                button: 'Mark unused',
                act: async () => {
                  await markUnused(name);
                  await refresh();
                },
              });
            }}
          >
            Mark unused …
          </Menu.Item>
          <Menu.Item
            leftSection={<Undo2 size={14} />}
            onClick={() => {
              setConfirmation({
                title: `Mark all of ${name} used`,
                text: 'Everything that was marked unused and is not deleted is seen by queries again.',
                button: 'Mark used',
                act: async () => {
                  await markUsed(name);
                  await refresh();
                },
              });
            }}
          >
            Mark used …
          </Menu.Item>
          <Menu.Divider />
          <Menu.Item
            color="red.9"
            leftSection={<Trash2 size={14} />}
            onClick={() => {
              setConfirmation({
                title: `Delete ${name}`,
                text: 'All of its segments are marked unused and their files are deleted. This cannot be undone.',
                button: 'Delete for good',
                typed: name,
                act: async () => {
                  await markUnused(name);
                  await deleteUnused(name, { start: '1000-01-01', end: '3000-01-01' });
                  await refresh();
                  navigate('/datasources');
                },
              });
            }}
          >
            Delete …
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {confirmation && (
        <Confirm
          confirmation={confirmation}
          onClose={() => {
            setConfirmation(undefined);
          }}
        />
      )}
    </>
  );
}
