import { type ReactNode, useState } from 'react';
import { Button } from '#web/ui/button.tsx';
import { Failure } from '../parts/failure.tsx';

/** One thing in force, with the way to lift it. */
export function ControlLine({
  title,
  verb,
  onLift,
  children,
}: {
  readonly title: string;
  readonly verb: string;
  readonly onLift: (() => Promise<void>) | undefined;
  readonly children: ReactNode;
}) {
  const [error, setError] = useState<unknown>(null);
  return (
    <li
      data-row
      // biome-ignore lint/a11y/noNoninteractiveTabindex: j and k walk through the rows
      tabIndex={0}
      className="flex items-center gap-3 border-line border-b py-2 text-sm"
    >
      <span className="font-semibold">{title}</span>
      <span className="min-w-0 flex-1">{children}</span>
      {onLift !== undefined && (
        <Button size="small" onClick={() => void onLift().catch(setError)}>
          {verb}
        </Button>
      )}
      <Failure error={error} />
    </li>
  );
}
