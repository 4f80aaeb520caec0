import { useState } from 'react';
import { useIntl } from 'react-intl';
import { Button } from '#web/ui/button.tsx';
import { Field } from '#web/ui/field.tsx';
import { Notice } from '#web/ui/notice.tsx';
import { Refused } from '../device/device-api.ts';
import type { GateSession } from '../session/gate-session.ts';
import { operatorTrouble } from './operator-sheet.tsx';

/** The last admission taken back, by a gate supervisor's own name and PIN. */
export function UndoSheet({ session }: { readonly session: GateSession }) {
  const intl = useIntl();
  const [name, setName] = useState('');
  const [pin, setPin] = useState('');
  const [reason, setReason] = useState('');
  const [said, setSaid] = useState<{ isDone: boolean; text: string } | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  const undo = async () => {
    setIsBusy(true);
    try {
      await session.undoLast({ name, pin }, reason);
      setSaid({ isDone: true, text: intl.formatMessage({ id: 'undo.done' }) });
    } catch (error) {
      const why =
        error instanceof Refused
          ? error.message
          : intl.formatMessage({ id: operatorTrouble(error) });
      setSaid({ isDone: false, text: intl.formatMessage({ id: 'undo.refused' }, { why }) });
    } finally {
      setIsBusy(false);
      setPin('');
    }
  };
  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        void undo();
      }}
    >
      <p>{intl.formatMessage({ id: 'undo.lead' })}</p>
      {said !== null && (
        <Notice hue={said.isDone ? 'admitted' : 'refer'} isUrgent>
          {said.text}
        </Notice>
      )}
      <Field
        isForLane
        label={intl.formatMessage({ id: 'operator.name' })}
        autoComplete="off"
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <Field
        isForLane
        label={intl.formatMessage({ id: 'operator.pin' })}
        type="password"
        inputMode="numeric"
        autoComplete="off"
        value={pin}
        onChange={(event) => setPin(event.target.value)}
      />
      <Field
        isForLane
        label={intl.formatMessage({ id: 'undo.reason' })}
        value={reason}
        onChange={(event) => setReason(event.target.value)}
      />
      <Button
        type="submit"
        kind="danger"
        size="lane"
        isBusy={isBusy}
        disabled={!session.canUndo || name === '' || pin === '' || reason.trim() === ''}
      >
        {intl.formatMessage({ id: 'undo.do' })}
      </Button>
    </form>
  );
}
