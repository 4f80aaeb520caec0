import { encodeQR } from 'qr';
import { useMemo, useState } from 'react';
import { useIntl } from 'react-intl';
import { parseInstant } from '#domain/kernel/instant.ts';
import { Button } from '#web/ui/button.tsx';
import { Notice } from '#web/ui/notice.tsx';
import type { GateSession } from '../session/gate-session.ts';
import type { Handover } from '../session/session-shapes.ts';
import { useGround } from './use-ground.ts';

/** The old phone shows, the new one takes; then this one sends what is left and wipes itself. */
export function HandoverSheet({ session }: { readonly session: GateSession }) {
  const intl = useIntl();
  const ground = useGround(session);
  const [offer, setOffer] = useState<Handover | null>(null);
  const [isWithOperator, setIsWithOperator] = useState(true);
  const [hasFailed, setHasFailed] = useState(false);
  const [isBusy, setIsBusy] = useState(false);
  const until = offer === null ? null : parseInstant(offer.expiresAt);
  const make = () => {
    setIsBusy(true);
    setHasFailed(false);
    session
      .offerHandover(isWithOperator)
      .then(setOffer, () => setHasFailed(true))
      .finally(() => setIsBusy(false));
  };
  return (
    <div className="flex flex-col gap-4">
      <p>{intl.formatMessage({ id: 'handover.lead' })}</p>
      {hasFailed && (
        <Notice hue="refer" isUrgent>
          {intl.formatMessage({ id: 'handover.unreachable' })}
        </Notice>
      )}
      {offer === null ? (
        <>
          <label className="flex min-h-16 items-center gap-3 text-lg">
            <input
              type="checkbox"
              className="size-7 accent-accent"
              checked={isWithOperator}
              onChange={(event) => setIsWithOperator(event.target.checked)}
            />
            {intl.formatMessage({ id: 'handover.withOperator' })}
          </label>
          <Button kind="main" size="lane" isBusy={isBusy} onClick={make}>
            {intl.formatMessage({ id: 'handover.make' })}
          </Button>
        </>
      ) : (
        <>
          <QrCode text={offer.url} label={intl.formatMessage({ id: 'handover.code' })} />
          {until !== null && (
            <p className="text-center text-quiet">
              {intl.formatMessage({ id: 'handover.until' }, { time: ground.time.time(until) })}
            </p>
          )}
        </>
      )}
    </div>
  );
}

/** Always black on white with the standard's margin of four, whatever the theme. */
function QrCode({ text, label }: { readonly text: string; readonly label: string }) {
  const rows = useMemo(() => encodeQR(text, 'raw', { ecc: 'medium', border: 4 }), [text]);
  const path = rows
    .flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : '')))
    .join('');
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${rows.length} ${rows.length}`}
      shapeRendering="crispEdges"
      className="mx-auto w-full max-w-80 rounded-md bg-white"
    >
      <path d={path} fill="#000000" />
    </svg>
  );
}
