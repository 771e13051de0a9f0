import { ActionIcon, Tooltip } from '@mantine/core';
import { Plus, X } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useStore } from '../shared/store.js';
import { isPending, runsStore } from './runs.js';
import { changeTab, closeTab, openTab, showTab, tabsStore, type QueryTab } from './tabs.js';

function TabName({ tab, onDone }: { readonly tab: QueryTab; readonly onDone: () => void }) {
  const [name, setName] = useState(tab.name);
  const keep = (): void => {
    if (name.trim() !== '') changeTab(tab.id, { name: name.trim() });
    onDone();
  };
  return (
    <input
      className="tab-rename"
      aria-label="Name of the tab"
      value={name}
      autoFocus
      onChange={(event) => {
        setName(event.currentTarget.value);
      }}
      onBlur={keep}
      onKeyDown={(event) => {
        if (event.key === 'Enter') keep();
        if (event.key === 'Escape') onDone();
      }}
    />
  );
}

/** The open tabs. A double click renames one. */
export function TabStrip() {
  const { tabs, active } = useStore(tabsStore);
  const runs = useStore(runsStore);
  const [renaming, setRenaming] = useState<string>();
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    list.current?.querySelector('[data-active]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [active, tabs.length]);
  return (
    <div className="tabs">
      <div className="tabs-list" role="tablist" aria-label="Queries" ref={list}>
        {tabs.map((tab) => {
          const isActive = tab.id === active;
          return (
            <div key={tab.id} className="tab" data-active={isActive || undefined} role="presentation">
              {renaming === tab.id ? (
                <TabName
                  tab={tab}
                  onDone={() => {
                    setRenaming(undefined);
                  }}
                />
              ) : (
                <button
                  type="button"
                  role="tab"
                  aria-selected={isActive}
                  tabIndex={isActive ? 0 : -1}
                  onClick={() => {
                    showTab(tab.id);
                  }}
                  onDoubleClick={() => {
                    setRenaming(tab.id);
                  }}
                  onKeyDown={(event) => {
                    if (event.key === 'Delete') closeTab(tab.id);
                    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
                    const next = tabs[tabs.indexOf(tab) + step];
                    if (step === 0 || !next) return;
                    showTab(next.id);
                    const strip = event.currentTarget.closest('[role=tablist]');
                    const buttons = strip?.querySelectorAll<HTMLElement>('[role=tab]');
                    buttons?.[tabs.indexOf(next)]?.focus();
                  }}
                >
                  {isPending(runs[tab.id]) && <span className="tab-busy" aria-label="running" />}
                  {tab.name}
                </button>
              )}
              <button
                type="button"
                className="tab-close"
                // In a list of tabs nothing but tabs is reached: by keyboard the Delete key closes one.
                aria-hidden
                tabIndex={-1}
                title={`Close ${tab.name} (Delete)`}
                onClick={() => {
                  closeTab(tab.id);
                }}
              >
                <X size={13} />
              </button>
            </div>
          );
        })}
      </div>
      <Tooltip label="New tab (Alt N)">
        <ActionIcon
          size="sm"
          aria-label="New tab"
          onClick={() => {
            openTab();
          }}
        >
          <Plus size={15} />
        </ActionIcon>
      </Tooltip>
    </div>
  );
}
