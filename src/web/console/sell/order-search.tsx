// Orders of the match: found, printed again, handed over, posted.
import { type SubmitEvent, useState } from 'react';
import { FormattedMessage, useIntl } from 'react-intl';
import type { OrderFound, OrdersFound } from '#protocol/box-office.ts';
import { Button } from '#web/ui/button.tsx';
import { Field } from '#web/ui/field.tsx';
import { ask, at } from '../api.ts';
import { ActDialog } from '../parts/act-dialog.tsx';
import { Failure } from '../parts/failure.tsx';
import { Empty, Section } from '../parts/page.tsx';
import { Money } from './money.tsx';
import { SlipLine } from './slip-line.tsx';
import type { Slips } from './use-slips.ts';

const STATES = new Set(['ordered', 'issued', 'expired', 'cancelled']);

export function OrderSearch({ event, slips }: { readonly event: string; readonly slips: Slips }) {
  const intl = useIntl();
  const [q, setQ] = useState('');
  const [found, setFound] = useState<OrdersFound | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [handing, setHanding] = useState<OrderFound | null>(null);
  const search = async () => {
    if (q.trim() === '') return;
    const address = at`/events/${event}/box-office/orders/search`;
    await ask<OrdersFound>(address, { body: { q: q.trim() } }).then((orders) => {
      setError(null);
      setFound(orders);
    }, setError);
  };
  const submit = (submitted: SubmitEvent) => {
    submitted.preventDefault();
    void search();
  };
  const posted = (order: OrderFound) =>
    void ask(at`/events/${event}/box-office/orders/${order.id}/posted`, { method: 'POST' }).then(
      search,
      setError,
    );
  return (
    <Section title={intl.formatMessage({ id: 'orders.search' })}>
      <search>
        <form onSubmit={submit}>
          <Field
            data-search
            label={intl.formatMessage({ id: 'orders.search-hint' })}
            autoComplete="off"
            value={q}
            onChange={(changed) => setQ(changed.target.value)}
          />
        </form>
      </search>
      <Failure error={error} />
      {found !== null && found.orders.length === 0 && (
        <Empty>
          <FormattedMessage id="orders.none" />
        </Empty>
      )}
      <ul className="flex flex-col gap-3">
        {found?.orders.map((order) => (
          <li key={order.id} className="flex flex-col gap-1 border-line border-t pt-2 text-sm">
            <p className="flex flex-wrap items-baseline gap-x-3">
              <span className="font-semibold">{order.id}</span>
              <FormattedMessage
                id={`orders.state-${STATES.has(order.state) ? order.state : 'other'}`}
              />
              <FormattedMessage id={`handover.${order.handover}`} />
              <span className="text-quiet">
                {order.name} {order.phone}
              </span>
              <span className="ml-auto">
                <Money minor={order.totalMinor} currency={order.currency} />
              </span>
            </p>
            <ul>
              {order.tickets
                .filter(({ status }) => status === 'valid')
                .map(({ ref, copies }) => (
                  <SlipLine key={ref} event={event} reference={ref} copies={copies} slips={slips} />
                ))}
            </ul>
            <div className="flex gap-2">
              {order.handover === 'to-collect' && (
                <Button size="small" kind="main" onClick={() => setHanding(order)}>
                  <FormattedMessage id="orders.collect" />
                </Button>
              )}
              {order.handover === 'to-post' && order.state === 'issued' && (
                <Button size="small" onClick={() => posted(order)}>
                  <FormattedMessage id="orders.posted" />
                </Button>
              )}
            </div>
          </li>
        ))}
      </ul>
      {handing !== null && (
        <CollectDialog
          event={event}
          order={handing}
          onClose={() => {
            setHanding(null);
            void search();
          }}
        />
      )}
    </Section>
  );
}

function CollectDialog({
  event,
  order,
  onClose,
}: {
  readonly event: string;
  readonly order: OrderFound;
  readonly onClose: () => void;
}) {
  const intl = useIntl();
  const isDue = order.state === 'ordered' && order.totalMinor > 0;
  return (
    <ActDialog
      title={intl.formatMessage({ id: 'orders.collect-title' }, { order: order.id })}
      verb={intl.formatMessage({ id: 'orders.collect' })}
      onClose={onClose}
      fields={[
        {
          name: 'name',
          label: intl.formatMessage({ id: 'reserve.name' }),
          isOptional: true,
        },
        {
          name: 'phoneEnd',
          label: intl.formatMessage({ id: 'orders.phone-end' }),
          isOptional: true,
        },
      ]}
      act={({ name = '', phoneEnd = '' }) =>
        ask(at`/events/${event}/box-office/orders/${order.id}/collect`, {
          body: {
            ...(name.trim() === '' ? {} : { name: name.trim() }),
            ...(phoneEnd.trim() === '' ? {} : { phoneEnd: phoneEnd.trim() }),
            payments: isDue ? [{ provider: 'cash', amountMinor: order.totalMinor }] : [],
          },
        })
      }
    >
      <p>
        <FormattedMessage id="orders.collect-means" />
      </p>
      {isDue && (
        <p className="font-semibold">
          <FormattedMessage id="sell.due" />{' '}
          <Money minor={order.totalMinor} currency={order.currency} />
        </p>
      )}
    </ActDialog>
  );
}
