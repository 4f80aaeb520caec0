// Where no code decides: people are counted, and an open gate says when to stop.
import { useState } from 'react';
import { useIntl } from 'react-intl';
import { Button } from '#web/ui/button.tsx';
import { useWatched } from '../observable.ts';
import type { GateSession } from '../session/gate-session.ts';

export function TallyScreen({ session }: { readonly session: GateSession }) {
  const intl = useIntl();
  const { tally, mode, rung } = useWatched(session.status);
  const [isFull, setIsFull] = useState(false);
  const word = rung === 'open' ? 'mode.open' : 'mode.visual';
  const count = (people: number) => {
    navigator.vibrate?.(30);
    session
      .count(people)
      .then(setIsFull, (error: unknown) => session.said.announce('unwritten', String(error)));
  };
  return (
    <section className="mx-auto flex min-h-0 w-full max-w-3xl flex-1 flex-col gap-3 p-5 pt-0">
      <h1 className="text-center font-semibold text-xl">{intl.formatMessage({ id: word })}</h1>
      <p className="text-center text-quiet">{intl.formatMessage({ id: 'tally.in' })}</p>
      <p className="text-center font-semibold text-3xl" data-count="tally">
        {intl.formatNumber(tally.in)}
      </p>
      {isFull && mode.stopAt !== null && (
        <p
          role="alert"
          className="rounded-md bg-refused p-3 text-center font-semibold text-lg text-white"
        >
          {intl.formatMessage({ id: 'tally.full' }, { count: mode.stopAt })}
        </p>
      )}
      <Button kind="main" size="lane" className="min-h-24 w-full flex-1" onClick={() => count(1)}>
        <span className="text-2xl">{intl.formatMessage({ id: 'tally.one' })}</span>
      </Button>
      <Button size="lane" className="w-full" onClick={() => count(5)}>
        {intl.formatMessage({ id: 'tally.five' })}
      </Button>
    </section>
  );
}
