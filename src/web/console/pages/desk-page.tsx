import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { FormattedMessage, FormattedNumber, useIntl } from 'react-intl';
import type { z } from 'zod';
import type { cashList } from '#protocol/desk.ts';
import { Button } from '#web/ui/button.tsx';
import { ask, at } from '../api.ts';
import { AdmitDialog } from '../desk/admit-dialog.tsx';
import { CashDialog } from '../desk/cash-dialog.tsx';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { Failure } from '../parts/failure.tsx';
import { useGroundClock } from '../parts/ground-clock.ts';
import { PageHead, Section } from '../parts/page.tsx';
import { useSession } from '../session.tsx';
import { TicketSearch } from '../tickets/ticket-search.tsx';

type Cash = z.infer<typeof cashList>;
type Line = Cash['entries'][number];

/** The service desk: find the ticket, put it right, take the cash, let in by hand what no code can. */
export function DeskPage() {
  const intl = useIntl();
  const { event = '' } = useParams({ strict: false });
  const session = useSession();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [open, setOpen] = useState<'cash' | 'admit' | null>(null);
  const close = () => {
    setOpen(null);
    void queries.invalidateQueries({ queryKey: ['cash', event] });
  };
  return (
    <>
      <PageHead id="place.desk">
        {session.may('desk.admit') && (
          <Button size="small" onClick={() => setOpen('admit')}>
            <FormattedMessage id="admit.without" />
          </Button>
        )}
        {session.may('desk.sell') && (
          <Button size="small" onClick={() => setOpen('cash')}>
            <FormattedMessage id="cash.title" />
          </Button>
        )}
      </PageHead>
      <div className="flex max-w-4xl flex-col gap-6">
        <ol className="list-decimal pl-5 text-sm">
          {['desk.step-find', 'desk.step-mend', 'desk.step-print'].map((id) => (
            <li key={id} className="py-0.5">
              <FormattedMessage id={id} />
            </li>
          ))}
        </ol>
        {session.may('tickets.read') && (
          <div>
            <TicketSearch
              event={event}
              chosen={null}
              onOpen={(ref) =>
                void navigate({ to: '/e/$event/tickets', params: { event }, search: { ref } })
              }
            />
          </div>
        )}
        {session.may('desk.sell') && (
          <Section title={intl.formatMessage({ id: 'cash.list' })}>
            <CashLines event={event} />
          </Section>
        )}
      </div>
      {open === 'cash' && <CashDialog event={event} reference={null} onClose={close} />}
      {open === 'admit' && <AdmitDialog event={event} reference={null} onClose={close} />}
    </>
  );
}

function CashLines({ event }: { readonly event: string }) {
  const intl = useIntl();
  const clock = useGroundClock();
  const cash = useQuery({
    queryKey: ['cash', event],
    queryFn: () => ask<Cash>(at`/events/${event}/cash`, { isUnattended: true }),
    refetchInterval: 10_000,
  });
  const money = (minor: number, currency: string) => (
    <FormattedNumber
      value={minor / 100}
      style="currency"
      currency={currency}
      currencyDisplay="narrowSymbol"
    />
  );
  const columns: readonly Column<Line>[] = [
    {
      id: 'at',
      head: 'cash.at',
      value: ({ takenAt }) => takenAt,
      cell: ({ takenAt }) => clock.of(takenAt),
    },
    {
      id: 'kind',
      head: 'cash.kind',
      value: ({ kind }) => kind,
      cell: ({ kind }) => <FormattedMessage id={`cash.${kind}`} />,
    },
    {
      id: 'amount',
      head: 'cash.amount',
      isNumber: true,
      value: ({ minor }) => minor / 100,
      cell: ({ minor, currency }) => money(minor, currency),
    },
    {
      id: 'ticket',
      head: 'tickets.ref',
      value: ({ ticketRef }) => ticketRef,
      cell: ({ ticketRef }) => ticketRef ?? '–',
    },
    { id: 'by', head: 'cash.by', value: ({ takenBy }) => takenBy, cell: ({ takenBy }) => takenBy },
    {
      id: 'reason',
      head: 'act.reason',
      value: ({ reason }) => reason,
      cell: ({ reason }) => reason,
    },
  ];
  return (
    <>
      <Failure error={cash.error} />
      <ul className="flex flex-wrap gap-x-6 text-sm">
        {(cash.data?.totals ?? []).map(({ currency, minor, takenBy }) => (
          <li key={`${currency} ${takenBy}`}>
            <span className="text-quiet">{takenBy}</span>{' '}
            <span className="font-semibold">{money(minor, currency)}</span>
          </li>
        ))}
      </ul>
      <DataTable
        name="cash"
        label={intl.formatMessage({ id: 'cash.list' })}
        rows={cash.data?.entries ?? []}
        columns={columns}
        keyOf={({ id }) => id}
        empty={<FormattedMessage id="cash.none" />}
      />
    </>
  );
}
