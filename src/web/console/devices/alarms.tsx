import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { FormattedMessage, useIntl } from 'react-intl';
import type { z } from 'zod';
import type { alarmList } from '#protocol/people.ts';
import { Button } from '#web/ui/button.tsx';
import { Notice } from '#web/ui/notice.tsx';
import { ask, at } from '../api.ts';
import { ActDialog } from '../parts/act-dialog.tsx';
import { Failure } from '../parts/failure.tsx';
import { useGroundClock } from '../parts/ground-clock.ts';

type Alarm = z.infer<typeof alarmList>['alarms'][number];

/** What is wrong with a device's identity, until somebody has looked into it. */
export function Alarms({ event }: { readonly event: string }) {
  const intl = useIntl();
  const clock = useGroundClock();
  const queries = useQueryClient();
  const [settling, setSettling] = useState<Alarm | null>(null);
  const queryKey = ['alarms', event];
  const alarms = useQuery({
    queryKey,
    queryFn: () =>
      ask<{ alarms: readonly Alarm[] }>(at`/events/${event}/alarms`, { isUnattended: true }),
    refetchInterval: 5_000,
  });
  const open = (alarms.data?.alarms ?? []).filter(({ settledAt }) => settledAt === null);
  return (
    <div className="flex flex-col gap-2 pb-3 empty:hidden">
      <Failure error={alarms.error} />
      {open.map((alarm) => (
        <Notice
          key={alarm.id}
          hue="refused"
          action={
            <Button size="small" onClick={() => setSettling(alarm)}>
              <FormattedMessage id="alarms.settle" />
            </Button>
          }
        >
          <FormattedMessage
            id={`alarm.${alarm.kind}`}
            values={{ device: alarm.deviceId, time: clock.of(alarm.raisedAt) }}
          />
        </Notice>
      ))}
      {settling !== null && (
        <ActDialog
          title={intl.formatMessage({ id: 'alarms.settle' })}
          verb={intl.formatMessage({ id: 'alarms.settle' })}
          fields={[{ name: 'note', label: intl.formatMessage({ id: 'field.note' }) }]}
          onClose={() => {
            setSettling(null);
            void queries.invalidateQueries({ queryKey });
          }}
          act={({ note }) =>
            ask(at`/events/${event}/alarms/${settling.id}/settle`, { body: { note } })
          }
        />
      )}
    </div>
  );
}
