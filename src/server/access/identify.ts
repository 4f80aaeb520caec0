// Who says they are who, at a phone: by the badge that they show, or by name and PIN.
import { MINUTE_MS } from '#domain/kernel/instant.ts';
import type { Identification } from '#protocol/people.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';
import type { Device } from '#server/platform/principal.ts';
import { inTransaction } from '#server/platform/transaction.ts';
import { succeeded, takeTry } from '#server/platform/tries.ts';
import type { ServerContext } from '#server/server-context.ts';
import { raiseAlarm } from './alarms.ts';
import { findByBadge, findByName, isPin, type LanePerson } from './people.ts';

/** Of four digits nobody finds a PIN by this; and nobody is locked out anywhere but at this phone. */
const LIMITS = [
  { max: 5, withinMs: MINUTE_MS, isOfFailures: true },
  { max: 15, withinMs: 60 * MINUTE_MS, isOfFailures: true },
] as const;
const ALARMED_AFTER = 9;

type Identified = Omit<LanePerson, 'name'> & { readonly name: string | null };

/** @throws HttpProblem `forbidden` when nobody is identified by it, `too-many-requests` */
export async function identify(
  context: ServerContext,
  device: Device,
  who: Identification,
): Promise<Identified> {
  const { pool } = context;
  const trier = { event: device.eventNumber, device: device.id, person: null };
  const { id, failures } = await takeTry(pool, 'pin', trier, LIMITS, context.now());
  const found = await find(context, device.eventNumber, who);
  if (found !== null) {
    await succeeded(pool, 'pin', device.id, id);
    return { person: found.person, name: found.name, role: found.role };
  }
  if (failures >= ALARMED_AFTER) await alarm(context, device, failures + 1);
  throw new HttpProblem('forbidden', {
    detail: 'badge' in who ? 'this badge is not known here' : 'name and PIN do not belong together',
    mend: 'try again, or ask the supervisor',
  });
}

async function find(context: ServerContext, event: number, who: Identification) {
  const { pool, masterKey } = context;
  if ('badge' in who) return await findByBadge(pool, event, who.badge);
  const namesakes = await findByName(pool, event, who.name);
  return namesakes.find((each) => isPin(masterKey, each, who.pin)) ?? null;
}

async function alarm(context: ServerContext, device: Device, tries: number): Promise<void> {
  const isRaised = await inTransaction(context.pool, (client) =>
    raiseAlarm(client, device, { kind: 'pin-guessing', detail: { tries } }, context.now()),
  );
  if (isRaised) context.bus.emit('notices', device.eventNumber);
}
