import { useState } from 'react';
import { useIntl } from 'react-intl';
import { readShortId } from '#domain/credentials/short-id.ts';
import { Button } from '#web/ui/button.tsx';
import { Field } from '#web/ui/field.tsx';
import { Refused } from '../device/device-api.ts';
import type { GateSession } from '../session/gate-session.ts';

/** The short code, when the other cannot be read: checked here for slips, above for the seat. */
export function ManualSheet({ session, onDone }: { session: GateSession; onDone: () => void }) {
  const intl = useIntl();
  const [text, setText] = useState('');
  const [trouble, setTrouble] = useState<string | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  const check = async () => {
    const code = readShortId(text);
    if (code === null) return setTrouble('manual.wrong');
    setIsBusy(true);
    try {
      await session.scanByHand(code);
      onDone();
    } catch (error) {
      const isLimited = error instanceof Refused && error.status === 429;
      setTrouble(isLimited ? 'manual.limited' : 'manual.offline');
    } finally {
      setIsBusy(false);
    }
  };
  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        void check();
      }}
    >
      <Field
        isForLane
        label={intl.formatMessage({ id: 'manual.label' })}
        hint={intl.formatMessage({ id: 'manual.hint' })}
        error={trouble === null ? null : intl.formatMessage({ id: trouble })}
        className="text-center font-semibold uppercase tracking-widest"
        autoCapitalize="characters"
        autoComplete="off"
        autoCorrect="off"
        spellCheck={false}
        maxLength={12}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setTrouble(null);
        }}
      />
      <Button type="submit" kind="main" size="lane" isBusy={isBusy} disabled={text.trim() === ''}>
        {intl.formatMessage({ id: 'manual.check' })}
      </Button>
    </form>
  );
}
