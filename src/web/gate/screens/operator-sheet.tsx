import { useState } from 'react';
import { useIntl } from 'react-intl';
import { Button } from '#web/ui/button.tsx';
import { Refused } from '../device/device-api.ts';
import { useWatched } from '../observable.ts';
import type { GateSession } from '../session/gate-session.ts';
import { CameraView } from './camera-view.tsx';
import { isNameAndPin, NameAndPinFields } from './name-and-pin.tsx';

/** What a badge says. */
const BADGE = /^KMP-[A-Z2-7]{26}$/i;

export function OperatorSheet({ session, onDone }: { session: GateSession; onDone: () => void }) {
  const intl = useIntl();
  const operator = useWatched(session.operator);
  const [who, setWho] = useState({ name: '', pin: '' });
  const [trouble, setTrouble] = useState<string | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  const run = async (work: () => Promise<void>) => {
    setIsBusy(true);
    setTrouble(null);
    try {
      await work();
      onDone();
    } catch (error) {
      setTrouble(operatorTrouble(error));
    } finally {
      setIsBusy(false);
    }
  };
  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        void run(() => session.signOn(who));
      }}
    >
      {operator !== null && (
        <div className="flex items-center gap-3">
          <p className="flex-1 font-semibold">
            {intl.formatMessage({ id: 'operator.now' }, { name: operator.name ?? operator.person })}
          </p>
          <Button size="lane" isBusy={isBusy} onClick={() => void run(() => session.signOff())}>
            {intl.formatMessage({ id: 'operator.off' })}
          </Button>
        </div>
      )}
      <p className="text-quiet">{intl.formatMessage({ id: 'operator.badge' })}</p>
      <div className="h-40 overflow-hidden rounded-md">
        <CameraView
          isBare
          onCode={(badge) => {
            if (BADGE.test(badge) && !isBusy) void run(() => session.signOn({ badge }));
          }}
        />
      </div>
      <NameAndPinFields
        who={who}
        onChange={setWho}
        error={trouble === null ? null : intl.formatMessage({ id: trouble })}
      />
      <Button type="submit" kind="main" size="lane" isBusy={isBusy} disabled={!isNameAndPin(who)}>
        {intl.formatMessage({ id: 'operator.on' })}
      </Button>
    </form>
  );
}

export function operatorTrouble(error: unknown): string {
  if (!(error instanceof Refused)) return 'operator.unreachable';
  return error.status === 429 ? 'operator.limited' : 'operator.wrong';
}
