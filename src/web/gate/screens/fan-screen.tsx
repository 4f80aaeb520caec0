// The phone turned round to the fan: what happened without blame, and where to go. In their language.

import { useState } from 'react';
import { createIntl, type IntlShape, useIntl } from 'react-intl';
import { parseInstant } from '#domain/kernel/instant.ts';
import type { LaneAnswer } from '#lane/lane-answer.ts';
import { Button } from '#web/ui/button.tsx';
import { type Language, LOCALE_OF, messagesIn } from '#web/ui/language.ts';
import { useLooks } from '#web/ui/looks.tsx';
import { HUE_TEXT } from '#web/ui/rung-badge.tsx';
import { hueOf, VerdictShape } from '#web/ui/verdict-shape.tsx';
import { GATE_WORDS } from '../gate-words.ts';
import type { GateSession } from '../session/gate-session.ts';
import type { Shown } from '../session/session-shapes.ts';
import { type GroundWords, useGround } from './use-ground.ts';

export function FanScreen({
  session,
  shown,
  onBack,
}: {
  readonly session: GateSession;
  readonly shown: Shown;
  readonly onBack: () => void;
}) {
  const own = useLooks().language;
  const [language, setLanguage] = useState<Language>(own);
  const ground = useGround(session);
  const steward = useIntl();
  const intl = createIntl({
    locale: LOCALE_OF[language],
    messages: messagesIn(language, GATE_WORDS),
  });
  const { answer } = shown;
  const hue = hueOf(answer.verdict, answer.reason);
  const { title, place, text } = sayTo(answer, intl, ground, language);
  return (
    <section
      lang={LOCALE_OF[language]}
      className="absolute inset-0 z-10 flex flex-col bg-ground text-fg"
    >
      <div className="flex flex-1 flex-col items-center justify-center gap-6 px-6 text-center">
        <span className={HUE_TEXT[hue]}>
          <VerdictShape hue={hue} size="28vmin" />
        </span>
        {place !== undefined && (
          <h1 className="flex flex-col gap-2">
            <span className="text-xl">{title}</span>
            <span className="text-balance font-semibold text-2xl">{place}</span>
          </h1>
        )}
        <p className="text-balance text-xl">{text}</p>
      </div>
      <div className="mx-auto flex w-full max-w-3xl gap-2 p-3 pb-[max(0.75rem,env(safe-area-inset-bottom))]">
        <Button
          size="lane"
          className="flex-1"
          onClick={() => setLanguage(language === 'zh' ? 'en' : 'zh')}
        >
          {intl.formatMessage({ id: 'fan.language' })}
        </Button>
        <Button size="lane" className="flex-1" onClick={onBack}>
          {steward.formatMessage({ id: 'verdict.hideFan' })}
        </Button>
      </div>
    </section>
  );
}

function sayTo(
  answer: LaneAnswer,
  intl: IntlShape,
  ground: GroundWords,
  language: Language,
): { readonly title?: string; readonly place?: string; readonly text: string } {
  const say = (id: keyof typeof GATE_WORDS, values?: Record<string, string>) =>
    intl.formatMessage({ id }, values);
  const at = answer.from === null ? null : parseInstant(answer.from);
  switch (answer.next) {
    case 'let-in':
    case 'let-out':
      return { text: say('fan.admitted') };
    case 'send-to-gate': {
      const ids = answer.gateHint?.gates ?? [];
      const gates = ids.map((id) => ground.gateName(id)).join(language === 'zh' ? '、' : ', ');
      return { title: say('fan.gate'), place: gates, text: say('fan.gateLead') };
    }
    case 'ask-to-wait':
      return { text: say('fan.wait') };
    case 'ask-to-come-back':
      return at === null
        ? { text: say('fan.comeBackLater') }
        : { text: say('fan.comeBack', { time: ground.time.time(at) }) };
    case 'scan-again':
      return { text: say('fan.again') };
    case 'refresh-code':
      return { text: say('fan.refresh') };
    case 'check-holder':
      return { text: say('fan.check') };
    case 'turn-away':
      return { text: say('fan.closed') };
    case 'send-to-desk':
      return { text: say('fan.desk') };
  }
}
