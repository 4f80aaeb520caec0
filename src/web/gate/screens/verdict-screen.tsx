// The verdict in place of the camera: hue to the edges, shape, word, seat, what to do, in that order.
import { useLayoutEffect, useState } from 'react';
import { type IntlShape, useIntl } from 'react-intl';
import { parseInstant } from '#domain/kernel/instant.ts';
import { isThrough } from '#lane/lane-answer.ts';
import { nextAdvice, placeWords, rungWord, verdictWord } from '#lane/words.ts';
import { Button } from '#web/ui/button.tsx';
import { joinClasses } from '#web/ui/join-classes.ts';
import { useLooks } from '#web/ui/looks.tsx';
import { type Hue, hueOf, VerdictShape } from '#web/ui/verdict-shape.tsx';
import { signal } from '../feel/signals.ts';
import type { GateSession } from '../session/gate-session.ts';
import type { Shown } from '../session/session-shapes.ts';
import { FanScreen } from './fan-screen.tsx';
import { useGround } from './use-ground.ts';

export const FILLS: Readonly<Record<Hue, string>> = {
  admitted: 'bg-admitted',
  provisional: 'bg-provisional',
  refused: 'bg-refused',
  refer: 'bg-refer',
  unknown: 'bg-unknown',
};

export function VerdictScreen({ session, shown }: { session: GateSession; shown: Shown }) {
  const { language } = useLooks();
  const intl = useIntl();
  const ground = useGround(session);
  const [isForFan, setIsForFan] = useState(false);
  const { answer } = shown;
  const hue = hueOf(answer.verdict, answer.reason);
  const isIn = isThrough(answer);

  useLayoutEffect(() => {
    signal(hue);
    // The frame that shows it has been drawn when the task after it begins.
    requestAnimationFrame(() => setTimeout(() => performance.mark('gate:painted')));
  }, [hue]);

  if (isForFan)
    return <FanScreen session={session} shown={shown} onBack={() => setIsForFan(false)} />;
  const word = verdictWord(answer, language);
  const time = (text: string | null) => {
    const at = text === null ? null : parseInstant(text);
    return at === null ? '' : ground.time.time(at);
  };
  const { ticket, first, gateHint, from } = answer;
  const advice = nextAdvice(answer, language);
  const gates = gateHint?.gates
    .map((id) => ground.gateName(id))
    .join(language === 'zh' ? '、' : ', ');
  const canConfirm = answer.verdict === 'referred' && answer.reason !== 'check-dispute';
  return (
    <section
      aria-live="assertive"
      data-verdict={answer.verdict}
      data-reason={answer.reason ?? ''}
      data-rung={answer.rung}
      className={joinClasses(
        'absolute inset-0 z-10 flex flex-col items-center text-white',
        FILLS[hue],
      )}
    >
      <div className="flex w-full flex-1 flex-col items-center justify-center gap-3 overflow-hidden px-5 text-center">
        <VerdictShape hue={hue} size="min(40vmin, 30vh)" />
        <h1
          className={joinClasses(
            'text-balance font-semibold',
            word.length > 8 ? 'text-2xl' : 'text-3xl',
          )}
        >
          <Word text={word} />
        </h1>
        {ticket !== null && (
          <p className="font-semibold text-xl">
            {placeWords({ ...ticket, stand: ground.standName(ticket.stand) }, language)}
          </p>
        )}
        {ticket !== null && ticket.admits > 1 && (
          <p className="text-lg">
            {intl.formatMessage({ id: 'verdict.admits' }, { count: ticket.admits })}
          </p>
        )}
        <div className="flex flex-col gap-1 text-xl">
          {answer.attention !== null && (
            <p className="font-semibold">{attentionWords(answer.attention, intl)}</p>
          )}
          {gates !== undefined && gates !== '' && (
            <p>{intl.formatMessage({ id: 'verdict.goTo' }, { gates })}</p>
          )}
          {first !== null && !isIn && (
            <p>
              {intl.formatMessage(
                { id: 'verdict.firstUsed' },
                { time: time(first.at), gate: ground.gateName(first.gate) },
              )}
            </p>
          )}
          {from !== null && !isIn && (
            <p>
              {intl.formatMessage(
                { id: answer.reason === 'too-late' ? 'verdict.since' : 'verdict.from' },
                { time: time(from) },
              )}
            </p>
          )}
          {advice !== '' && <p>{sentence(advice)}</p>}
        </div>
      </div>
      <div className="flex w-full max-w-3xl flex-col gap-2 p-3 pb-[max(0.75rem,env(safe-area-inset-bottom))]">
        {!isIn && (
          <>
            {canConfirm && <ConfirmButton session={session} shown={shown} />}
            <div className="flex gap-2">
              <Button size="lane" className="flex-1" onClick={() => setIsForFan(true)}>
                {intl.formatMessage({ id: 'verdict.showFan' })}
              </Button>
              <Button size="lane" className="flex-1" onClick={() => session.dismiss()}>
                {intl.formatMessage({ id: 'verdict.next' })}
              </Button>
            </div>
          </>
        )}
        <p className="text-center text-sm">
          {session.enrolment.identity.isPractice &&
            `${intl.formatMessage({ id: 'verdict.practice' })} · `}
          {rungWord(answer.rung, language)}
          {answer.listAsOf !== null &&
            ` · ${intl.formatMessage({ id: 'verdict.listAsOf' }, { time: time(answer.listAsOf) })}`}
        </p>
      </div>
    </section>
  );
}

/** A word of two clauses stands on two lines, where its comma would only push the first aside. */
function Word({ text }: { readonly text: string }) {
  const [first, second] = text.split('，');
  if (second === undefined) return text;
  return (
    <>
      <span className="block">
        {first}
        <span className="sr-only">，</span>
      </span>
      <span className="block">{second}</span>
    </>
  );
}

/** Types of ticket name what to look out for by a key; a club's own keys are shown as they are. */
function attentionWords(key: string, intl: IntlShape): string {
  const id = `attention.${key}`;
  return id in intl.messages ? intl.formatMessage({ id }) : key;
}

function sentence(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function ConfirmButton({ session, shown }: { session: GateSession; shown: Shown }) {
  const intl = useIntl();
  const [name, setName] = useState<string | null>(null);
  const { scanId, reason } = shown.answer;
  const needsName = reason === 'check-id' || reason === 'check-companion';
  return (
    <>
      {name !== null && <p className="text-center font-semibold text-xl">{name}</p>}
      {needsName && name === null && (
        <Button
          size="lane"
          onClick={() => {
            session
              .holderOf(scanId)
              .then((found) => setName(found ?? intl.formatMessage({ id: 'verdict.noName' })))
              .catch(() => setName(intl.formatMessage({ id: 'verdict.noName' })));
          }}
        >
          {intl.formatMessage({ id: 'verdict.name' })}
        </Button>
      )}
      <Button size="lane" onClick={() => void session.confirm(shown)}>
        {intl.formatMessage({ id: 'verdict.confirm' })}
      </Button>
    </>
  );
}
