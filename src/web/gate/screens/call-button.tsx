import { useRef, useState } from 'react';
import { useIntl } from 'react-intl';
import { Button } from '#web/ui/button.tsx';
import { Dialog } from '#web/ui/dialog.tsx';
import type { GateSession } from '../session/gate-session.ts';
import { CALL_KINDS } from '../session/inbox.ts';

const HOLD_MS = 600;

/** A long press, so that a thumb in a hurry calls nobody; the keyboard, which slips less, at once. */
export function CallButton({ session }: { readonly session: GateSession }) {
  const intl = useIntl();
  const [isOpen, setIsOpen] = useState(false);
  const [isHeld, setIsHeld] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const release = () => {
    clearTimeout(timer.current);
    setIsHeld(false);
  };
  return (
    <>
      <Button
        size="lane"
        className={isHeld ? 'bg-refer text-white' : ''}
        title={intl.formatMessage({ id: 'scan.call.hold' })}
        onPointerDown={() => {
          setIsHeld(true);
          timer.current = setTimeout(() => {
            release();
            setIsOpen(true);
          }, HOLD_MS);
        }}
        onPointerUp={release}
        onPointerLeave={release}
        onPointerCancel={release}
        onContextMenu={(event) => event.preventDefault()}
        onKeyDown={(event) => {
          if (event.key === 'Enter' || event.key === ' ') setIsOpen(true);
        }}
      >
        {intl.formatMessage({ id: 'scan.call' })}
      </Button>
      <Dialog
        isSheet
        isOpen={isOpen}
        onClose={() => setIsOpen(false)}
        title={intl.formatMessage({ id: 'call.title' })}
      >
        <div className="grid grid-cols-2 gap-3">
          {CALL_KINDS.map((kind) => (
            <Button
              key={kind}
              size="lane"
              kind={kind === 'kit' || kind === 'help' ? 'plain' : 'danger'}
              onClick={() => {
                session.inbox.call(kind);
                setIsOpen(false);
              }}
            >
              {intl.formatMessage({ id: `call.${kind}` })}
            </Button>
          ))}
          <Button size="lane" kind="quiet" onClick={() => setIsOpen(false)}>
            {intl.formatMessage({ id: 'shared.cancel' })}
          </Button>
        </div>
      </Dialog>
    </>
  );
}
