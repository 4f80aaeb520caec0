// One box for whatever somebody holds up or reads out, and what it found. What is looked for stays out of the
// address: it may be a code.
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, type SubmitEvent, useEffect, useState } from 'react';
import { FormattedMessage, useIntl } from 'react-intl';
import { placeWords } from '#lane/words.ts';
import type { TicketsFound } from '#protocol/desk.ts';
import { Button } from '#web/ui/button.tsx';
import { Field } from '#web/ui/field.tsx';
import { useLooks } from '#web/ui/looks.tsx';
import { ask, at } from '../api.ts';
import { useTypeName } from '../controls/use-event-file.ts';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { Failure } from '../parts/failure.tsx';

type Ticket = TicketsFound['tickets'][number];

export function TicketSearch({
  event,
  chosen,
  onOpen,
  beside,
}: {
  readonly event: string;
  readonly chosen: string | null;
  readonly onOpen: (reference: string) => void;
  /** Stands beside what was found. */
  readonly beside?: ReactNode;
}) {
  const intl = useIntl();
  const { language } = useLooks();
  const typeName = useTypeName(event);
  const [text, setText] = useState('');
  const [asked, setAsked] = useState('');
  const found = useQuery({
    queryKey: ['tickets', event, asked],
    queryFn: () =>
      ask<TicketsFound>(at`/events/${event}/tickets/search`, { body: { q: asked }, isLook: true }),
    enabled: asked !== '',
  });
  const only = found.data?.tickets.length === 1 ? found.data.tickets[0]?.ref : undefined;
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each answer
  useEffect(() => {
    if (only !== undefined) onOpen(only);
  }, [found.data]);
  const submit = (submitted: SubmitEvent) => {
    submitted.preventDefault();
    setAsked(text.trim());
  };
  return (
    <>
      <form className="flex max-w-2xl items-start gap-2" onSubmit={submit}>
        <div className="flex-1">
          <Field
            data-search
            label={intl.formatMessage({ id: 'tickets.search' })}
            hint={intl.formatMessage({ id: 'tickets.search-hint' })}
            autoComplete="off"
            spellCheck={false}
            value={text}
            onChange={(changed) => setText(changed.target.value)}
          />
        </div>
        <Button kind="main" type="submit" className="mt-6" isBusy={found.isFetching}>
          <FormattedMessage id="tickets.find" />
        </Button>
      </form>
      <div className="grid gap-6 pt-4 empty:hidden xl:grid-cols-2">
        <div className="min-w-0 empty:hidden">
          <Failure error={found.error} />
          {found.data !== undefined && (
            <DataTable<Ticket>
              name="tickets"
              label={intl.formatMessage({ id: 'tickets.found' })}
              rows={found.data.tickets}
              keyOf={(ticket) => ticket.ref}
              chosen={chosen}
              onOpen={(ticket) => onOpen(ticket.ref)}
              empty={<FormattedMessage id="tickets.nothing" />}
              columns={columnsOf(language, typeName)}
            />
          )}
          {found.data?.hasMore === true && (
            <p className="text-quiet text-sm">
              <FormattedMessage id="tickets.more" />
            </p>
          )}
        </div>
        {beside}
      </div>
    </>
  );
}

function columnsOf(
  language: 'zh' | 'en',
  typeName: (type: string) => string,
): readonly Column<Ticket>[] {
  return [
    {
      id: 'ref',
      head: 'tickets.ref',
      value: ({ ref }) => ref,
      cell: ({ ref }) => <span className="font-semibold">{ref}</span>,
    },
    {
      id: 'seat',
      head: 'tickets.seat',
      value: (ticket) => placeWords(ticket, language),
      cell: (ticket) => placeWords(ticket, language),
    },
    {
      id: 'type',
      head: 'tickets.type',
      isForWide: true,
      value: ({ type }) => typeName(type),
      cell: ({ type }) => typeName(type),
    },
    {
      id: 'holder',
      head: 'tickets.holder',
      value: ({ holder }) => holder.name,
      cell: ({ holder }) => holder.name ?? '–',
    },
    {
      id: 'state',
      head: 'tickets.state',
      value: ({ inside, isBlocked, status }) =>
        isBlocked ? 'blocked' : inside > 0 ? 'inside' : status,
      cell: ({ inside, isBlocked, status }) => (
        <FormattedMessage id={`ticket.${isBlocked ? 'blocked' : inside > 0 ? 'inside' : status}`} />
      ),
    },
  ];
}
