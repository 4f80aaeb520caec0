// An order by phone: the same seats, kept until a day, collected or posted.
import { useIntl } from 'react-intl';
import type { DeskHold, DeskOrder } from '#protocol/box-office.ts';
import { ask, at } from '../api.ts';
import { ActDialog } from '../parts/act-dialog.tsx';

const HOURS_USUAL = '24';
const HOUR_MS = 3_600_000;

export function ReserveDialog({
  event,
  sale,
  hold,
  locale,
  onReserved,
  onClose,
}: {
  readonly event: string;
  readonly sale: string;
  readonly hold: DeskHold;
  readonly locale: 'zh-CN' | 'en';
  readonly onReserved: (order: DeskOrder) => void;
  readonly onClose: () => void;
}) {
  const intl = useIntl();
  const word = (id: string) => intl.formatMessage({ id });
  return (
    <ActDialog
      title={word('reserve.title')}
      verb={word('reserve.do')}
      onClose={onClose}
      fields={[
        { name: 'name', label: word('reserve.name') },
        { name: 'phone', label: word('reserve.phone') },
        {
          name: 'handover',
          label: word('reserve.handover'),
          type: 'choice',
          initial: 'collect',
          choices: ['collect', 'post'].map((value) => {
            return { value, word: word(`reserve.${value}`) };
          }),
        },
        {
          name: 'address',
          label: word('reserve.address'),
          isAskedFor: ({ handover }) => handover === 'post',
        },
        { name: 'hours', label: word('reserve.hours'), type: 'number', initial: HOURS_USUAL },
      ]}
      act={async ({ name = '', phone = '', handover = 'collect', address = '', hours = '' }) => {
        const until = new Date(Date.now() + Number(hours) * HOUR_MS).toISOString();
        const body = {
          ...{ sale, hold: hold.id, totalMinor: hold.quote?.totalMinor ?? 0, locale },
          ...{ buyer: { name: name.trim(), phone: phone.trim() }, handover, until },
          ...(handover === 'post' ? { address: address.trim() } : {}),
        };
        const path = at`/events/${event}/box-office/reservations`;
        onReserved(await ask<DeskOrder>(path, { body }));
      }}
    >
      {word('reserve.means')}
    </ActDialog>
  );
}
