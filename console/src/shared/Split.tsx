import { useRef, useState, type KeyboardEvent, type PointerEvent, type ReactNode } from 'react';
import './split.css';

const clamp = (share: number): number => Math.min(0.85, Math.max(0.12, share));

/** Two areas, one above the other, with a border that can be dragged or moved by the arrow keys. */
export function Split({
  first,
  second,
  initial,
  label,
}: {
  readonly first: ReactNode;
  readonly second: ReactNode;
  /** Share of the first area, 0 to 1. */
  readonly initial: number;
  readonly label: string;
}) {
  const [share, setShare] = useState(initial);
  const box = useRef<HTMLDivElement>(null);
  const onPointerDown = (event: PointerEvent): void => {
    event.preventDefault();
    const move = (moved: globalThis.PointerEvent): void => {
      const bounds = box.current?.getBoundingClientRect();
      if (bounds) setShare(clamp((moved.clientY - bounds.top) / bounds.height));
    };
    const end = (): void => {
      window.removeEventListener('pointermove', move);
      window.removeEventListener('pointerup', end);
    };
    window.addEventListener('pointermove', move);
    window.addEventListener('pointerup', end);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowDown' ? 0.04 : event.key === 'ArrowUp' ? -0.04 : 0;
    if (step === 0) return;
    event.preventDefault();
    setShare((current) => clamp(current + step));
  };
  return (
    <div
      className="split"
      ref={box}
      style={{ gridTemplateRows: `minmax(0, ${share}fr) 7px minmax(0, ${1 - share}fr)` }}
    >
      <div className="split-area">{first}</div>
      <div
        className="split-border"
        role="separator"
        aria-label={label}
        aria-orientation="horizontal"
        aria-valuenow={Math.round(share * 100)}
        aria-valuemin={12}
        aria-valuemax={85}
        tabIndex={0}
        onPointerDown={onPointerDown}
        onKeyDown={onKeyDown}
      />
      <div className="split-area">{second}</div>
    </div>
  );
}
