import type { ReactNode } from 'react';
import { joinClasses } from './join-classes.ts';
import { HUE_TEXT } from './rung-badge.tsx';
import { type Hue, VerdictShape } from './verdict-shape.tsx';

const EDGES: Readonly<Record<Hue, string>> = {
  admitted: 'border-l-admitted',
  provisional: 'border-l-provisional',
  refused: 'border-l-refused',
  refer: 'border-l-refer',
  unknown: 'border-l-unknown',
};

/** One sentence that somebody needs, with what to do beside it. `isUrgent` is announced at once. */
export function Notice({
  hue,
  children,
  action,
  isUrgent = false,
}: {
  readonly hue: Hue;
  readonly children: ReactNode;
  readonly action?: ReactNode;
  readonly isUrgent?: boolean;
}) {
  return (
    <div
      role={isUrgent ? 'alert' : 'status'}
      className={joinClasses(
        'flex items-center gap-3 rounded-md border border-line border-l-4 bg-raised px-3 py-2 text-fg',
        EDGES[hue],
      )}
    >
      <span className={joinClasses('shrink-0', HUE_TEXT[hue])}>
        <VerdictShape hue={hue} size={20} />
      </span>
      <div className="min-w-0 flex-1 text-sm">{children}</div>
      {action}
    </div>
  );
}
