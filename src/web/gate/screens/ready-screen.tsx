// The handshake before doors: what this phone has and lacks, each with a shape, and one large button.
import { type ReactNode, useState } from 'react';
import { useIntl } from 'react-intl';
import { ageWords, rungWord } from '#lane/words.ts';
import { Button } from '#web/ui/button.tsx';
import { useLooks } from '#web/ui/looks.tsx';
import { Mark } from '#web/ui/mark.tsx';
import { Notice } from '#web/ui/notice.tsx';
import { HUE_TEXT, RungBadge } from '#web/ui/rung-badge.tsx';
import { type Hue, VerdictShape } from '#web/ui/verdict-shape.tsx';
import { unlockSound } from '../feel/signals.ts';
import { useWatched } from '../observable.ts';
import type { GateSession } from '../session/gate-session.ts';
import { CameraView } from './camera-view.tsx';
import { GateMenu } from './gate-menu.tsx';
import { MessageBar } from './message-bar.tsx';
import { Tellings } from './notice-bar.tsx';
import { UpdateBar } from './update-bar.tsx';
import { useGround } from './use-ground.ts';

/** A clock that is off by more is said, though it is corrected for. */
const SKEW_SAID_MS = 5_000;
const BATTERY_LOW = 0.3;

export function ReadyScreen({ session, onStart }: { session: GateSession; onStart: () => void }) {
  const intl = useIntl();
  const { language } = useLooks();
  const ground = useGround(session);
  const status = useWatched(session.status);
  const { identity } = session.enrolment;
  return (
    <main className="mx-auto flex min-h-dvh max-w-md flex-col gap-4 p-4 pb-[max(1rem,env(safe-area-inset-bottom))]">
      <header className="flex items-center gap-3">
        <span className="text-accent">
          <Mark size={28} />
        </span>
        <div className="min-w-0 flex-1">
          <h1 className="truncate font-semibold text-lg">
            {identity.lane ?? ground.gateName(identity.gate)}
          </h1>
          <p className="truncate text-quiet text-sm">{ground.eventName}</p>
        </div>
        <RungBadge rung={status.rung} word={rungWord(status.rung, language)} />
      </header>
      <UpdateBar />
      <MessageBar session={session} />
      <Tellings session={session} />
      {identity.isPractice && (
        <Notice hue="unknown">{intl.formatMessage({ id: 'ready.practice' })}</Notice>
      )}
      <h2 className="font-semibold text-base">{intl.formatMessage({ id: 'ready.title' })}</h2>
      <Checks session={session} />
      <div className="mt-auto flex gap-2">
        <GateMenu session={session} />
        <Button
          kind="main"
          size="lane"
          className="flex-1"
          onClick={() => {
            unlockSound();
            onStart();
          }}
        >
          {intl.formatMessage({ id: 'ready.start' })}
        </Button>
      </div>
      <p className="sr-only" role="status">
        {status.listAsOf === null
          ? intl.formatMessage({ id: 'ready.list.none' })
          : intl.formatMessage(
              { id: 'ready.list.whole' },
              { age: ageWords(session.lane.now() - status.listAsOf, language) },
            )}
      </p>
    </main>
  );
}

function Checks({ session }: { readonly session: GateSession }) {
  const intl = useIntl();
  const { language } = useLooks();
  const status = useWatched(session.status);
  const health = useWatched(session.phone.health);
  const operator = useWatched(session.operator);
  const say = (id: string, values?: Record<string, number | string>) =>
    intl.formatMessage({ id }, values);
  const answering = status.addresses.filter(({ isAnswering }) => isAnswering).length;
  const isLive = status.rung === 'hub' || status.rung === 'edge';
  const skewS = Math.round(Math.abs(status.skewMs) / 1_000);
  const percent = health.battery === null ? null : Math.round(health.battery * 100);
  const isBatteryLow =
    health.battery !== null && health.battery < BATTERY_LOW && health.isCharging !== true;
  return (
    <ul className="flex flex-col divide-y divide-line border-line border-y">
      <Check
        name={say('ready.list')}
        hue={status.listAsOf === null ? 'refer' : 'admitted'}
        testId="list"
      >
        {status.listAsOf === null
          ? say('ready.list.none')
          : say('ready.list.whole', {
              age: ageWords(session.lane.now() - status.listAsOf, language),
            })}
      </Check>
      <Check name={say('ready.server')} hue={isLive ? 'admitted' : 'provisional'}>
        {isLive && answering > 0
          ? say('ready.server.answers', { count: answering })
          : say('ready.server.silent')}
      </Check>
      <Check name={say('ready.clock')} hue="admitted">
        {Math.abs(status.skewMs) > SKEW_SAID_MS
          ? say('ready.clock.off', { seconds: skewS })
          : say('ready.clock.ok')}
      </Check>
      <Check
        name={say('ready.battery')}
        hue={percent === null ? 'unknown' : isBatteryLow ? 'refer' : 'admitted'}
      >
        {percent === null
          ? say('ready.battery.unknown')
          : say(health.isCharging === true ? 'ready.battery.charging' : 'ready.battery.level', {
              percent,
            })}
      </Check>
      <Check
        name={say('ready.storage')}
        hue={health.storage === 'ok' ? 'admitted' : health.storage === 'low' ? 'refer' : 'refused'}
      >
        {say(`ready.storage.${health.storage}`)}
      </Check>
      <CameraCheck session={session} />
      <Check name={say('ready.unsent')} hue={status.unsent === 0 ? 'admitted' : 'provisional'}>
        {status.unsent === 0
          ? say('ready.unsent.none')
          : say('ready.unsent.some', { count: status.unsent })}
      </Check>
      <Check name={say('ready.operator')} hue={operator === null ? 'unknown' : 'admitted'}>
        {operator === null ? say('ready.operator.none') : (operator.name ?? operator.person)}
      </Check>
    </ul>
  );
}

function CameraCheck({ session }: { readonly session: GateSession }) {
  const intl = useIntl();
  const [isTesting, setIsTesting] = useState(false);
  const state = useWatched(session.camera);
  const hue = { ok: 'admitted', untested: 'unknown', failed: 'refused', none: 'refer' } as const;
  return (
    <Check
      name={intl.formatMessage({ id: 'ready.camera' })}
      hue={hue[state]}
      testId="camera"
      action={
        <Button size="small" className="min-h-11" onClick={() => setIsTesting(!isTesting)}>
          {intl.formatMessage({ id: isTesting ? 'shared.close' : 'ready.camera.test' })}
        </Button>
      }
      more={
        isTesting && (
          <div className="aspect-square overflow-hidden rounded-md">
            <CameraView
              isBare
              onState={(found) => {
                if (found !== 'ok') session.camera.set(found === 'missing' ? 'none' : 'failed');
              }}
              onCode={() => {
                session.camera.set('ok');
                setIsTesting(false);
              }}
            />
          </div>
        )
      }
    >
      {intl.formatMessage({ id: isTesting ? 'ready.camera.testing' : `ready.camera.${state}` })}
    </Check>
  );
}

function Check({
  name,
  hue,
  children,
  action,
  more,
  testId,
}: {
  readonly name: string;
  readonly hue: Hue;
  readonly children: ReactNode;
  readonly action?: ReactNode;
  readonly more?: ReactNode;
  readonly testId?: string;
}) {
  return (
    <li className="flex flex-col gap-2 py-2" data-check={testId} data-hue={hue}>
      <div className="flex min-h-8 items-center gap-3">
        <span className={HUE_TEXT[hue]}>
          <VerdictShape hue={hue} size={22} />
        </span>
        <span className="w-24 shrink-0 font-semibold">{name}</span>
        <span className="min-w-0 flex-1 text-quiet">{children}</span>
        {action}
      </div>
      {more}
    </li>
  );
}
