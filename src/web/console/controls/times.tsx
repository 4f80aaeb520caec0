import { useState } from 'react';
import { FormattedMessage, useIntl } from 'react-intl';
import type { ControlsState } from '#protocol/controls.ts';
import type { Overview } from '#protocol/overview.ts';
import { useGroundClock } from '../parts/ground-clock.ts';
import { Section } from '../parts/page.tsx';
import { RowAct } from '../parts/row-act.tsx';
import { PlannedTimesDialog } from './control-dialogs.tsx';

/** When doors, kick-off and the end of entry are now, and the way back to the plan. */
export function Times({
  overview,
  controls,
  event: id,
  canSet,
  onChange,
}: {
  readonly overview: Overview;
  readonly controls: ControlsState;
  readonly event: string;
  readonly canSet: boolean;
  readonly onChange: () => Promise<unknown>;
}) {
  const intl = useIntl();
  const clock = useGroundClock();
  const [isGoingBack, setGoingBack] = useState(false);
  const { event } = overview;
  const rows = [
    ['times.doors', event.doorsAt, controls.window.doorsAt !== null],
    ['times.kick-off', event.startsAt, controls.window.startsAt != null],
    ['times.end', event.endsAt, controls.window.endsAt !== null],
  ] as const;
  return (
    <Section
      title={intl.formatMessage({ id: 'controls.times' })}
      aside={
        event.areTimesMoved && canSet ? (
          <RowAct word="times.back" onPress={() => setGoingBack(true)} />
        ) : undefined
      }
    >
      <dl className="flex flex-col text-sm">
        {rows.map(([word, time, isMoved]) => (
          <div key={word} className="flex justify-between border-line border-b py-1.5">
            <dt className="text-quiet">
              <FormattedMessage id={word} />
            </dt>
            <dd>
              {isMoved && (
                <span className="mr-3 text-refer-text">
                  <FormattedMessage id="times.moved" />
                </span>
              )}
              <span className="font-semibold">{clock.of(time)}</span>
            </dd>
          </div>
        ))}
      </dl>
      {isGoingBack && (
        <PlannedTimesDialog
          event={id}
          onClose={() => {
            setGoingBack(false);
            void onChange();
          }}
        />
      )}
    </Section>
  );
}
