import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { FormattedMessage, useIntl } from 'react-intl';
import type { DeskConflict } from '#protocol/desk.ts';
import { Button } from '#web/ui/button.tsx';
import { ask, at } from '../api.ts';
import { useLive } from '../live/overview-feed.tsx';
import { ActDialog } from '../parts/act-dialog.tsx';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { Failure } from '../parts/failure.tsx';
import { Filter } from '../parts/filter.tsx';
import { useGroundClock } from '../parts/ground-clock.ts';
import { usePlaceName } from '../parts/names.ts';
import { PageHead } from '../parts/page.tsx';
import type { Search } from '../router.tsx';
import { useSession } from '../session.tsx';

const SETTLEMENTS = [
  'holder-stays',
  'intruder-stays',
  'both-stay',
  'nobody-found',
  'our-mistake',
] as const;

/** Two people on one ticket, with both gates and times; settled by saying what was found at the seat. */
export function ConflictsPage() {
  const intl = useIntl();
  const { event = '' } = useParams({ strict: false });
  const { state } = useSearch({ strict: false }) as Search;
  const { overview } = useLive();
  const session = useSession();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [settling, setSettling] = useState<DeskConflict | null>(null);
  const queryKey = ['conflicts', event, overview?.totals.openConflicts ?? 0];
  const list = useQuery({
    queryKey,
    queryFn: () =>
      ask<{ conflicts: DeskConflict[] }>(at`/events/${event}/desk/conflicts`, {
        isUnattended: true,
      }),
    placeholderData: (before) => before,
    refetchInterval: 10_000,
  });
  const rows = (list.data?.conflicts ?? []).filter(
    (each) => state === undefined || each.state === state,
  );
  const columns = useColumns(session.may('conflicts.settle') ? setSettling : null);
  return (
    <>
      <PageHead id="place.conflicts">
        <Filter
          name="state"
          label={intl.formatMessage({ id: 'conflicts.state' })}
          choices={['open', 'settled', 'dissolved'].map((value) => ({
            value,
            word: intl.formatMessage({ id: `conflicts.${value}` }),
          }))}
        />
      </PageHead>
      <Failure error={list.error} />
      <DataTable
        name="conflicts"
        label={intl.formatMessage({ id: 'place.conflicts' })}
        rows={rows}
        columns={columns}
        keyOf={({ id }) => id}
        onOpen={({ ticketRef }) => {
          if (ticketRef === null) return;
          void navigate({ to: '/e/$event/tickets', params: { event }, search: { ref: ticketRef } });
        }}
        empty={<FormattedMessage id="conflicts.none" />}
      />
      {settling !== null && (
        <ActDialog
          title={intl.formatMessage({ id: 'conflicts.settle' }, { ref: settling.ticketRef ?? '' })}
          verb={intl.formatMessage({ id: 'conflicts.settle-do' })}
          onClose={() => {
            setSettling(null);
            void queries.invalidateQueries({ queryKey: ['conflicts', event] });
          }}
          fields={[
            {
              name: 'as',
              label: intl.formatMessage({ id: 'conflicts.found' }),
              type: 'choice',
              initial: 'holder-stays',
              choices: SETTLEMENTS.map((value) => ({
                value,
                word: intl.formatMessage({ id: `settled.${value}` }),
              })),
            },
            { name: 'note', label: intl.formatMessage({ id: 'field.note' }), isOptional: true },
          ]}
          act={({ as, note }) =>
            ask(at`/events/${event}/desk/conflicts/${settling.id}/settle`, {
              body: { as, ...(note ? { note } : {}) },
            })
          }
        />
      )}
    </>
  );
}

function useColumns(
  settle: ((conflict: DeskConflict) => void) | null,
): readonly Column<DeskConflict>[] {
  const placeName = usePlaceName();
  const clock = useGroundClock();
  const place = ({ gate, lane, at: when }: DeskConflict['holder']) => (
    <span className="whitespace-nowrap">
      {placeName(gate, lane)} <span className="text-quiet">{clock.of(when)}</span>
    </span>
  );
  return [
    {
      id: 'ticket',
      head: 'tickets.ref',
      value: ({ ticketRef }) => ticketRef,
      cell: ({ ticketRef, holderName }) => (
        <>
          <span className="font-semibold">{ticketRef ?? '–'}</span>{' '}
          <span className="text-quiet">{holderName ?? ''}</span>
        </>
      ),
    },
    {
      id: 'seat',
      head: 'tickets.seat',
      value: ({ seat }) => seat,
      cell: ({ seat }) => seat ?? '–',
    },
    {
      id: 'holder',
      head: 'conflicts.holder',
      value: ({ holder }) => holder.at,
      cell: ({ holder }) => place(holder),
    },
    {
      id: 'intruder',
      head: 'conflicts.intruder',
      value: ({ intruder }) => intruder.at,
      cell: ({ intruder }) => place(intruder),
    },
    {
      id: 'state',
      head: 'conflicts.state',
      value: ({ state }) => state,
      cell: (conflict) => <State conflict={conflict} settle={settle} />,
    },
  ];
}

function State({
  conflict,
  settle,
}: {
  readonly conflict: DeskConflict;
  readonly settle: ((conflict: DeskConflict) => void) | null;
}) {
  if (conflict.state === 'settled' && conflict.settledAs !== null) {
    return (
      <span>
        <FormattedMessage id={`settled.${conflict.settledAs}`} />{' '}
        <span className="text-quiet">
          {conflict.settledBy} {conflict.note ?? ''}
        </span>
      </span>
    );
  }
  if (conflict.state === 'dissolved') return <FormattedMessage id="conflicts.dissolved" />;
  if (settle === null) return <FormattedMessage id="conflicts.open" />;
  return (
    <Button
      size="small"
      onClick={(pressed) => {
        pressed.stopPropagation();
        settle(conflict);
      }}
    >
      <FormattedMessage id="conflicts.settle-do" />
    </Button>
  );
}
