// Slips of this desk: each asked for, sent, and said to have come out. Without a printer on a line nothing is sent.
import { useCallback, useRef, useState } from 'react';
import type { Print, Prints, PrintTrouble, StartedPrint } from '#protocol/box-office.ts';
import { ask, at } from '../api.ts';
import type { SerialLine } from './serial-line.ts';
import { SlipPrinter } from './slip-printer.ts';
import { usePrinterLine } from './use-printer-line.ts';

/** `asking`: sent to a printer that says nothing; somebody has to look. */
type Slip = Omit<Print, 'state'> & {
  readonly state: Print['state'] | 'asking';
  /** Its bytes were here already: the hub is not told what came of it. */
  readonly isKept?: true;
};
type KeptSlip = { readonly ref: string; readonly slip: string; readonly copy: number };

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
      if (slip.isKept)
        return show({ ...slip, state: trouble === null ? 'printed' : 'failed', trouble });
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
    await printBytes(started, started.slip, on);
  };
  const printBytes = async (slip: Slip, base64: string, on: SlipPrinter) => {
    show(slip);
    const came = await on.print(Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)));
    if (came === 'unconfirmed') show({ ...slip, state: 'asking' });
    else await end(slip, came === 'printed' ? null : came);
  };
  const printKept = async (kept: readonly KeptSlip[], on: SerialLine) => {
    const slipPrinter = new SlipPrinter(on, printer.isMute);
    for (const { ref, slip, copy } of kept) {
      const shown = { id: `kept-${ref}`, ref, trouble: null, copy, isKept: true } as const;
      const before = await slipPrinter.trouble();
      if (before !== null) show({ ...shown, state: 'failed', trouble: before });
      else await printBytes({ ...shown, state: 'printing' }, slip, slipPrinter);
    }
  };
  const inTurn = (run: () => Promise<unknown>) => {
    setError(null);
    const safely = () => run().catch(setError);
    queue.current = queue.current.then(safely, safely);
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
      inTurn(() => printAll(refs, line));
    },
    /** Slips that were handed out before, without the hub. */
    printKept: (kept: readonly KeptSlip[]) => {
      if (line !== null && kept.length > 0) inTurn(() => printKept(kept, line));
    },
    /** What somebody saw at a printer that says nothing. */
    seen: (slip: Slip, trouble: PrintTrouble | null) => void end(slip, trouble).catch(setError),
    forget: () => setSlips([]),
  };
}

export type Slips = ReturnType<typeof useSlips>;
