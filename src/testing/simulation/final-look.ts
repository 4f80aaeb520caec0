// What must be true once everything is healed and has come to rest.
import { type Conflict, foldCrossings } from '#domain/entry/crossings.ts';
import { rulesFor } from '#domain/entry/rules.ts';
import { type Instant, plusMs } from '#domain/kernel/instant.ts';
import { NO_CONTROLS } from '#domain/venue/controls.ts';
import { claimKey } from '#testing/claim-rows.ts';
import { Broken } from './invariants.ts';
import { journalKey } from './journal-lines.ts';
import { isThrough } from './lane-disk.ts';
import { NodeDisk } from './node-disk.ts';
import { CHECKPOINT, foundBehind, KEYRING, STARTS_AT } from './simulated-match.ts';
import type { World } from './world.ts';

export function lookAtTheEnd(world: World): void {
  const disk = world.hubs[0]?.disk;
  if (disk === undefined) return;
  nothingLost(world, disk);
  everyLightIsACrossing(world, disk);
  doublesAreConflicts(world, disk);
  neverShownTakenBack(world, disk);
  orderFree(world, disk);
}

function nothingLost(world: World, disk: NodeDisk): void {
  for (const { name, device, disk: lane } of world.lanes) {
    const kept = disk.journals.get(journalKey({ device, journalId: lane.journalId }));
    for (const { seq, text } of lane.lines) {
      if (kept?.lines.get(seq)?.line.text === text) continue;
      const key = `${journalKey({ device, journalId: lane.journalId })}\n${text}`;
      if (disk.quarantined.has(key)) continue;
      throw new Broken('nothing-lost', `line ${seq} of ${name} is not at the hub: ${text}`);
    }
  }
}

/** Whoever was shown a green light is on record, once. */
function everyLightIsACrossing(world: World, disk: NodeDisk): void {
  for (const [key, { lane, read, shown }] of world.observer.lights) {
    if (!isThrough(shown) || shown.serial === null || world.retired.includes(lane)) continue;
    if (world.clonedDevices.has(lane.device)) continue;
    // A forged code that names an older issue of a listed ticket leads out, and is nobody's crossing.
    if (foundBehind(read.code).lookup.kind !== 'serial') continue;
    const scan = disk.scans.get(key);
    if (scan?.annulledAt != null) continue;
    const place = {
      entryEpoch: scan?.entryEpoch ?? 0,
      checkpoint: CHECKPOINT,
      serial: shown.serial,
    };
    const crossings = disk.claims.get(claimKey(place))?.crossings ?? [];
    const mine = crossings.filter(
      (each) => each.device === lane.device && each.scan === read.scanId,
    );
    if (mine.length === 1) continue;
    const what = `${key.replace('\n', '/')} of ticket ${shown.serial} was shown green and is there ${mine.length} times`;
    throw new Broken('doubles-are-conflicts', what);
  }
}

function doublesAreConflicts(world: World, disk: NodeDisk): void {
  for (const [key, { crossings }] of disk.claims) {
    const serial = Number(key.split('/')[2]);
    const ticket = disk.tickets.get(serial);
    if (ticket === undefined) continue;
    const rules = rulesFor(world.ground, ticket);
    const { conflicts } = foldCrossings(crossings, rules);
    const kept = [...disk.conflicts.values()].filter((each) => each.isOpen);
    for (const conflict of conflicts) {
      const mine = kept.filter((each) => nameOf(each) === nameOf(conflict));
      const [only] = mine;
      if (
        mine.length === 1 &&
        only?.holder.gate === conflict.holder.gate &&
        only.intruder.gate !== ''
      ) {
        continue;
      }
      throw new Broken('doubles-are-conflicts', `${nameOf(conflict)} is kept ${mine.length} times`);
    }
    if (rules.reentry !== 'not-allowed') continue;
    const entries = crossings.filter((each) => each.direction === 'in' && each.annulledAt === null);
    const over = Math.max(0, entries.length - rules.admits);
    const fresh = crossings.some((each) => each.direction === 'out');
    if (!fresh && over !== conflicts.length) {
      const what = `ticket ${serial} was used ${over} times too often, ${conflicts.length} are told`;
      throw new Broken('doubles-are-conflicts', what);
    }
    if (conflicts.length > 0) world.count('conflicts', conflicts.length);
  }
}

function nameOf({ intruder }: Conflict): string {
  return `${intruder.device}/${intruder.scan}`;
}

function neverShownTakenBack(world: World, disk: NodeDisk): void {
  const { admitted, lights, notTakenBack } = world.observer;
  for (const [key, each] of admitted) {
    const { direction, isAnnulled, isForgotten, serial, entryEpoch } = each;
    const light = lights.get(key);
    if (isForgotten || notTakenBack.has(key) || (light !== undefined && isThrough(light.shown)))
      continue;
    const crossings = disk.claims.get(
      claimKey({ entryEpoch, checkpoint: CHECKPOINT, serial }),
    )?.crossings;
    const [device, scanId] = key.split('\n');
    const kept = crossings?.find((each) => each.device === device && each.scan === scanId);
    if (kept === undefined || kept.annulledAt !== null) continue;
    if (world.retired.some((lane) => lane.device === device)) continue;
    if (world.clonedDevices.has(device ?? '')) continue;
    const what = `${key.replace('\n', '/')} crossed ${direction} on record, nobody was shown it (${isAnnulled})`;
    throw new Broken('never-shown-taken-back', what);
  }
}

/** The journals alone, merged in other orders, let in the same people and name the same conflicts. */
function orderFree(world: World, disk: NodeDisk): void {
  const seen = new Set([merged(world, disk), merged(world, disk)]);
  if (seen.size > 1) throw new Broken('order-free', [...seen].join(' ≠ '));
  for (const [key, { crossings }] of disk.claims) {
    const ticket = disk.tickets.get(Number(key.split('/')[2]));
    if (ticket === undefined) continue;
    const rules = rulesFor(world.ground, ticket);
    const folded = JSON.stringify(foldCrossings(crossings, rules));
    const again = JSON.stringify(foldCrossings(world.chance.shuffle(crossings), rules));
    if (folded !== again) throw new Broken('order-free', `claim ${key}: ${folded} ≠ ${again}`);
  }
}

function merged(world: World, disk: NodeDisk): string {
  const fresh = new NodeDisk(world.ground, KEYRING, NO_CONTROLS, 'x');
  fresh.tickets = new Map(disk.tickets);
  const now: Instant = plusMs(STARTS_AT, world.schedule.now);
  // Of two phones with one identity the first to arrive is believed, and the other kept apart.
  const journals = [...disk.journals.values()].filter(
    ({ device }) => !world.clonedDevices.has(device),
  );
  const parts = journals.flatMap(({ device, gate, journalId, lines }) =>
    [...lines.values()].map(({ line }) => ({ device, gate, journalId, lines: [line] })),
  );
  for (const part of world.chance.shuffle(parts)) {
    fresh.receive(part);
    fresh.replay(now);
  }
  const people = [...fresh.claims]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, { crossings }]) => {
      const ids = crossings
        .map((each) => `${each.device}/${each.scan} ${each.annulledAt ?? ''}`)
        .sort(byText);
      return `${key}: ${ids}`;
    });
  const open = [...fresh.conflicts.values()]
    .filter((each) => each.isOpen)
    .map(nameOf)
    .sort(byText);
  return `${people.join('; ')} | ${open}`;
}

function byText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
