// The printer at this desk: the line it hangs on, and what somebody has said of it.
import { useEffect, useState } from 'react';
import { chooseLine, isSerialHere, knownLine, type SerialLine } from './serial-line.ts';

const BAUD_KEPT = 'kaimen.printer-baud';
const MUTE_KEPT = 'kaimen.printer-mute';
const BAUD_USUAL = 9_600;

export function usePrinterLine() {
  const [line, setLine] = useState<SerialLine | null>(null);
  const [isMute, setMute] = useState(() => localStorage.getItem(MUTE_KEPT) === 'yes');
  const [baudRate, setBaudRate] = useState(() =>
    Number(localStorage.getItem(BAUD_KEPT) ?? BAUD_USUAL),
  );

  useEffect(() => {
    let isOver = false;
    let known: SerialLine | null = null;
    // A line that is taken, or gone, is chosen again by hand.
    knownLine(baudRate).then(
      (found) => {
        known = found;
        if (isOver) void found?.close();
        else setLine(found);
      },
      () => setLine(null),
    );
    return () => {
      isOver = true;
      void known?.close();
    };
  }, [baudRate]);

  return {
    line,
    isMute,
    baudRate,
    canConnect: isSerialHere(),
    connect: async () => setLine(await chooseLine(baudRate)),
    setMute: (mute: boolean) => {
      localStorage.setItem(MUTE_KEPT, mute ? 'yes' : 'no');
      setMute(mute);
    },
    setBaudRate: (rate: number) => {
      localStorage.setItem(BAUD_KEPT, String(rate));
      setBaudRate(rate);
    },
  };
}
