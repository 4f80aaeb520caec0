import { useState } from 'react';
import { useIntl } from 'react-intl';
import { Button } from '#web/ui/button.tsx';
import { hasHid, hasSerial, openHid, openSerial } from '../reading/wired-readers.ts';
import type { GateSession } from '../session/gate-session.ts';

export function ReadersSheet({ session }: { readonly session: GateSession }) {
  const intl = useIntl();
  const [state, setState] = useState<string | null>(null);
  const connect = async (open: typeof openSerial) => {
    try {
      const reader = await open('ask', (text) => session.present(text));
      setState(reader === null ? null : intl.formatMessage({ id: 'readers.connected' }));
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      setState(intl.formatMessage({ id: 'readers.failed' }, { why }));
    }
  };
  return (
    <div className="flex flex-col gap-3">
      <p>{intl.formatMessage({ id: 'readers.wedge' })}</p>
      {hasSerial && (
        <Button size="lane" onClick={() => void connect(openSerial)}>
          {intl.formatMessage({ id: 'readers.serial' })}
        </Button>
      )}
      {hasHid && (
        <Button size="lane" onClick={() => void connect(openHid)}>
          {intl.formatMessage({ id: 'readers.hid' })}
        </Button>
      )}
      {!hasSerial && !hasHid && <p>{intl.formatMessage({ id: 'readers.none' })}</p>}
      {state !== null && <p role="status">{state}</p>}
    </div>
  );
}
