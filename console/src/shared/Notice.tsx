import { CircleAlert, TriangleAlert, Info } from 'lucide-react';
import type { ReactNode } from 'react';

const icons = { bad: CircleAlert, warn: TriangleAlert, plain: Info } as const;

/** A message that stands in the page: what happened, and what can be done. */
export function Notice({
  tone,
  title,
  children,
  actions,
}: {
  readonly tone: keyof typeof icons;
  readonly title: string;
  readonly children?: ReactNode;
  readonly actions?: ReactNode;
}) {
  const Icon = icons[tone];
  return (
    <div className="notice" data-tone={tone} role={tone === 'bad' ? 'alert' : 'status'}>
      <Icon size={18} aria-hidden />
      <div style={{ minWidth: 0, flex: 1 }}>
        <div className="notice-title">{title}</div>
        {children !== undefined && <div className="notice-text">{children}</div>}
        {actions !== undefined && <div className="notice-actions">{actions}</div>}
      </div>
    </div>
  );
}

/** The text of whatever was thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
