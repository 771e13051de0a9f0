import { ActionIcon, Drawer, SegmentedControl, Tooltip } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { PanelLeft } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useLocation, useSearch } from 'wouter';
import { Split } from '../shared/Split.js';
import { useStore } from '../shared/store.js';
import { SqlEditor, type SqlEditorHandle } from '../sql/SqlEditor.js';
import { engineFor, statementAt, type StatementRange } from '../sql/statements.js';
import { useCatalog } from '../sql/use-catalog.js';
import { FirstSteps } from './FirstSteps.js';
import { HistoryList } from './HistoryList.js';
import { linkOf, tabOfLink } from './link.js';
import { QueryToolbar } from './QueryToolbar.js';
import { cancel, explain, isPending, openTabAndRun, reattach, run, runsStore, type Run } from './runs.js';
import { RunPanel } from './RunPanel.js';
import { SchemaTree } from './SchemaTree.js';
import { TabStrip } from './TabStrip.js';
import { activeTab, changeTab, openTab, showTab, tabsStore } from './tabs.js';
import './query.css';

/** Where the server says that a refused statement is wrong, as offsets of the tab's text. */
function placeOf({ error, statement }: Run & { kind: 'failed' }): { from: number; to: number } | undefined {
  const { line, column, endLine, endColumn } = error.context;
  if (line === undefined || column === undefined) return undefined;
  const lines = statement.text.split('\n');
  const offset = (atLine: number, atColumn: number): number =>
    statement.start + lines.slice(0, atLine - 1).reduce((total, each) => total + each.length + 1, 0) + atColumn - 1;
  const from = offset(Number(line), Number(column));
  return { from, to: endLine === undefined ? from + 1 : offset(Number(endLine), Number(endColumn)) + 1 };
}

/** Reads `?sql=` of a shared link into a tab, and keeps the address to the tab that is shown. */
function useTabAddress(tabId: string | undefined): void {
  const [, navigate] = useLocation();
  const search = useSearch();
  const { active } = useStore(tabsStore);
  useEffect(() => {
    const linked = tabOfLink(search);
    if (!linked) return;
    const link = linkOf(linked);
    const known = tabsStore.get().tabs.find((tab) => linkOf(tab) === link);
    const id = known?.id ?? openTab(linked);
    showTab(id);
    navigate(`/query/${id}`, { replace: true });
  }, [search, navigate]);
  useEffect(() => {
    if (tabId !== undefined) showTab(tabId);
    // Only a change of the address moves to another tab.
  }, [tabId]);
  useEffect(() => {
    if (new URLSearchParams(window.location.search).has('sql')) return;
    // The tab as it is now: an effect above may just have gone to another one than this rendering showed.
    const shown = tabsStore.get().active;
    if (window.location.pathname !== `/query/${shown}`) navigate(`/query/${shown}`, { replace: true });
  }, [active, navigate]);
}

/** Statements in tabs, what they answer, and the tables they can ask. */
export function QueryView({ tabId }: { readonly tabId?: string }) {
  useTabAddress(tabId);
  const tabs = useStore(tabsStore);
  const tab = activeTab(tabs);
  const current = useStore(runsStore)[tab.id];
  const { catalog, isLoading } = useCatalog();
  const editor = useRef<SqlEditorHandle>(null);
  const [side, setSide] = useState<'schema' | 'history'>('schema');
  const narrow = useMediaQuery('(max-width: 900px)', false, { getInitialValueInEffect: false });
  const [sideOpened, setSideOpened] = useState(true);
  const [drawerOpened, setDrawerOpened] = useState(false);
  useEffect(() => {
    reattach(tab);
  }, [tab]);
  useEffect(() => {
    if (current?.kind !== 'failed') return;
    const place = placeOf(current);
    if (place) editor.current?.mark([{ ...place, severity: 'error', message: current.error.message }]);
  }, [current]);

  const chosenStatement = (): StatementRange | undefined => {
    const selection = editor.current?.selection();
    if (selection && selection.text.trim() !== '') {
      return { start: selection.from, end: selection.from + selection.text.length, text: selection.text };
    }
    return statementAt(tab.sql, editor.current?.cursor() ?? 0);
  };
  const start = (): void => {
    const statement = chosenStatement();
    if (statement) run(tab, statement, tab.engine === 'auto' ? engineFor(statement.text) : tab.engine);
  };
  const startExplain = (): void => {
    const statement = chosenStatement();
    if (statement) void explain(tab, statement);
  };
  const openAndRun = (sql: string): void => {
    openTabAndRun({ sql });
    setDrawerOpened(false);
  };
  const keys = useRef({ startExplain, cancelRun: (): void => undefined });
  useEffect(() => {
    keys.current = { startExplain, cancelRun: () => void cancel(tab.id) };
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const main = event.ctrlKey || event.metaKey;
      const digit = event.altKey && !main ? /^Digit([1-9])$/.exec(event.code)?.[1] : undefined;
      if (main && event.key === 'e') keys.current.startExplain();
      else if (main && event.key === '.') keys.current.cancelRun();
      else if (event.altKey && !main && event.code === 'KeyN') openTab();
      else if (digit !== undefined) {
        const target = tabsStore.get().tabs[Number(digit) - 1];
        if (target) showTab(target.id);
      } else return;
      event.preventDefault();
    };
    document.addEventListener('keydown', onKey);
    return () => {
      document.removeEventListener('keydown', onKey);
    };
  }, []);

  const sidePanel = (
    <div className="query-side">
      <SegmentedControl
        fullWidth
        aria-label="Side panel"
        value={side}
        onChange={(value) => {
          setSide(value as typeof side);
        }}
        data={[
          { value: 'schema', label: 'Tables' },
          { value: 'history', label: 'History' },
        ]}
      />
      {side === 'schema' ? (
        <SchemaTree
          catalog={catalog}
          loading={isLoading}
          onInsert={(text) => {
            setDrawerOpened(false);
            editor.current?.insert(text);
          }}
          onPreview={openAndRun}
        />
      ) : (
        <HistoryList
          onOpen={(sql) => {
            openTab({ sql });
            setDrawerOpened(false);
          }}
        />
      )}
    </div>
  );
  const showsSide = !narrow && sideOpened;
  return (
    <div className="query" data-side={showsSide || undefined}>
      {showsSide && sidePanel}
      <Drawer
        opened={narrow && drawerOpened}
        onClose={() => {
          setDrawerOpened(false);
        }}
        size={320}
        title="Tables and history"
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        {sidePanel}
      </Drawer>
      <div className="query-main">
        <div className="query-head">
          <Tooltip label="Tables and history">
            <ActionIcon
              aria-label="Tables and history"
              aria-expanded={narrow ? drawerOpened : sideOpened}
              onClick={() => {
                if (narrow) setDrawerOpened(true);
                else setSideOpened(!sideOpened);
              }}
            >
              <PanelLeft size={16} />
            </ActionIcon>
          </Tooltip>
          <TabStrip />
        </div>
        <Split
          label="Height of the editor"
          initial={0.4}
          first={
            <div className="query-edit">
              <SqlEditor
                key={tab.id}
                handle={editor}
                label="SQL statement"
                value={tab.sql}
                placeholder="SELECT …"
                catalog={catalog}
                onChange={(sql) => {
                  changeTab(tab.id, { sql });
                }}
                onRun={start}
              />
              <QueryToolbar
                tab={tab}
                chosen={engineFor(tab.sql)}
                running={isPending(current)}
                onRun={start}
                onCancel={() => void cancel(tab.id)}
                onExplain={startExplain}
              />
            </div>
          }
          second={
            <section className="query-result" aria-label="Result">
              {current ? (
                <RunPanel
                  run={current}
                  name={tab.name}
                  mode={tab.mode ?? 'table'}
                  onMode={(mode) => {
                    changeTab(tab.id, { mode });
                  }}
                  onReveal={(failed) => {
                    const place = placeOf(failed);
                    if (place) editor.current?.reveal(place.from, place.to);
                  }}
                />
              ) : (
                <FirstSteps catalog={catalog} onRun={openAndRun} />
              )}
            </section>
          }
        />
      </div>
    </div>
  );
}
