import { useState } from 'react';
import { useIntl } from 'react-intl';
import { Button } from '#web/ui/button.tsx';
import { Field } from '#web/ui/field.tsx';
import { Notice } from '#web/ui/notice.tsx';
import { Refused } from '../device/device-api.ts';
import type { GateSession } from '../session/gate-session.ts';
import { isNameAndPin, NameAndPinFields } from './name-and-pin.tsx';
import { operatorTrouble } from './operator-sheet.tsx';

/** The last admission taken back, by a gate supervisor's own name and PIN. */
export function UndoSheet({ session }: { readonly session: GateSession }) {
  const intl = useIntl();
  const [who, setWho] = useState({ name: '', pin: '' });
  const [reason, setReason] = useState('');
  const [said, setSaid] = useState<{ isDone: boolean; text: string } | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  const undo = async () => {
    setIsBusy(true);
    try {
      await session.undoLast(who, reason);
      setSaid({ isDone: true, text: intl.formatMessage({ id: 'undo.done' }) });
    } catch (error) {
      const why =
        error instanceof Refused
          ? error.message
          : intl.formatMessage({ id: operatorTrouble(error) });
      setSaid({ isDone: false, text: intl.formatMessage({ id: 'undo.refused' }, { why }) });
    } finally {
      setIsBusy(false);
      setWho({ ...who, pin: '' });
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
      <NameAndPinFields who={who} onChange={setWho} />
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
        disabled={!session.canUndo || !isNameAndPin(who) || reason.trim() === ''}
      >
        {intl.formatMessage({ id: 'undo.do' })}
      </Button>
    </form>
  );
}
