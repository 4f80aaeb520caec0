import { useIntl } from 'react-intl';
import { Button } from '#web/ui/button.tsx';
import { HUE_TEXT } from '#web/ui/rung-badge.tsx';
import { VerdictShape } from '#web/ui/verdict-shape.tsx';
import type { Ending } from '../session/session-shapes.ts';

/** Revoked, replaced or expired: stop, send what is left, and nothing stays behind. */
export function EndedScreen({
  ending,
  onAgain,
}: {
  readonly ending: Ending;
  readonly onAgain: () => void;
}) {
  const intl = useIntl();
  return (
    <main className="mx-auto flex min-h-dvh max-w-md flex-col items-center justify-center gap-6 p-6 text-center">
      <span className={HUE_TEXT.refused}>
        <VerdictShape hue="refused" size={120} />
      </span>
      <h1 className="font-semibold text-xl">{intl.formatMessage({ id: 'ended.title' })}</h1>
      <p className="font-semibold text-lg">{intl.formatMessage({ id: 'ended.stop' })}</p>
      <p role="status" className="text-base">
        {ending.isWiped
          ? intl.formatMessage({ id: 'ended.wiped' })
          : intl.formatMessage({ id: 'ended.sending' }, { count: ending.unsent })}
      </p>
      {ending.isWiped && (
        <Button size="lane" className="w-full" onClick={onAgain}>
          {intl.formatMessage({ id: 'ended.again' })}
        </Button>
      )}
    </main>
  );
}
