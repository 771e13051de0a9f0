import { Modal } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { useLocation } from 'wouter';

const isMac = navigator.userAgent.includes('Mac');
/** How the platform writes the main modifier. */
export const modifier = isMac ? '⌘' : 'Ctrl';

const going: Readonly<Record<string, string>> = {
  q: '/query',
  l: '/load',
  d: '/datasources',
  t: '/tasks',
  c: '/convert',
};

const groups: readonly (readonly [
  title: string,
  keys: readonly (readonly [keys: readonly string[], text: string])[],
])[] = [
  [
    'Query',
    [
      [[modifier, 'Enter'], 'Run the selection, or the statement at the cursor'],
      [[modifier, 'E'], 'Explain it'],
      [[modifier, '.'], 'Cancel what runs'],
      [['Alt', 'N'], 'New tab'],
      [['Alt', '1 … 9'], 'Go to a tab'],
      [[modifier, 'Space'], 'Complete'],
      [[modifier, '/'], 'Comment out'],
      [[modifier, 'F'], 'Find and replace in the statement'],
    ],
  ],
  [
    'Results',
    [
      [['↑ ↓ ← →'], 'Move in the grid'],
      [['Enter'], 'Unfold a cell beside the grid'],
      [[modifier, 'C'], 'Copy the cell'],
    ],
  ],
  [
    'Everywhere',
    [
      [['G', 'Q'], 'Query'],
      [['G', 'L'], 'Load data'],
      [['G', 'D'], 'Datasources'],
      [['G', 'T'], 'Tasks'],
      [['G', 'C'], 'Convert an ingestion spec'],
      [['?'], 'This list'],
    ],
  ],
];

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

/** The list of shortcuts, and those that work everywhere: `g` and a letter, `?`. */
export function Shortcuts({
  opened,
  setOpened,
}: {
  readonly opened: boolean;
  readonly setOpened: (opened: boolean) => void;
}) {
  const [, navigate] = useLocation();
  const prefixAt = useRef(0);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === '?') {
        setOpened(true);
        return;
      }
      const target = going[event.key];
      if (target !== undefined && performance.now() - prefixAt.current < 1_200) {
        prefixAt.current = 0;
        event.preventDefault();
        navigate(target);
        return;
      }
      prefixAt.current = event.key === 'g' ? performance.now() : 0;
    };
    document.addEventListener('keydown', onKey);
    return () => {
      document.removeEventListener('keydown', onKey);
    };
  }, [navigate, setOpened]);
  return (
    <Modal
      opened={opened}
      onClose={() => {
        setOpened(false);
      }}
      title="Keyboard shortcuts"
      size="lg"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <div className="shortcuts">
        {groups.map(([title, entries]) => (
          <section key={title}>
            <h3>{title}</h3>
            <dl>
              {entries.map(([keys, text]) => (
                <div key={text}>
                  <dt>
                    {keys.map((key) => (
                      <kbd key={key}>{key}</kbd>
                    ))}
                  </dt>
                  <dd>{text}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Modal>
  );
}
