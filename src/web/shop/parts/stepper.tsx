import { Button } from '#web/ui/button.tsx';
import { useWords } from '../use-words.ts';

export function Stepper({
  name,
  note,
  count,
  most,
  onChange,
}: {
  readonly name: string;
  readonly note?: string;
  readonly count: number;
  readonly most: number;
  readonly onChange: (count: number) => void;
}) {
  const { say } = useWords();
  return (
    <div className="flex items-center justify-between gap-3 border-line border-b py-2 last:border-b-0">
      <div>
        <div className="font-semibold">{name}</div>
        {note !== undefined && <div className="text-quiet text-sm">{note}</div>}
      </div>
      <div className="flex items-center gap-2">
        <Button
          className="w-11 px-0"
          aria-label={say('seats.fewer', { name })}
          disabled={count === 0}
          onClick={() => onChange(count - 1)}
        >
          −
        </Button>
        <output className="w-8 text-center font-semibold text-lg" aria-label={name}>
          {count}
        </output>
        <Button
          className="w-11 px-0"
          aria-label={say('seats.more', { name })}
          disabled={count >= most}
          onClick={() => onChange(count + 1)}
        >
          +
        </Button>
      </div>
    </div>
  );
}
