import { useState } from 'react';
import { FormattedMessage, useIntl } from 'react-intl';
import type { ControlsState } from '#protocol/controls.ts';
import { useGateName } from '../parts/names.ts';
import { Section } from '../parts/page.tsx';
import { ControlLine } from './control-line.tsx';
import { NormalAgainDialog } from './mode-dialog.tsx';

/** Gates that go without codes; nothing is shown while there are none. */
export function Modes({
  controls,
  event,
  canSet,
  onChange,
}: {
  readonly controls: ControlsState;
  readonly event: string;
  readonly canSet: boolean;
  readonly onChange: () => Promise<unknown>;
}) {
  const intl = useIntl();
  const gateName = useGateName();
  const [closing, setClosing] = useState<string | null>(null);
  const { modes = [] } = controls;
  if (modes.length === 0) return null;
  return (
    <Section title={intl.formatMessage({ id: 'controls.modes' })}>
      <ul data-rows>
        {modes.map(({ gate, mode, stopAt }) => (
          <ControlLine
            key={gate}
            title={gateName(gate)}
            verb={intl.formatMessage({ id: 'mode.normal' })}
            onLift={canSet ? async () => setClosing(gate) : undefined}
          >
            <span className="font-semibold">
              <FormattedMessage id={`mode.${mode}`} />
            </span>{' '}
            {stopAt !== null && (
              <span className="text-quiet">
                <FormattedMessage id="mode.stops-at" values={{ n: stopAt }} />
              </span>
            )}
          </ControlLine>
        ))}
      </ul>
      {closing !== null && (
        <NormalAgainDialog
          event={event}
          gate={closing}
          onClose={() => {
            setClosing(null);
            void onChange();
          }}
        />
      )}
    </Section>
  );
}
