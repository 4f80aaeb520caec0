import { Button } from '#web/ui/button.tsx';
import { Notice } from '#web/ui/notice.tsx';
import type { ShopError } from '../ask-shop.ts';
import { useWords } from '../use-words.ts';

/** What happened, whether money moved, what to do. `isPaying`: it was about money that may have moved. */
export function Trouble({
  error,
  isPaying = false,
  onRetry,
}: {
  readonly error: ShopError;
  readonly isPaying?: boolean;
  readonly onRetry?: () => void;
}) {
  const { say, has } = useWords();
  const ids = [error.why, error.status === 0 ? 'unreachable' : error.code, 'other'];
  const known = ids.find((id) => id !== null && has(`trouble.${id}`)) ?? 'other';
  return (
    <Notice
      hue={isPaying ? 'refer' : 'unknown'}
      isUrgent={true}
      action={
        onRetry === undefined ? null : (
          <Button size="small" onClick={onRetry}>
            {say('shared.retry')}
          </Button>
        )
      }
    >
      {say(`trouble.${known}`)} {say(isPaying ? 'money.unknown' : 'money.unmoved')}
    </Notice>
  );
}
