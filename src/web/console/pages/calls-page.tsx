import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { FormattedMessage, useIntl } from 'react-intl';
import type { z } from 'zod';
import type { callList } from '#protocol/notices.ts';
import { Button } from '#web/ui/button.tsx';
import { joinClasses } from '#web/ui/join-classes.ts';
import { HUE_TEXT } from '#web/ui/rung-badge.tsx';
import { VerdictShape } from '#web/ui/verdict-shape.tsx';
import { ask, at } from '../api.ts';
import { MessageDialog, Messages } from '../calls/messages.tsx';
import { ActDialog } from '../parts/act-dialog.tsx';
import { Failure } from '../parts/failure.tsx';
import { useGroundClock } from '../parts/ground-clock.ts';
import { usePlaceName } from '../parts/names.ts';
import { Empty, PageHead, Section } from '../parts/page.tsx';
import { useSession } from '../session.tsx';

type Call = z.infer<typeof callList>['calls'][number];
/** What cannot wait first. */
const KINDS: readonly Call['kind'][] = ['crush', 'medical', 'threat', 'help', 'kit'];

/** What lanes call for, and what control tells them. */
export function CallsPage() {
  const intl = useIntl();
  const { event = '' } = useParams({ strict: false });
  const session = useSession();
  const [isWriting, setWriting] = useState(false);
  const queries = useQueryClient();
  const refresh = () => queries.invalidateQueries({ queryKey: ['notices', event] });
  return (
    <>
      <PageHead id="place.calls">
        {session.may('messages.send') && (
          <Button kind="main" size="small" onClick={() => setWriting(true)}>
            <FormattedMessage id="messages.write" />
          </Button>
        )}
      </PageHead>
      <div className="grid gap-6 lg:grid-cols-2">
        <Calls event={event} canAnswer={session.may('calls.answer')} onChange={refresh} />
        <Messages event={event} canSend={session.may('messages.send')} onChange={refresh} />
      </div>
      {isWriting && (
        <MessageDialog
          event={event}
          title={intl.formatMessage({ id: 'messages.write' })}
          onClose={() => {
            setWriting(false);
            void refresh();
          }}
        />
      )}
    </>
  );
}

type Listed = { readonly event: string; readonly onChange: () => Promise<unknown> };

function Calls({ event, canAnswer, onChange }: Listed & { readonly canAnswer: boolean }) {
  const intl = useIntl();
  const [closing, setClosing] = useState<Call | null>(null);
  const calls = useQuery({
    queryKey: ['notices', event, 'calls'],
    queryFn: () =>
      ask<{ calls: readonly Call[] }>(at`/events/${event}/calls`, { isUnattended: true }),
    refetchInterval: 2_000,
  });
  const acknowledge = async ({ id }: Call) => {
    await ask(at`/events/${event}/calls/${id}/acknowledge`, { method: 'POST' });
    await onChange();
  };
  const order = { open: 0, acknowledged: 1, closed: 2 } as const;
  const sorted = (calls.data?.calls ?? []).toSorted(
    (a, b) =>
      order[a.state] - order[b.state] ||
      KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) ||
      (a.receivedAt < b.receivedAt ? -1 : 1),
  );
  return (
    <Section title={intl.formatMessage({ id: 'calls.title' })}>
      <Failure error={calls.error} />
      {sorted.length === 0 && (
        <Empty>
          <FormattedMessage id="calls.none" />
        </Empty>
      )}
      <ul data-rows>
        {sorted.map((call) => (
          <CallRow
            key={call.id}
            call={call}
            canAnswer={canAnswer}
            onAcknowledge={() => acknowledge(call)}
            onClose={() => setClosing(call)}
          />
        ))}
      </ul>
      {closing !== null && (
        <ActDialog
          title={intl.formatMessage({ id: 'calls.close-title' })}
          verb={intl.formatMessage({ id: 'calls.close' })}
          fields={[{ name: 'outcome', label: intl.formatMessage({ id: 'calls.outcome' }) }]}
          onClose={() => {
            setClosing(null);
            void onChange();
          }}
          act={({ outcome }) =>
            ask(at`/events/${event}/calls/${closing.id}/close`, { body: { outcome } })
          }
        />
      )}
    </Section>
  );
}

function CallRow({
  call,
  canAnswer,
  onAcknowledge,
  onClose,
}: {
  readonly call: Call;
  readonly canAnswer: boolean;
  readonly onAcknowledge: () => Promise<void>;
  readonly onClose: () => void;
}) {
  const placeName = usePlaceName();
  const clock = useGroundClock();
  const [error, setError] = useState<unknown>(null);
  const hue =
    call.state === 'closed'
      ? 'unknown'
      : call.kind === 'kit' || call.kind === 'help'
        ? 'refer'
        : 'refused';
  return (
    <li
      data-row
      // biome-ignore lint/a11y/noNoninteractiveTabindex: j and k walk through the rows
      tabIndex={0}
      className="flex flex-wrap items-center gap-x-3 gap-y-1 border-line border-b py-2 text-sm"
    >
      <span className={joinClasses('flex items-center gap-1.5 font-semibold', HUE_TEXT[hue])}>
        <VerdictShape hue={hue} size={18} />
        <FormattedMessage id={`call.${call.kind}`} />
      </span>
      <span>{placeName(call.gate, call.lane)}</span>
      <span className="text-quiet">
        {clock.of(call.calledAt)} {call.operator ?? ''}
      </span>
      {call.note !== null && <span className="w-full">{call.note}</span>}
      <span className="text-quiet">
        <FormattedMessage
          id={`calls.${call.state}`}
          values={{
            by: (call.state === 'closed' ? call.closedBy : call.acknowledgedBy) ?? '',
            outcome: call.outcome ?? '',
          }}
        />
      </span>
      {canAnswer && call.state !== 'closed' && (
        <span className="ml-auto flex gap-2">
          {call.state === 'open' && (
            <Button size="small" kind="main" onClick={() => void onAcknowledge().catch(setError)}>
              <FormattedMessage id="calls.acknowledge" />
            </Button>
          )}
          <Button size="small" onClick={onClose}>
            <FormattedMessage id="calls.close" />
          </Button>
        </span>
      )}
      <Failure error={error} />
    </li>
  );
}
