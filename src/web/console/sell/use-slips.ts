// Slips of this desk: each asked for, sent, and said to have come out. Without a printer on a line nothing is sent.
import { useCallback, useRef, useState } from 'react';
import type { Print, Prints, PrintTrouble, StartedPrint } from '#protocol/box-office.ts';
import { ask, at } from '../api.ts';
import type { SerialLine } from './serial-line.ts';
import { SlipPrinter } from './slip-printer.ts';
import { usePrinterLine } from './use-printer-line.ts';

/** `asking`: sent to a printer that says nothing; somebody has to look. */
type Slip = Omit<Print, 'state'> & { readonly state: Print['state'] | 'asking' };

export function useSlips(event: string) {
  const [slips, setSlips] = useState<readonly Slip[]>([]);
  const { line, connect, ...printer } = usePrinterLine();
  const [error, setError] = useState<unknown>(null);
  const queue = useRef<Promise<unknown>>(Promise.resolve());

  const show = useCallback((slip: Slip) => {
    setSlips((all) => [...all.filter(({ ref }) => ref !== slip.ref), slip]);
  }, []);
  const end = useCallback(
    async (slip: Slip, trouble: PrintTrouble | null) => {
      const body = trouble === null ? { state: 'printed' } : { state: 'failed', trouble };
      show(await ask<Print>(at`/events/${event}/box-office/prints/${slip.id}/end`, { body }));
    },
    [event, show],
  );

  const printOne = async (asked: Print, on: SlipPrinter) => {
    const before = await on.trouble();
    if (before !== null) return await end(asked, before);
    const address = at`/events/${event}/box-office/prints/${asked.id}/start`;
    const started = await ask<StartedPrint>(address, { method: 'POST' });
    show(started);
    const bytes = Uint8Array.from(atob(started.slip), (letter) => letter.charCodeAt(0));
    const came = await on.print(bytes);
    if (came === 'unconfirmed') show({ ...started, state: 'asking' });
    else await end(started, came === 'printed' ? null : came);
  };
  const printAll = async (refs: readonly string[], on: SerialLine) => {
    const body = { requestId: crypto.randomUUID(), refs };
    const { prints } = await ask<Prints>(at`/events/${event}/box-office/prints`, { body });
    for (const each of prints) show(each);
    const slipPrinter = new SlipPrinter(on, printer.isMute);
    for (const each of prints) await printOne(each, slipPrinter);
  };

  return {
    ...printer,
    slips,
    error,
    isConnected: line !== null,
    connect: () => connect().then(() => setError(null), setError),
    /** One after the other: a printer has one roll. */
    print: (refs: readonly string[]) => {
      if (line === null || refs.length === 0) return;
      const run = () => printAll(refs, line).catch(setError);
      setError(null);
      queue.current = queue.current.then(run, run);
    },
    /** What somebody saw at a printer that says nothing. */
    seen: (slip: Slip, trouble: PrintTrouble | null) => void end(slip, trouble).catch(setError),
    forget: () => setSlips([]),
  };
}

export type Slips = ReturnType<typeof useSlips>;
