import { useIntl } from 'react-intl';
import { parseInstant } from '#domain/kernel/instant.ts';
import { Button } from '#web/ui/button.tsx';
import { Notice } from '#web/ui/notice.tsx';
import { useWatched } from '../observable.ts';
import type { GateSession } from '../session/gate-session.ts';
import { useGround } from './use-ground.ts';

const HUES = { info: 'unknown', important: 'refer', urgent: 'refused' } as const;

/** Control's messages, which stay until they are acknowledged; and how far a call has come. */
export function MessageBar({ session }: { readonly session: GateSession }) {
  const intl = useIntl();
  const ground = useGround(session);
  const messages = useWatched(session.inbox.messages);
  const calls = useWatched(session.inbox.calls);
  return (
    <>
      {messages.slice(0, 2).map(({ id, text, urgency, at }) => {
        const instant = parseInstant(at);
        const time = instant === null ? '' : ground.time.time(instant);
        return (
          <Notice
            key={id}
            hue={HUES[urgency]}
            isUrgent
            action={
              <Button size="lane" onClick={() => session.inbox.acknowledge(id)}>
                {intl.formatMessage({ id: 'message.seen' })}
              </Button>
            }
          >
            <p className="text-quiet">{intl.formatMessage({ id: 'message.from' }, { time })}</p>
            <p className="font-semibold text-base">{text}</p>
          </Notice>
        );
      })}
      {calls.map(({ callId, kind, state }) => (
        <Notice
          key={callId}
          hue={state === 'sending' ? 'provisional' : 'admitted'}
          action={
            state !== 'sending' && (
              <Button
                size="small"
                className="min-h-11"
                onClick={() => session.inbox.dismissCall(callId)}
              >
                {intl.formatMessage({ id: 'shared.close' })}
              </Button>
            )
          }
        >
          {intl.formatMessage(
            { id: `call.${state}` },
            { kind: intl.formatMessage({ id: `call.${kind}` }) },
          )}
        </Notice>
      ))}
    </>
  );
}
