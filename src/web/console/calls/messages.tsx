import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { FormattedMessage, useIntl } from 'react-intl';
import type { z } from 'zod';
import type { messageList } from '#protocol/notices.ts';
import { joinClasses } from '#web/ui/join-classes.ts';
import { ask, at } from '../api.ts';
import { useLive } from '../live/overview-feed.tsx';
import { ActDialog } from '../parts/act-dialog.tsx';
import { Failure } from '../parts/failure.tsx';
import { useGroundClock } from '../parts/ground-clock.ts';
import { useLocalized, usePlaceName, useScopeName } from '../parts/names.ts';
import { Empty, Section } from '../parts/page.tsx';

type Message = z.infer<typeof messageList>['messages'][number];

/** Lanes that are named; the others are counted. */
const SHOWN_MAX = 6;

/** What control has told lanes, and for whom it still waits. */
export function Messages({
  event,
  canSend,
  onChange,
}: {
  readonly event: string;
  readonly canSend: boolean;
  readonly onChange: () => Promise<unknown>;
}) {
  const intl = useIntl();
  const clock = useGroundClock();
  const placeName = usePlaceName();
  const scopeName = useScopeName();
  const placeOf = (to: string) => {
    const [kind, gate = null, lane = null] = to.split('/');
    return kind === 'lane' ? placeName(gate, lane) : scopeName(to);
  };
  const [error, setError] = useState<unknown>(null);
  const messages = useQuery({
    queryKey: ['notices', event, 'messages'],
    queryFn: () =>
      ask<{ messages: readonly Message[] }>(at`/events/${event}/messages`, { isUnattended: true }),
    refetchInterval: 3_000,
  });
  const withdraw = async (id: string) => {
    await ask(at`/events/${event}/messages/${id}`, { method: 'DELETE' });
    await onChange();
  };
  const list = messages.data?.messages ?? [];
  return (
    <Section title={intl.formatMessage({ id: 'messages.title' })}>
      <Failure error={messages.error ?? error} />
      {list.length === 0 && (
        <Empty>
          <FormattedMessage id="messages.none" />
        </Empty>
      )}
      <ul>
        {list.map((message) => (
          <li key={message.id} className="flex flex-col gap-1 border-line border-b py-2 text-sm">
            <p className={joinClasses(message.withdrawnAt !== null && 'line-through')}>
              {message.text}
            </p>
            <p className="flex flex-wrap items-center gap-x-3 text-quiet">
              <span>
                {clock.of(message.at)} ·{' '}
                {message.to === 'all' ? (
                  <FormattedMessage id="messages.all" />
                ) : (
                  placeOf(message.to)
                )}{' '}
                · <FormattedMessage id={`urgency.${message.urgency}`} />
              </span>
              <span>
                <FormattedMessage
                  id="messages.read"
                  values={{
                    n: message.acknowledged.length,
                    all: message.acknowledged.length + message.waiting.length,
                  }}
                />
              </span>
              {message.waiting.length > 0 && message.withdrawnAt === null && (
                <span>
                  <FormattedMessage id="messages.waiting" />{' '}
                  {message.waiting
                    .slice(0, SHOWN_MAX)
                    .map(({ gate, lane, deviceId }) =>
                      lane === null ? `${gate} ${deviceId}` : placeName(gate, lane),
                    )
                    .join(intl.formatMessage({ id: 'shared.between' }))}
                  {message.waiting.length > SHOWN_MAX && (
                    <>
                      {' '}
                      <FormattedMessage
                        id="messages.more"
                        values={{ n: message.waiting.length - SHOWN_MAX }}
                      />
                    </>
                  )}
                </span>
              )}
              {canSend && message.withdrawnAt === null && (
                <button
                  type="button"
                  className="min-h-6 underline hover:text-fg"
                  onClick={() => void withdraw(message.id).catch(setError)}
                >
                  <FormattedMessage id="messages.withdraw" />
                </button>
              )}
            </p>
          </li>
        ))}
      </ul>
    </Section>
  );
}

export function MessageDialog({
  event,
  title,
  onClose,
}: {
  readonly event: string;
  readonly title: string;
  readonly onClose: () => void;
}) {
  const intl = useIntl();
  const localized = useLocalized();
  const { overview } = useLive();
  const gates = (overview?.gates ?? []).map(({ gate, name }) => ({
    value: `gate/${gate}`,
    word: `${gate} ${localized(name)}`,
  }));
  return (
    <ActDialog
      title={title}
      verb={intl.formatMessage({ id: 'messages.send' })}
      onClose={onClose}
      fields={[
        { name: 'text', label: intl.formatMessage({ id: 'messages.text' }) },
        {
          name: 'to',
          label: intl.formatMessage({ id: 'messages.to' }),
          type: 'choice',
          initial: 'all',
          choices: [{ value: 'all', word: intl.formatMessage({ id: 'messages.all' }) }, ...gates],
        },
        {
          name: 'urgency',
          label: intl.formatMessage({ id: 'messages.urgency' }),
          type: 'choice',
          initial: 'info',
          choices: ['info', 'important', 'urgent'].map((value) => ({
            value,
            word: intl.formatMessage({ id: `urgency.${value}` }),
          })),
        },
      ]}
      act={(values) => ask(at`/events/${event}/messages`, { body: values })}
    />
  );
}
