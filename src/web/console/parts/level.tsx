import { joinClasses } from '#web/ui/join-classes.ts';

const NEAR = 0.95;

/** How full, as a bar; decoration beside the number that says it. */
export function Level({ value, limit }: { readonly value: number; readonly limit: number }) {
  const share = limit <= 0 ? 1 : Math.min(1, value / limit);
  const fill = share >= 1 ? 'bg-refused' : share >= NEAR ? 'bg-refer' : 'bg-fg';
  return (
    <div
      aria-hidden="true"
      className="h-2 w-full overflow-hidden rounded-full bg-sunken outline-1 outline-line"
    >
      <div className={joinClasses('h-full', fill)} style={{ width: `${share * 100}%` }} />
    </div>
  );
}
