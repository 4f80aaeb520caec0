// Loaded before a program of the rehearsal (`node --import`): its wall clock shows another time as soon as a
// file says so, as when a hand, a flat battery or a bad time server has set it. Its monotonic clock goes on.
import { readFileSync } from 'node:fs';

const POLL_MS = 100;
const file = process.env['KAIMEN_DRILL_CLOCK'];

if (file !== undefined) {
  let shiftMs = 0;
  const look = () => {
    try {
      shiftMs = Number(readFileSync(file, 'utf8')) * 1_000 || 0;
    } catch {
      shiftMs = 0;
    }
  };
  look();
  setInterval(look, POLL_MS).unref();
  const RealDate = Date;
  const now = () => RealDate.now() + shiftMs;
  globalThis.Date = new Proxy(RealDate, {
    get: (target, key) => (key === 'now' ? now : Reflect.get(target, key)),
    construct: (target, args, self) =>
      Reflect.construct(target, args.length > 0 ? args : [now()], self),
    apply: () => new RealDate(now()).toString(),
  });
}
