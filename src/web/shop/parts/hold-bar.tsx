import { useEffect, useState } from 'react';
import { useWords } from '../use-words.ts';

/** How long the seats are kept, by the server's clock: a bar that grows shorter, calmly. */
export function HoldBar({
  expiresAt,
  now,
  wholeMs,
  onOver,
}: {
  readonly expiresAt: string;
  /** The server's clock at the moment of its answer. */
  readonly now: string;
  readonly wholeMs: number;
  readonly onOver: () => void;
}) {
  const { say } = useWords();
  const leftMs = useTimeLeft(expiresAt, now);
  useEffect(() => {
    if (leftMs === 0) onOver();
  }, [leftMs, onOver]);
  const seconds = Math.ceil(leftMs / 1_000);
  const time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  return (
    <div>
      <div className="mb-1 flex justify-between text-sm">
        <span>{say('cart.held')}</span>
        <span className="font-semibold" role="timer">
          {say('cart.timeLeft', { time })}
        </span>
      </div>
      <div className="h-1.5 overflow-hidden rounded-full bg-line" aria-hidden="true">
        <div
          className="h-full origin-left rounded-full bg-accent"
          style={{ transform: `scaleX(${Math.min(1, leftMs / Math.max(1, wholeMs))})` }}
        />
      </div>
    </div>
  );
}

function useTimeLeft(expiresAt: string, now: string): number {
  const [endsMs, setEndsMs] = useState(0);
  const [leftMs, setLeftMs] = useState(() => Date.parse(expiresAt) - Date.parse(now));
  useEffect(() => {
    setEndsMs(performance.now() + Date.parse(expiresAt) - Date.parse(now));
  }, [expiresAt, now]);
  useEffect(() => {
    if (endsMs === 0) return;
    const look = () => setLeftMs(Math.max(0, endsMs - performance.now()));
    look();
    const timer = setInterval(look, 1_000);
    return () => clearInterval(timer);
  }, [endsMs]);
  return leftMs;
}
