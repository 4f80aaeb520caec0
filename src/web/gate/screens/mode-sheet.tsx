import { useState } from 'react';
import { useIntl } from 'react-intl';
import type { Mode } from '#domain/sync/ladder.ts';
import { Button } from '#web/ui/button.tsx';
import { Field } from '#web/ui/field.tsx';
import { Choices } from '#web/ui/looks-switch.tsx';
import { useWatched } from '../observable.ts';
import type { GateSession } from '../session/gate-session.ts';

const MODES = ['normal', 'visual', 'open'] as const satisfies readonly Mode[];

/** By code, by eye, or not at all: the supervisor's to decide, and recorded. */
export function ModeSheet({ session, onDone }: { session: GateSession; onDone: () => void }) {
  const intl = useIntl();
  const { modeHere, mode } = useWatched(session.status);
  const [chosen, setChosen] = useState<Mode>(modeHere);
  const [stopAt, setStopAt] = useState(mode.stopAt === null ? '' : String(mode.stopAt));
  const limit = /^\d{1,6}$/.test(stopAt) ? Number(stopAt) : null;
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        void session.setMode(chosen, chosen === 'open' ? limit : null).then(onDone);
      }}
    >
      <p>{intl.formatMessage({ id: 'mode.lead' })}</p>
      <Choices
        isForLane
        isLabelHidden
        label={intl.formatMessage({ id: 'mode.title' })}
        choices={MODES.map((value) => ({
          value,
          word: intl.formatMessage({ id: `mode.${value}` }),
        }))}
        chosen={chosen}
        onChoose={setChosen}
      />
      {chosen === 'open' && (
        <Field
          isForLane
          label={intl.formatMessage({ id: 'mode.stopAt' })}
          inputMode="numeric"
          value={stopAt}
          onChange={(event) => setStopAt(event.target.value)}
        />
      )}
      <Button type="submit" kind="main" size="lane" disabled={chosen === 'open' && limit === null}>
        {intl.formatMessage({ id: 'mode.set' })}
      </Button>
    </form>
  );
}
