// A phone becomes a lane: by the link that brought it here, by the camera, or by a pasted link.
import { useCallback, useEffect, useState } from 'react';
import { useIntl } from 'react-intl';
import { Button } from '#web/ui/button.tsx';
import { Field } from '#web/ui/field.tsx';
import { LooksSwitch } from '#web/ui/looks-switch.tsx';
import { Mark } from '#web/ui/mark.tsx';
import { Notice } from '#web/ui/notice.tsx';
import { Refused } from '../device/device-api.ts';
import { enrol } from '../device/enrol.ts';
import { type OfferText, readOffer } from '../device/offer-text.ts';
import type { Enrolment } from '../device/vault.ts';
import { unlockSound } from '../feel/signals.ts';
import { CameraView } from './camera-view.tsx';
import { isInsideWeChat, WeChatScreen } from './wechat-screen.tsx';

type Trouble = 'enrol.notAnOffer' | 'enrol.void' | 'enrol.unreachable';

export function EnrolScreen({
  offer,
  onEnrolled,
}: {
  readonly offer: OfferText | null;
  readonly onEnrolled: (enrolment: Enrolment) => void;
}) {
  const intl = useIntl();
  const [isJoining, setIsJoining] = useState(false);
  const [isScanning, setIsScanning] = useState(false);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const [elsewhere, setElsewhere] = useState<OfferText | null>(null);
  const [pasted, setPasted] = useState('');

  const join = useCallback(
    async (from: OfferText) => {
      setTrouble(null);
      setIsScanning(false);
      if (from.origin !== location.origin) return setElsewhere(from);
      setIsJoining(true);
      try {
        onEnrolled(await enrol(from.origin, from.secret));
      } catch (error) {
        setTrouble(troubleOf(error));
        setIsJoining(false);
        setPasted(`${from.origin}/gate/#e=${from.secret}`);
      }
    },
    [onEnrolled],
  );

  useEffect(() => {
    if (offer !== null && !isInsideWeChat()) void join(offer);
  }, [offer, join]);

  const take = (text: string) => {
    const read = readOffer(text);
    if (read === null) setTrouble('enrol.notAnOffer');
    else void join(read);
  };

  if (isInsideWeChat()) return <WeChatScreen offer={offer} />;
  return (
    <main className="mx-auto flex min-h-dvh max-w-md flex-col gap-5 p-6">
      <header className="flex items-center gap-3 pt-4">
        <span className="text-accent">
          <Mark size={40} />
        </span>
        <h1 className="font-semibold text-xl">{intl.formatMessage({ id: 'enrol.title' })}</h1>
      </header>
      <p className="text-base text-quiet">{intl.formatMessage({ id: 'enrol.lead' })}</p>
      {trouble !== null && (
        <Notice hue="refer" isUrgent>
          {intl.formatMessage({ id: trouble })}
        </Notice>
      )}
      {elsewhere !== null && <OtherHost offer={elsewhere} />}
      {isScanning ? (
        <div className="aspect-square overflow-hidden rounded-md">
          <CameraView isBare onCode={take} />
        </div>
      ) : (
        <Button
          kind="main"
          size="lane"
          isBusy={isJoining}
          onClick={() => {
            unlockSound();
            setIsScanning(true);
          }}
        >
          {intl.formatMessage({ id: isJoining ? 'enrol.joining' : 'enrol.scan' })}
        </Button>
      )}
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          unlockSound();
          take(pasted);
        }}
      >
        <Field
          label={intl.formatMessage({ id: 'enrol.paste' })}
          hint={intl.formatMessage({ id: 'enrol.pasteHint' })}
          isForLane
          inputMode="url"
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          value={pasted}
          onChange={(event) => setPasted(event.target.value)}
        />
        <Button type="submit" size="lane" isBusy={isJoining}>
          {intl.formatMessage({ id: 'enrol.join' })}
        </Button>
      </form>
      <div className="mt-auto">
        <LooksSwitch />
      </div>
    </main>
  );
}

function OtherHost({ offer: { origin, secret } }: { readonly offer: OfferText }) {
  const intl = useIntl();
  const open = (
    <Button onClick={() => location.assign(`${origin}/gate/#e=${secret}`)}>
      {intl.formatMessage({ id: 'enrol.open' })}
    </Button>
  );
  return (
    <Notice hue="refer" isUrgent action={open}>
      {intl.formatMessage({ id: 'enrol.otherHost' }, { host: new URL(origin).host })}
    </Notice>
  );
}

function troubleOf(error: unknown): Trouble {
  if (!(error instanceof Refused)) return 'enrol.unreachable';
  return error.code === 'offer-void' ? 'enrol.void' : 'enrol.notAnOffer';
}
