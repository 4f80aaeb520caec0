// The lane at work: camera, verdict in its place, and below it who decides, how many, and the thumb's row.
// Each part watches what it shows and no more, so that a verdict draws nothing but itself.
import { memo, useCallback, useEffect } from 'react';
import { useIntl } from 'react-intl';
import { rungWord } from '#lane/words.ts';
import { useLooks } from '#web/ui/looks.tsx';
import { RungBadge } from '#web/ui/rung-badge.tsx';
import { keepAwake } from '../feel/wake-lock.ts';
import { useWatched } from '../observable.ts';
import { watchWedge } from '../reading/wedge.ts';
import type { GateSession } from '../session/gate-session.ts';
import { CallButton } from './call-button.tsx';
import { CameraView } from './camera-view.tsx';
import { GateMenu } from './gate-menu.tsx';
import { MessageBar } from './message-bar.tsx';
import { NoticeBar } from './notice-bar.tsx';
import { TallyScreen } from './tally-screen.tsx';
import { useGround } from './use-ground.ts';
import { VerdictScreen } from './verdict-screen.tsx';

export function ScanScreen({
  session,
  onReadiness,
}: {
  readonly session: GateSession;
  readonly onReadiness: () => void;
}) {
  const { mode, rung } = useWatched(session.status);
  useEffect(() => keepAwake(), []);
  useEffect(() => watchWedge((text) => session.present(text)), [session]);

  const isByEye = mode.mode !== 'normal' || rung === 'visual';
  return (
    <main className="fixed inset-0 flex flex-col overflow-hidden bg-ground">
      <div className="relative flex min-h-0 flex-1 flex-col bg-sunken">
        {isByEye ? (
          <>
            <div className="mx-auto flex w-full max-w-3xl flex-col gap-2 p-3">
              <MessageBar session={session} />
              <NoticeBar session={session} />
            </div>
            <TallyScreen session={session} />
          </>
        ) : (
          <>
            <LaneCamera session={session} />
            <Hint session={session} />
            <Notices session={session} />
          </>
        )}
        <Verdict session={session} />
      </div>
      <BottomBar session={session} onReadiness={onReadiness} />
    </main>
  );
}

type OfSession = { readonly session: GateSession };

const LaneCamera = memo(function LaneCamera({ session }: OfSession) {
  const isResting = useCallback(() => !session.takesCodes, [session]);
  return (
    <CameraView
      onState={(found) =>
        session.camera.set(found === 'ok' ? 'ok' : found === 'missing' ? 'none' : 'failed')
      }
      isResting={isResting}
      onCode={(text) => session.present(text)}
    />
  );
});

const Hint = memo(function Hint({ session }: OfSession) {
  const intl = useIntl();
  const isWaiting = useWatched(session.showing.isWaiting);
  return (
    <p
      aria-live="polite"
      className="absolute inset-x-0 bottom-3 mx-auto w-fit rounded-md bg-ink/80 px-3 py-1 text-base text-paper"
    >
      {intl.formatMessage({ id: isWaiting ? 'scan.deciding' : 'scan.hint' })}
    </p>
  );
});

/** A verdict lies over them. */
const Notices = memo(function Notices({ session }: OfSession) {
  return (
    <div className="absolute inset-x-3 top-3 mx-auto flex max-w-3xl flex-col gap-2">
      <MessageBar session={session} />
      <NoticeBar session={session} />
    </div>
  );
});

const Verdict = memo(function Verdict({ session }: OfSession) {
  const shown = useWatched(session.showing.shown);
  if (shown === null) return null;
  return <VerdictScreen key={shown.answer.scanId} session={session} shown={shown} />;
});

function BottomBar({ session, onReadiness }: { session: GateSession; onReadiness: () => void }) {
  const intl = useIntl();
  const { language } = useLooks();
  const ground = useGround(session);
  const status = useWatched(session.status);
  const admitted = useWatched(session.showing.admittedHere);
  const direction = useWatched(session.direction);
  const { identity } = session.enrolment;
  return (
    <div className="flex flex-col gap-2 border-line border-t p-3 pb-[max(0.75rem,env(safe-area-inset-bottom))]">
      <div className="mx-auto flex w-full max-w-3xl flex-wrap items-center gap-x-4 gap-y-1 text-sm">
        <span className="whitespace-nowrap font-semibold">
          {identity.lane ?? ground.gateName(identity.gate)}
          {identity.isPractice && ` · ${intl.formatMessage({ id: 'verdict.practice' })}`}
          {direction === 'out' && ` · ${intl.formatMessage({ id: 'scan.out' })}`}
        </span>
        <RungBadge rung={status.rung} word={rungWord(status.rung, language)} />
        <span className="ml-auto whitespace-nowrap">
          {intl.formatMessage({ id: 'scan.admittedHere' })}{' '}
          <strong data-count="admitted">{intl.formatNumber(admitted)}</strong>
        </span>
        <span className="whitespace-nowrap">
          {intl.formatMessage({ id: 'scan.unsent' })}{' '}
          <strong data-count="unsent">{intl.formatNumber(status.unsent)}</strong>
        </span>
      </div>
      <div className="mx-auto flex w-full max-w-3xl items-center gap-2">
        <GateMenu session={session} onReadiness={onReadiness} isWide />
        <CallButton session={session} />
      </div>
    </div>
  );
}
