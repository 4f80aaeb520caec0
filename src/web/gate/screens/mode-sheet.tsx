import { useState } from 'react';
import { useIntl } from 'react-intl';
import type { Mode } from '#domain/sync/ladder.ts';
import { Button } from '#web/ui/button.tsx';
import { Field } from '#web/ui/field.tsx';
import { Choices } from '#web/ui/looks-switch.tsx';
import { useWatched } from '../observable.ts';
import type { GateSession } from '../session/gate-session.ts';
import { isNameAndPin, NameAndPinFields } from './name-and-pin.tsx';
import { operatorTrouble } from './operator-sheet.tsx';

const MODES = ['normal', 'visual', 'open'] as const satisfies readonly Mode[];

/** By code, by eye, or not at all: a supervisor's to decide, who proves it, and recorded. */
export function ModeSheet({ session, onDone }: { session: GateSession; onDone: () => void }) {
  const intl = useIntl();
  const { modeHere, mode } = useWatched(session.status);
  const isSupervised = useWatched(session.operator)?.role === 'gate-supervisor';
  const [chosen, setChosen] = useState<Mode>(modeHere);
  const [stopAt, setStopAt] = useState(mode.stopAt === null ? '' : String(mode.stopAt));
  const [who, setWho] = useState({ name: '', pin: '' });
  const [trouble, setTrouble] = useState<string | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  const limit = /^\d{1,6}$/.test(stopAt) ? Number(stopAt) : null;
  const isProof = isSupervised || isNameAndPin(who);
  const set = async () => {
    setIsBusy(true);
    setTrouble(null);
    try {
      await session.setMode(chosen, chosen === 'open' ? limit : null, isSupervised ? null : who);
      onDone();
    } catch (error) {
      setTrouble(operatorTrouble(error));
    } finally {
      setIsBusy(false);
    }
  };
  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        void set();
      }}
    >
      <p>{intl.formatMessage({ id: isSupervised ? 'mode.lead' : 'mode.proof' })}</p>
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
      {!isSupervised && (
        <NameAndPinFields
          who={who}
          onChange={setWho}
          error={trouble === null ? null : intl.formatMessage({ id: trouble })}
        />
      )}
      <Button
        type="submit"
        kind="main"
        size="lane"
        isBusy={isBusy}
        disabled={!isProof || (chosen === 'open' && limit === null)}
      >
        {intl.formatMessage({ id: 'mode.set' })}
      </Button>
    </form>
  );
}
