// One ticket: what has become of it in a sentence, what can be done about it, and everything that happened.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { FormattedMessage, useIntl } from 'react-intl';
import { placeWords } from '#lane/words.ts';
import type { TicketHistory } from '#protocol/desk.ts';
import { useLooks } from '#web/ui/looks.tsx';
import { Notice } from '#web/ui/notice.tsx';
import type { Hue } from '#web/ui/verdict-shape.tsx';
import { ask, at } from '../api.ts';
import { useTypeName } from '../controls/use-event-file.ts';
import { Failure } from '../parts/failure.tsx';
import { useGateName, useLocalized, useScopeName } from '../parts/names.ts';
import { Section } from '../parts/page.tsx';
import { HistoryList } from './history-list.tsx';
import { TicketActions } from './ticket-actions.tsx';

const HUES: Readonly<Record<string, Hue>> = {
  good: 'admitted',
  inside: 'admitted',
  'partly-inside': 'admitted',
  'too-early': 'refer',
  left: 'unknown',
  'too-late': 'unknown',
  annulled: 'refer',
  'wrong-gate': 'refer',
  'match-moved': 'refer',
  'match-postponed': 'refer',
  'old-code': 'refer',
  held: 'refer',
};

export function TicketPanel({
  event,
  reference,
  onClose,
}: {
  readonly event: string;
  readonly reference: string;
  readonly onClose: () => void;
}) {
  const intl = useIntl();
  const localized = useLocalized();
  const queries = useQueryClient();
  const queryKey = ['ticket', event, reference];
  const query = useQuery({
    queryKey,
    queryFn: () =>
      ask<TicketHistory>(at`/events/${event}/tickets/${reference}/history`, { isUnattended: true }),
    refetchInterval: 5_000,
  });
  const { data } = query;
  return (
    <Section
      title={reference}
      aside={
        <button type="button" className="min-h-6 underline hover:text-fg" onClick={onClose}>
          {intl.formatMessage({ id: 'shared.close' })}
        </button>
      }
    >
      <Failure error={query.error} />
      {data !== undefined && (
        <>
          <Notice hue={HUES[data.diagnosis.key] ?? 'refused'}>
            <span className="font-semibold text-base">{localized(data.diagnosis.text)}</span>
          </Notice>
          <TicketActions
            event={event}
            found={data}
            onDone={() => queries.invalidateQueries({ queryKey })}
          />
          <Facts event={event} found={data} />
          <HistoryList entries={data.history} />
        </>
      )}
    </Section>
  );
}

function Facts({ event, found }: { readonly event: string; readonly found: TicketHistory }) {
  const { language } = useLooks();
  const gateName = useGateName();
  const scopeName = useScopeName();
  const typeName = useTypeName(event);
  const { ticket, gates } = found;
  const stand = ticket.stand === null ? null : scopeName(`stand/${ticket.stand}`);
  const named = { ...ticket, stand };
  const rows: readonly (readonly [word: string, value: string])[] = [
    ['tickets.seat', placeWords(named, language)],
    ['tickets.type', typeName(ticket.type)],
    ['tickets.gates', gates === null ? '–' : gates.map(gateName).join(' · ')],
    [
      'tickets.holder',
      [ticket.holder.name, ticket.holder.phone].filter((each) => each !== null).join(' '),
    ],
    ['tickets.order', ticket.orderRef ?? '–'],
    ['tickets.issue', String(ticket.issue + 1)],
    ['tickets.admits', String(ticket.admits)],
  ];
  return (
    <dl className="grid grid-cols-[auto_1fr] gap-x-6 gap-y-0.5 text-sm sm:grid-cols-[auto_1fr_auto_1fr]">
      {rows.map(([word, value]) => (
        <div key={word} className="contents">
          <dt className="text-quiet">
            <FormattedMessage id={word} />
          </dt>
          <dd className="font-semibold">{value === '' ? '–' : value}</dd>
        </div>
      ))}
    </dl>
  );
}
