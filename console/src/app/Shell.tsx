import { ActionIcon, Tooltip, useMantineColorScheme, useComputedColorScheme } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import {
  ArrowLeftRight,
  Database,
  Keyboard,
  ListChecks,
  Moon,
  SquareTerminal,
  Sun,
  Upload,
  WifiOff,
} from 'lucide-react';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { getJson } from '../api/http.js';
import type { TaskStatus } from '../api/tasks.js';
import { Shortcuts } from './Shortcuts.js';

const places = [
  { path: '/query', label: 'Query', icon: SquareTerminal },
  { path: '/load', label: 'Load data', icon: Upload },
  { path: '/datasources', label: 'Datasources', icon: Database },
  { path: '/tasks', label: 'Tasks', icon: ListChecks },
  { path: '/convert', label: 'Convert', icon: ArrowLeftRight },
] as const;

/** How many tasks run or wait, asked for while the page is visible. */
function useActiveTasks(): { readonly count: number; readonly offline: boolean } {
  const { data, isError } = useQuery({
    queryKey: ['active-tasks'],
    queryFn: async ({ signal }) => {
      const lists = await Promise.all(
        ['runningTasks', 'pendingTasks', 'waitingTasks'].map((list) =>
          getJson<readonly TaskStatus[]>(`/druid/indexer/v1/${list}`, signal),
        ),
      );
      return lists.flat().length;
    },
    refetchInterval: 3_000,
  });
  return { count: data ?? 0, offline: isError };
}

function Brand() {
  return (
    <Link href="/query" className="shell-brand" aria-label="Millrace, to the query view">
      <img src="/favicon.svg" alt="" width={22} height={22} />
      <span>Millrace</span>
    </Link>
  );
}

function SchemeToggle() {
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme('light');
  const other = scheme === 'dark' ? 'light' : 'dark';
  return (
    <Tooltip label={`Switch to the ${other} scheme`}>
      <ActionIcon
        aria-label={`Switch to the ${other} scheme`}
        onClick={() => {
          setColorScheme(other);
        }}
      >
        {scheme === 'dark' ? <Sun size={17} /> : <Moon size={17} />}
      </ActionIcon>
    </Tooltip>
  );
}

/** Names the window after the view, and gives a view that was gone to the focus, so that reading goes on there. */
function useViewChange(location: string) {
  const main = useRef<HTMLElement>(null);
  const place = places.find(({ path }) => location.startsWith(path));
  const shown = useRef(place?.path);
  useEffect(() => {
    document.title = place ? `${place.label} · Millrace` : 'Millrace';
    if (shown.current === place?.path) return;
    shown.current = place?.path;
    if (!main.current?.contains(document.activeElement)) main.current?.focus();
  }, [place]);
  return main;
}

/** The frame of every page: where one is, where one can go, whether the server answers. */
export function Shell({ children }: { readonly children: ReactNode }) {
  const [location] = useLocation();
  const [shortcutsOpened, setShortcutsOpened] = useState(false);
  const { count, offline } = useActiveTasks();
  const main = useViewChange(location);
  return (
    <div className="shell">
      <a
        className="shell-skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          main.current?.focus();
        }}
      >
        Skip to the view
      </a>
      <header className="shell-header">
        <Brand />
        <nav className="shell-nav" aria-label="Views">
          {places.map(({ path, label, icon: Icon }) => (
            <Link key={path} href={path} {...(location.startsWith(path) && { 'aria-current': 'page' as const })}>
              <Icon size={16} aria-hidden />
              <span>{label}</span>
              {path === '/tasks' && count > 0 && (
                <span className="shell-badge" aria-label={`${count} active`}>
                  {count}
                </span>
              )}
            </Link>
          ))}
        </nav>
        <div className="shell-side">
          {offline && (
            <span className="shell-offline" role="status">
              <WifiOff size={14} aria-hidden /> No answer from the server
            </span>
          )}
          <Tooltip label="Keyboard shortcuts (?)">
            <ActionIcon
              aria-label="Keyboard shortcuts"
              onClick={() => {
                setShortcutsOpened(true);
              }}
            >
              <Keyboard size={17} />
            </ActionIcon>
          </Tooltip>
          <SchemeToggle />
        </div>
      </header>
      <main className="shell-main" id="main" ref={main} tabIndex={-1}>
        {children}
      </main>
      <Shortcuts opened={shortcutsOpened} setOpened={setShortcutsOpened} />
    </div>
  );
}
