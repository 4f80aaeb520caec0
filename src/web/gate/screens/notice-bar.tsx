import { useIntl } from 'react-intl';
import { ANNOUNCEMENTS } from '#lane/words.ts';
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
  const notices = useWatched(session.notices);
  const { battery, isCharging, storage } = useWatched(session.phone.health);
  return (
    <>
      {notices.slice(-2).map(({ id, kind, detail }) => (
        <Notice key={id} hue={hueOfNotice(kind)} isUrgent>
          {ANNOUNCEMENTS[kind][language]}
          {needsDetail(kind) && detail}
        </Notice>
      ))}
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

function hueOfNotice(kind: keyof typeof ANNOUNCEMENTS): Hue {
  if (kind === 'back' || kind === 'edgeBack' || kind === 'hubOnly') return 'admitted';
  return kind === 'alone' ? 'provisional' : 'refer';
}

/** Sentences that end in a colon. */
function needsDetail(kind: keyof typeof ANNOUNCEMENTS): boolean {
  return /[:：]$/.test(ANNOUNCEMENTS[kind].zh);
}
