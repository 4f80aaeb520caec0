// What the lane itself can tell of a code, before anybody is asked.
import {
  CODE_HASH_BYTES,
  codeHashMessage,
  type Reading,
  readCode,
} from '#domain/credentials/reading.ts';
import type { Crossing } from '#domain/entry/crossings.ts';
import type { Knowledge as Known, Scan } from '#domain/entry/decide-scan.ts';
import type { Ticket } from '#domain/entry/ticket.ts';
import type { Direction } from '#domain/entry/verdict.ts';
import { parseClaimsCursor, storeOf } from '#domain/sync/claims.ts';
import { crossingsKnown } from '#domain/sync/heard.ts';
import { type ListedTicket, type LookedUp, lookUp } from '#domain/sync/look-up.ts';
import { NOBODY } from '#domain/venue/controls.ts';
import type { DeviceSelf } from '#protocol/access.ts';
import { HEARD_THROUGH } from './hearing.ts';
import type { Journal } from './journal.ts';
import { listedTicket } from './listed-ticket.ts';
import type { LanePorts } from './ports.ts';
import type { ScanDeps } from './scan-deps.ts';

export type View = {
  readonly direction: Direction;
  readonly lookedUp: LookedUp;
  readonly ticket: Ticket | null;
  /** Null: the lane does not know yet where it stands, or what match it is. */
  readonly scan: Scan | null;
  readonly known: Known | null;
};

export async function lookAt(
  { ports, journal, knowledge, clock, settings }: ScanDeps,
  code: string,
  direction: Direction,
  isConfirmed: boolean,
): Promise<View> {
  const self = knowledge.self();
  const ground = knowledge.ground();
  const controls = knowledge.controls();
  const reading = readCode(code);
  const hash = self === null ? '' : await hashOf(ports, self.event, reading);
  const listed = await find(ports, reading, hash);
  const lookedUp = lookUp(reading, hash, {
    bySerial: () => listed,
    byHash: () => listed,
    eventNumber: knowledge.eventNumber(),
  });
  const { finding } = lookedUp.kind === 'known' ? lookedUp : { finding: null };
  const ticket = finding?.kind === 'ticket' ? finding.ticket : null;
  if (self === null || ground === null || controls === null) {
    return { direction, lookedUp, ticket, scan: null, known: null };
  }
  const crossings = ticket === null ? [] : await crossingsAt(ports, journal, self, ticket.serial);
  const scan = { direction, gate: self.gate, lane: settings().lane ?? self.lane, isConfirmed };
  const known = { ground, controls, occupancy: NOBODY, crossings, at: clock.now() };
  return { direction, lookedUp, ticket, scan, known };
}

/** This lane's own and everybody else's. */
async function crossingsAt(
  { list }: LanePorts,
  journal: Journal,
  { checkpoint, deviceId }: DeviceSelf,
  serial: number,
): Promise<Crossing[]> {
  const own = await journal.crossingsOf(serial, checkpoint, deviceId);
  const heard = await list.heardOf(serial, checkpoint);
  const through = parseClaimsCursor((await list.get(HEARD_THROUGH)) ?? '');
  const surely = new Set<Crossing>(
    own.filter(
      ({ storeEpoch, revision }) =>
        revision !== null &&
        through !== null &&
        storeOf(through) === storeEpoch &&
        revision <= through.revision,
    ),
  );
  return crossingsKnown(own, heard, (crossing) => surely.has(crossing));
}

/** The one row that {@link lookUp} will ask for. */
async function find(
  { list }: LanePorts,
  reading: Reading,
  hash: string,
): Promise<ListedTicket | null> {
  switch (reading.kind) {
    case 'ticket-code':
      return listedTicket(await list.bySerial(reading.code.serial));
    case 'foreign':
      return hash === '' ? null : listedTicket(await list.byHash(hash));
    default:
      return null;
  }
}

async function hashOf({ sha256 }: LanePorts, event: string, reading: Reading): Promise<string> {
  if (reading.kind === 'unreadable') return '';
  const hash = await sha256(codeHashMessage(event, reading.text));
  return base64Url(hash.subarray(0, CODE_HASH_BYTES));
}

/** RFC 4648 §5, without padding. */
function base64Url(bytes: Uint8Array): string {
  const text = btoa(String.fromCharCode(...bytes));
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
