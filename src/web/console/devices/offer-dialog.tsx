// A QR code that makes a phone a lane: shown here, scanned there, good once and for ten minutes.
import { useMutation, useQuery } from '@tanstack/react-query';
import { type SubmitEvent, useState } from 'react';
import { FormattedMessage, useIntl } from 'react-intl';
import type { z } from 'zod';
import type { OfferMade } from '#protocol/enrolment.ts';
import type { shiftList } from '#protocol/people.ts';
import { Button } from '#web/ui/button.tsx';
import { Dialog } from '#web/ui/dialog.tsx';
import { ask, at } from '../api.ts';
import { useLive } from '../live/overview-feed.tsx';
import { Failure } from '../parts/failure.tsx';
import { useGroundClock } from '../parts/ground-clock.ts';
import { useLocalized, usePlaceName } from '../parts/names.ts';
import { QrCode } from '../parts/qr-code.tsx';

export function OfferDialog({
  event,
  replaces,
  onClose,
}: {
  readonly event: string;
  /** The device whose place the phone takes; null: a new place. */
  readonly replaces: string | null;
  readonly onClose: () => void;
}) {
  const intl = useIntl();
  const clock = useGroundClock();
  const placeName = usePlaceName();
  const [form, setForm] = useState({ gate: '', lane: '', role: 'steward', isPractice: false });
  const [goesOn, setGoesOn] = useState(true);
  const standing = useStanding(event, replaces);
  const offer = useMutation({
    mutationFn: () => {
      const { gate, lane, role, isPractice } = form;
      const place =
        replaces === null
          ? { gate, ...(lane === '' ? {} : { lane }), role }
          : { replaces, ...(goesOn && standing !== null ? { withOperator: true } : {}) };
      return ask<OfferMade>('/offers', {
        body: { event, ...place, ...(isPractice ? { isPractice } : {}) },
      });
    },
  });
  const submit = (submitted: SubmitEvent) => {
    submitted.preventDefault();
    offer.mutate();
  };
  const made = offer.data;
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={intl.formatMessage({
        id: replaces === null ? 'devices.enrol' : 'devices.replace-title',
      })}
    >
      {made === undefined ? (
        <form className="flex flex-col gap-4" onSubmit={submit}>
          <Failure error={offer.error} />
          {replaces === null ? (
            <Place form={form} onChange={setForm} />
          ) : (
            <>
              <p className="text-sm">
                <FormattedMessage id="devices.replace-means" values={{ device: replaces }} />
              </p>
              {standing !== null && <Shift name={standing} goesOn={goesOn} onChange={setGoesOn} />}
            </>
          )}
          <div className="flex justify-end gap-2">
            <Button onClick={onClose}>{intl.formatMessage({ id: 'shared.cancel' })}</Button>
            <Button kind="main" type="submit" isBusy={offer.isPending}>
              <FormattedMessage id="devices.show-code" />
            </Button>
          </div>
        </form>
      ) : (
        <div className="flex flex-col items-center gap-3 text-center">
          <QrCode text={made.url} size={280} label={intl.formatMessage({ id: 'devices.code' })} />
          <p className="font-semibold">{placeName(made.gate, made.lane)}</p>
          <p className="text-quiet text-sm">
            <FormattedMessage id="devices.code-until" values={{ time: clock.of(made.expiresAt) }} />
          </p>
          <Button onClick={onClose}>{intl.formatMessage({ id: 'shared.close' })}</Button>
        </div>
      )}
    </Dialog>
  );
}

/** Who is signed on at the phone now; null: nobody. */
function useStanding(event: string, device: string | null): string | null {
  const shifts = useQuery({
    queryKey: ['standing', event, device],
    enabled: device !== null,
    queryFn: () =>
      ask<z.infer<typeof shiftList>>(
        `${at`/events/${event}/shifts`}?now=true&device=${encodeURIComponent(device ?? '')}`,
      ),
  });
  const shift = shifts.data?.shifts[0];
  return shift === undefined ? null : (shift.name ?? shift.person);
}

function Shift({
  name,
  goesOn,
  onChange,
}: {
  readonly name: string;
  readonly goesOn: boolean;
  readonly onChange: (goesOn: boolean) => void;
}) {
  return (
    <fieldset className="flex flex-col gap-1 text-sm">
      <legend className="mb-1 font-semibold">
        <FormattedMessage id="devices.shift" />
      </legend>
      {[true, false].map((value) => (
        <label key={String(value)} className="flex min-h-8 items-center gap-2">
          <input
            type="radio"
            name="goes-on"
            checked={goesOn === value}
            onChange={() => onChange(value)}
          />
          <FormattedMessage
            id={value ? 'devices.shift-goes-on' : 'devices.shift-changes'}
            values={{ name }}
          />
        </label>
      ))}
    </fieldset>
  );
}

type Form = {
  readonly gate: string;
  readonly lane: string;
  readonly role: string;
  readonly isPractice: boolean;
};

function Place({
  form,
  onChange,
}: {
  readonly form: Form;
  readonly onChange: (form: Form) => void;
}) {
  const intl = useIntl();
  const localized = useLocalized();
  const { overview } = useLive();
  const gates = overview?.gates ?? [];
  const lanes = gates.find(({ gate }) => gate === form.gate)?.lanes ?? [];
  const planned = lanes.filter(({ isTemporary, lane }) => !isTemporary && lane !== null);
  const select =
    'min-h-11 rounded-md border border-line bg-raised px-3 font-normal text-base text-fg';
  return (
    <>
      <label className="flex flex-col gap-1 font-semibold text-sm">
        <FormattedMessage id="field.gate" />
        <select
          required
          className={select}
          value={form.gate}
          onChange={(changed) => onChange({ ...form, gate: changed.target.value, lane: '' })}
        >
          <option value="" />
          {gates.map(({ gate, name }) => (
            <option key={gate} value={gate}>
              {`${gate} ${localized(name)}`}
            </option>
          ))}
        </select>
      </label>
      <label className="flex flex-col gap-1 font-semibold text-sm">
        <FormattedMessage id="field.lane" />
        <select
          className={select}
          value={form.lane}
          onChange={(changed) => onChange({ ...form, lane: changed.target.value })}
        >
          <option value="">{intl.formatMessage({ id: 'devices.temporary' })}</option>
          {planned.map(({ lane }) => (
            <option key={lane} value={lane ?? ''}>
              {lane}
            </option>
          ))}
        </select>
      </label>
      <label className="flex flex-col gap-1 font-semibold text-sm">
        <FormattedMessage id="devices.role" />
        <select
          className={select}
          value={form.role}
          onChange={(changed) => onChange({ ...form, role: changed.target.value })}
        >
          {['steward', 'volunteer'].map((role) => (
            <option key={role} value={role}>
              {intl.formatMessage({ id: `device-role.${role}` })}
            </option>
          ))}
        </select>
      </label>
      <label className="flex min-h-8 items-center gap-2 text-sm">
        <input
          type="checkbox"
          checked={form.isPractice}
          onChange={(changed) => onChange({ ...form, isPractice: changed.target.checked })}
        />
        <FormattedMessage id="devices.for-practice" />
      </label>
    </>
  );
}
