import { useIntl } from 'react-intl';
import { ANNOUNCEMENTS } from '#lane/words.ts';
import { Button } from '#web/ui/button.tsx';
import { useLooks } from '#web/ui/looks.tsx';
import { Notice } from '#web/ui/notice.tsx';
import type { Hue } from '#web/ui/verdict-shape.tsx';
import { useWatched } from '../observable.ts';
import type { GateSession } from '../session/gate-session.ts';

const BATTERY_ALERT = 0.15;

/** What has changed, said once, and what the phone itself needs. */
export function NoticeBar({ session }: { readonly session: GateSession }) {
  const intl = useIntl();
  const { language } = useLooks();
  const notices = useWatched(session.said.notices);
  const { battery, isCharging, storage } = useWatched(session.phone.health);
  return (
    <>
      {notices.slice(-2).map(({ id, kind, detail }) => (
        <Notice key={id} hue={hueOfNotice(kind)} isUrgent>
          {ANNOUNCEMENTS[kind][language]}
          {needsDetail(kind) && detail}
        </Notice>
      ))}
      <Tellings session={session} />
      {battery !== null && battery < BATTERY_ALERT && isCharging !== true && (
        <Notice hue="refer">
          {intl.formatMessage({ id: 'alert.battery' }, { percent: Math.round(battery * 100) })}
        </Notice>
      )}
      {storage !== 'ok' && (
        <Notice hue="refer">{intl.formatMessage({ id: 'alert.storage' })}</Notice>
      )}
    </>
  );
}

/** What stays until the steward has put it away. */
export function Tellings({ session }: { readonly session: GateSession }) {
  const intl = useIntl();
  const tellings = useWatched(session.said.tellings);
  return tellings.slice(-2).map(({ id, words, values }) => (
    <Notice
      key={id}
      hue="refer"
      isUrgent
      action={
        <Button size="lane" onClick={() => session.said.putAway(id)}>
          {intl.formatMessage({ id: 'message.seen' })}
        </Button>
      }
    >
      {intl.formatMessage({ id: words }, values)}
    </Notice>
  ));
}

function hueOfNotice(kind: keyof typeof ANNOUNCEMENTS): Hue {
  if (kind === 'back' || kind === 'edgeBack' || kind === 'hubOnly') return 'admitted';
  return kind === 'alone' ? 'provisional' : 'refer';
}

/** Sentences that end in a colon. */
function needsDetail(kind: keyof typeof ANNOUNCEMENTS): boolean {
  return /[:：]$/.test(ANNOUNCEMENTS[kind].zh);
}
