// Tickets for a desk that may lose its hub: held, issued and owed in one go, and kept in this browser.
import { useState } from 'react';
import { FormattedMessage, useIntl } from 'react-intl';
import type { DeskHold, DeskOffer } from '#protocol/box-office.ts';
import type { Consignment } from '#protocol/consignments.ts';
import { ask, at } from '../api.ts';
import { ActDialog } from '../parts/act-dialog.tsx';
import { useLocalized } from '../parts/names.ts';
import { type KeptTicket, keep } from './consigned-store.ts';
import { keepPage } from './keep-page.ts';

const ANYWHERE = 'anywhere';

export function CountOutDialog({
  event,
  offer,
  locale,
  onClose,
}: {
  readonly event: string;
  readonly offer: DeskOffer;
  readonly locale: 'zh-CN' | 'en';
  readonly onClose: () => void;
}) {
  const intl = useIntl();
  const localized = useLocalized();
  const word = (id: string) => intl.formatMessage({ id });
  // Asked for again after its answer was lost, it is the same consignment.
  const [sale] = useState(() => crypto.randomUUID());
  return (
    <ActDialog
      title={word('consigned.count-out')}
      verb={word('consigned.count-out')}
      onClose={onClose}
      fields={[
        { name: 'count', label: word('consigned.count'), type: 'number', initial: '10' },
        {
          name: 'type',
          label: word('sell.how-many'),
          type: 'choice',
          initial: offer.types[0]?.id ?? '',
          choices: offer.types.map(({ id, name }) => ({ value: id, word: localized(name) })),
        },
        {
          name: 'category',
          label: word('sell.where'),
          type: 'choice',
          initial: ANYWHERE,
          choices: [
            { value: ANYWHERE, word: word('sell.anywhere') },
            ...offer.categories.map(({ id, name }) => ({ value: id, word: localized(name) })),
          ],
        },
      ]}
      act={async ({ count = '', type = '', category = ANYWHERE }) => {
        const types = [{ type, count: Number(count) }];
        const where = category === ANYWHERE ? {} : { categories: [category] };
        const best = { types, wheelchairs: 0, isStepFree: false, maySplit: true, ...where };
        const hold = await ask<DeskHold>(at`/events/${event}/box-office/holds`, {
          body: { sale, wish: { best } },
        });
        const counted = await ask<Consignment>(at`/events/${event}/box-office/consignments`, {
          body: { sale, hold: hold.id, totalMinor: hold.quote?.totalMinor ?? 0, locale },
        });
        await keep({ tickets: keptOf(event, offer, counted) });
        await keepPage();
      }}
    >
      <FormattedMessage id="consigned.means" values={{ most: offer.placesMax }} />
    </ActDialog>
  );
}

function keptOf(
  event: string,
  { types }: DeskOffer,
  { currency, tickets }: Consignment,
): KeptTicket[] {
  return tickets.map((ticket) => {
    const plain = { 'zh-CN': ticket.type, en: ticket.type };
    const typeName = types.find(({ id }) => id === ticket.type)?.name ?? plain;
    return { ...ticket, event, currency, typeName, sale: null };
  });
}
