import { useQuery } from '@tanstack/react-query';
import { FormattedMessage } from 'react-intl';
import type { ReadinessView } from '#protocol/lane-status.ts';
import { joinClasses } from '#web/ui/join-classes.ts';
import { HUE_TEXT } from '#web/ui/rung-badge.tsx';
import { VerdictShape } from '#web/ui/verdict-shape.tsx';
import { ask, at } from '../api.ts';
import { Failure } from '../parts/failure.tsx';
import { laneName, useGateName } from '../parts/names.ts';

/** Before doors: every lane with what is still to mend, gate by gate. */
export function ReadinessBoard({ event }: { readonly event: string }) {
  const gateName = useGateName();
  const readiness = useQuery({
    queryKey: ['readiness', event],
    queryFn: () => ask<ReadinessView>(at`/events/${event}/readiness`, { isUnattended: true }),
    refetchInterval: 5_000,
  });
  const board = readiness.data;
  const gates = [...Map.groupBy(board?.lanes ?? [], ({ gate }) => gate)];
  return (
    <div className="flex flex-col gap-4">
      <Failure error={readiness.error} />
      {board !== undefined && (
        <p className="text-lg" role="status">
          <FormattedMessage
            id="readiness.sum"
            values={{ ready: board.ready, all: board.ready + board.notReady }}
          />
        </p>
      )}
      <div className="grid gap-x-8 gap-y-4 sm:grid-cols-2 xl:grid-cols-3">
        {gates.map(([gate, lanes]) => (
          <section key={gate} aria-label={gateName(gate)}>
            <h2 className="border-line border-b pb-1 font-semibold text-sm">
              {gate} <span className="font-normal text-quiet">{gateName(gate)}</span>
            </h2>
            <ul data-rows>
              {lanes.map((lane) => {
                const hue = lane.isReady ? 'admitted' : 'refer';
                return (
                  <li
                    key={`${lane.lane} ${lane.devices[0]?.deviceId}`}
                    data-row
                    // biome-ignore lint/a11y/noNoninteractiveTabindex: j and k walk through the rows
                    tabIndex={0}
                    className="flex items-baseline gap-2 border-line border-b py-1 text-sm"
                  >
                    <span className={joinClasses('translate-y-0.5', HUE_TEXT[hue])}>
                      <VerdictShape hue={hue} size={14} />
                    </span>
                    <span className="w-10 font-semibold">{laneName(gate, lane.lane) || '–'}</span>
                    <span className="min-w-0 flex-1">
                      {lane.isReady ? (
                        <FormattedMessage id="readiness.ready" />
                      ) : (
                        lane.reasons.map((reason, index) => (
                          <span key={reason}>
                            {index > 0 && ' · '}
                            <FormattedMessage id={`unready.${reason}`} />
                          </span>
                        ))
                      )}
                    </span>
                  </li>
                );
              })}
            </ul>
          </section>
        ))}
      </div>
    </div>
  );
}
