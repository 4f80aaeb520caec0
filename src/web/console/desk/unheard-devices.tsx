import { useState } from 'react';
import { FormattedMessage, useIntl } from 'react-intl';
import type { UnheardDevice } from '#protocol/desk.ts';
import { ask, at } from '../api.ts';
import { ActDialog, useReasonField } from '../parts/act-dialog.tsx';
import { useGroundClock } from '../parts/ground-clock.ts';
import { usePlaceName } from '../parts/names.ts';
import { Section } from '../parts/page.tsx';
import { RowAct } from '../parts/row-act.tsx';
import { useSession } from '../session.tsx';

/** Phones and lanes that may still hold scans: each by name, so that somebody can go and switch it on. */
export function UnheardDevices({
  event,
  unheard,
  onChange,
}: {
  readonly event: string;
  readonly unheard: readonly UnheardDevice[];
  readonly onChange: () => void;
}) {
  const intl = useIntl();
  const clock = useGroundClock();
  const placeName = usePlaceName();
  const session = useSession();
  const reason = useReasonField();
  const [lost, setLost] = useState<UnheardDevice | null>(null);
  if (unheard.length === 0) return null;
  return (
    <Section title={intl.formatMessage({ id: 'unheard.title' })}>
      <p className="text-quiet text-sm">
        <FormattedMessage id="unheard.means" />
      </p>
      <ul data-rows className="text-sm">
        {unheard.map((device) => (
          <li
            key={device.deviceId}
            data-row
            // biome-ignore lint/a11y/noNoninteractiveTabindex: j and k walk through the rows
            tabIndex={0}
            className="flex flex-wrap items-baseline gap-x-4 gap-y-1 border-line border-b py-2"
          >
            <span className="font-semibold">{placeName(device.gate, device.lane)}</span>
            <span>
              <code className="text-xs">{device.deviceId}</code>{' '}
              <span className="text-quiet">{device.label ?? ''}</span>
            </span>
            <span className="flex-1">
              <FormattedMessage
                id={device.unsent === null ? 'unheard.silent' : 'unheard.unsent'}
                values={{ time: clock.of(device.heardAt), n: device.unsent ?? 0 }}
              />
            </span>
            {device.writtenOff === null ? (
              session.may('devices.revoke') && (
                <RowAct word="unheard.write-off" onPress={() => setLost(device)} />
              )
            ) : (
              <span className="text-quiet">
                <FormattedMessage id="unheard.written-off" values={device.writtenOff} />
              </span>
            )}
          </li>
        ))}
      </ul>
      {lost !== null && (
        <ActDialog
          title={intl.formatMessage(
            { id: 'unheard.write-off-title' },
            { place: placeName(lost.gate, lost.lane) },
          )}
          verb={intl.formatMessage({ id: 'unheard.write-off' })}
          kind="danger"
          fields={[reason]}
          onClose={() => {
            setLost(null);
            onChange();
          }}
          act={(values) =>
            ask(at`/events/${event}/report/written-off`, {
              body: { device: lost.deviceId, reason: values['reason'] },
            })
          }
        >
          <p className="text-sm">
            <FormattedMessage id="unheard.write-off-means" />
          </p>
        </ActDialog>
      )}
    </Section>
  );
}
