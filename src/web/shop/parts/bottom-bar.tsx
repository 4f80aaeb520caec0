import type { ReactNode } from 'react';

/** The total and the next step, always in sight, where the thumb is. */
export function BottomBar({
  label,
  total,
  note,
  children,
}: {
  readonly label: string;
  readonly total: string;
  readonly note?: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <div className="sticky bottom-0 z-10 -mx-4 mt-auto border-line border-t bg-ground px-4 pt-3 pb-[max(0.75rem,env(safe-area-inset-bottom))]">
      <div className="mx-auto flex max-w-3xl items-center justify-between gap-4">
        <div className="min-w-0" aria-live="polite">
          <div className="text-quiet text-sm">{label}</div>
          <div className="whitespace-nowrap font-semibold text-lg">{total}</div>
        </div>
        {children}
      </div>
      {note !== undefined && (
        <div className="mx-auto mt-2 max-w-3xl text-quiet text-sm">{note}</div>
      )}
    </div>
  );
}
