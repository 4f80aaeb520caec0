// Which screen is due: joining, being ready, at work, or over.
import { useCallback, useEffect, useState } from 'react';
import { useIntl } from 'react-intl';
import { Button } from '#web/ui/button.tsx';
import { Mark } from '#web/ui/mark.tsx';
import { type OfferText, readOffer } from './device/offer-text.ts';
import { type Enrolment, loadEnrolment } from './device/vault.ts';
import { useWatched } from './observable.ts';
import { EndedScreen } from './screens/ended-screen.tsx';
import { EnrolScreen } from './screens/enrol-screen.tsx';
import { ReadyScreen } from './screens/ready-screen.tsx';
import { ScanScreen } from './screens/scan-screen.tsx';
import { GateSession } from './session/gate-session.ts';
import { OpenElsewhere } from './storage/journal-store.ts';

type Phase =
  | { readonly kind: 'starting' }
  | { readonly kind: 'joining' }
  | { readonly kind: 'broken' /** Null: open in another window. */; readonly why: string | null }
  | { readonly kind: 'working'; readonly session: GateSession };

/** Taken from the address at once: no screenshot, no history and no shared link keeps it. */
function takeOffer(): OfferText | null {
  const offer = readOffer(location.href);
  if (location.hash !== '') history.replaceState(null, '', location.pathname);
  return offer;
}

const offerAtStart = takeOffer();

export function GateApp() {
  const [phase, setPhase] = useState<Phase>({ kind: 'starting' });
  const [offer, setOffer] = useState(offerAtStart);

  const begin = useCallback(async (enrolment: Enrolment) => {
    try {
      setPhase({ kind: 'working', session: await GateSession.start(enrolment) });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      setPhase({ kind: 'broken', why: error instanceof OpenElsewhere ? null : why });
    }
  }, []);

  useEffect(() => {
    loadEnrolment().then(
      (kept) => (kept === null ? setPhase({ kind: 'joining' }) : begin(kept)),
      (error: unknown) => setPhase({ kind: 'broken', why: String(error) }),
    );
  }, [begin]);

  // A joining link that is opened while the app is open changes the address and loads nothing.
  useEffect(() => {
    const onHash = () => setOffer((before) => takeOffer() ?? before);
    window.addEventListener('hashchange', onHash);
    return () => window.removeEventListener('hashchange', onHash);
  }, []);

  const enrolledBy = useCallback(
    (enrolment: Enrolment) => {
      setOffer(null);
      void begin(enrolment);
    },
    [begin],
  );

  useEffect(() => {
    if (phase.kind !== 'working' || offer === null) return;
    phase.session.said.ignoreOffer();
    setOffer(null);
  }, [phase, offer]);

  switch (phase.kind) {
    case 'starting':
      return <StartingScreen />;
    case 'broken':
      return <BrokenScreen why={phase.why} />;
    case 'joining':
      return <EnrolScreen offer={offer} onEnrolled={enrolledBy} />;
    case 'working':
      return (
        <WorkingScreen
          session={phase.session}
          onLeft={() => setPhase({ kind: 'joining' })}
          onReaddressed={(enrolment) => {
            setPhase({ kind: 'starting' });
            void phase.session.close().then(() => begin(enrolment));
          }}
        />
      );
  }
}

function WorkingScreen({
  session,
  onLeft,
  onReaddressed,
}: {
  readonly session: GateSession;
  readonly onLeft: () => void;
  readonly onReaddressed: (enrolment: Enrolment) => void;
}) {
  const ending = useWatched(session.ending);
  const readdressed = useWatched(session.readdressed);
  const [isScanning, setIsScanning] = useState(false);
  const isAtRest = !isScanning && ending === null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: told once, whoever listens
  useEffect(() => {
    if (isAtRest && readdressed !== null) onReaddressed(readdressed);
  }, [isAtRest, readdressed]);
  if (ending !== null) return <EndedScreen ending={ending} onAgain={onLeft} />;
  return isScanning ? (
    <ScanScreen session={session} onReadiness={() => setIsScanning(false)} />
  ) : (
    <ReadyScreen session={session} onStart={() => setIsScanning(true)} />
  );
}

function StartingScreen() {
  const intl = useIntl();
  return (
    <main className="flex min-h-dvh flex-col items-center justify-center gap-4 text-quiet">
      <Mark size={64} />
      <p>{intl.formatMessage({ id: 'gate.starting' })}</p>
    </main>
  );
}

function BrokenScreen({ why }: { readonly why: string | null }) {
  const intl = useIntl();
  return (
    <main className="mx-auto flex min-h-dvh max-w-md flex-col justify-center gap-4 p-6">
      <h1 className="font-semibold text-lg">
        {why === null
          ? intl.formatMessage({ id: 'gate.elsewhere' })
          : intl.formatMessage({ id: 'gate.broken' }, { why })}
      </h1>
      <p>{intl.formatMessage({ id: 'gate.broken.mend' })}</p>
      <Button kind="main" size="lane" onClick={() => location.reload()}>
        {intl.formatMessage({ id: 'shared.retry' })}
      </Button>
    </main>
  );
}
