// One code, one verdict, on the disk before it is shown. The ladder of design §3 as far as this step
// builds it: what the lane may settle alone, whoever decides above, the lane on its own.
import { createHash, randomUUID } from 'node:crypto';
import { CODE_HASH_BYTES, codeHash, type Reading, readCode } from '#domain/credentials/reading.ts';
import {
  decideScan,
  type Knowledge as Known,
  mayLaneSettle,
  type Scan,
} from '#domain/entry/decide-scan.ts';
import { rulesFor } from '#domain/entry/rules.ts';
import type { Ticket } from '#domain/entry/ticket.ts';
import type { Rung } from '#domain/entry/verdict.ts';
import { cannotVerify, decideAlone } from '#domain/sync/decide-alone.ts';
import { crossingsKnown } from '#domain/sync/heard.ts';
import { type LookedUp, lookUp } from '#domain/sync/look-up.ts';
import { NOBODY } from '#domain/venue/controls.ts';
import { type Asked, askAbove } from './ask.ts';
import type { Read } from './journal.ts';
import { answerAbove, answerHere, type LaneAnswer } from './lane-answer.ts';
import { isoTime } from './lane-clock.ts';
import { crossedOf, outcomeBody, readBody, type ScanDeps, seenOf } from './scan-deps.ts';
import type { Unsettled } from './unsettled.ts';
import { ANNOUNCEMENTS } from './words.ts';

/** Deciding alone and writing it down take this long at most; the rest of the time is for asking. */
const RESERVE_MS = 50;
/** Where the event lets nobody in unverified, waiting a little longer is better than the desk. */
const STRICT_EXTRA_MS = 1_300;

/** @returns the answer, journalled; only the light is missing */
export async function decideOne(
  deps: ScanDeps,
  unsettled: Unsettled,
  code: string,
): Promise<LaneAnswer> {
  const startedMs = deps.clock.monotonicMs();
  const { direction } = deps.settings;
  const left = unsettled.take(code, direction);
  if (left !== null && left.answer !== null) return left.answer;
  const read = left?.read ?? {
    scanId: randomUUID(),
    code,
    direction,
    scannedAt: isoTime(deps.clock.now()),
  };
  const view = lookAt(deps, code);

  const settled = settleHere(deps, read, view);
  if (settled !== null) return settled;
  const isAsking = !deps.ladder.isAlone();
  if (isAsking) {
    await unsettled.clearDoubt(code, direction);
    const waitMs = deadlineOf(deps, view) - RESERVE_MS - (deps.clock.monotonicMs() - startedMs);
    if (left === null) deps.journal.intent({ kind: 'intent', ...readBody(deps, read) });
    deps.onStep('after-intent');
    const asked = await askAbove(deps.hub, readBody(deps, read), seenOf(deps.journal), waitMs);
    deps.onStep('after-claim');
    const answer = answeredAbove(deps, read, view, asked);
    if (answer !== null) return answer;
  }
  return decideHere(deps, read, view, isAsking);
}

type View = {
  readonly lookedUp: LookedUp;
  readonly ticket: Ticket | null;
  readonly scan: Scan | null;
  readonly known: Known | null;
};

function lookAt(deps: ScanDeps, code: string): View {
  const { knowledge, clock, settings, journal, store } = deps;
  const self = knowledge.self();
  const ground = knowledge.ground();
  const controls = knowledge.controls();
  const reading = readCode(code);
  const hash = self === null ? '' : hashOf(self.event, reading);
  const lookedUp = lookUp(reading, hash, {
    bySerial: (serial) => store.bySerial(serial),
    byHash: (text) => store.byHash(text),
    eventNumber: knowledge.eventNumber(),
  });
  const { finding } = lookedUp.kind === 'known' ? lookedUp : { finding: null };
  const ticket = finding?.kind === 'ticket' ? finding.ticket : null;
  if (self === null || ground === null || controls === null) {
    return { lookedUp, ticket, scan: null, known: null };
  }
  const lane = settings.lane ?? self.lane;
  const scan: Scan = { direction: settings.direction, gate: self.gate, lane, isConfirmed: false };
  const crossings =
    ticket === null
      ? []
      : crossingsKnown(
          journal.crossingsOf(ticket.serial, self.checkpoint, self.deviceId),
          store.heardOf(ticket.serial, self.checkpoint),
        );
  const known = { ground, controls, occupancy: NOBODY, crossings, at: clock.now() };
  return { lookedUp, ticket, scan, known };
}

function hashOf(event: string, reading: Reading): string {
  if (reading.kind === 'unreadable') return '';
  const sha256 = (message: Uint8Array) => createHash('sha256').update(message).digest();
  const hash = codeHash(event, reading.text, sha256);
  return Buffer.from(hash.subarray(0, CODE_HASH_BYTES)).toString('base64url');
}

/** What nobody's claim and no newer list could change is answered at once. */
function settleHere(deps: ScanDeps, read: Read, view: View): LaneAnswer | null {
  const { lookedUp, scan, known } = view;
  if (lookedUp.kind === 'ask') return null;
  if (scan === null || known === null) return null;
  const decision = decideScan(scan, lookedUp.finding, known);
  if (!mayLaneSettle(decision)) return null;
  return conclude(deps, read, view, hereAnswer(deps, read, view, decision, 'local'));
}

/** @returns null when nobody answered: then the lane decides */
function answeredAbove(deps: ScanDeps, read: Read, view: View, asked: Asked): LaneAnswer | null {
  switch (asked.kind) {
    case 'answered': {
      const { storeEpoch, revision, mark, rung } = asked.answer;
      deps.ladder.step({ kind: 'scan-answered', rung }, '');
      const answer = answerAbove(asked.answer);
      const seen = { epoch: storeEpoch, revision, mark };
      const before = seenOf(deps.journal);
      const isOlder = before?.epoch === storeEpoch && before.revision >= revision;
      deps.journal.outcome(
        outcomeBody(deps, read, answer),
        answer,
        crossedOf(deps, answer, view.ticket),
        { seen: isOlder ? before : seen },
      );
      return answer;
    }
    case 'unanswered':
      deps.ladder.step({ kind: 'scan-unanswered' }, asked.cause);
      return null;
    case 'revoked':
    case 'refused': {
      if (asked.kind === 'revoked') deps.onRevoked('');
      else deps.tell(`${deps.say(ANNOUNCEMENTS.scanRefused)} ${asked.words}`);
      const decision = cannotVerify(scanOf(deps, view), view.ticket);
      return conclude(deps, read, view, hereAnswer(deps, read, view, decision, 'provisional'));
    }
  }
}

function decideHere(deps: ScanDeps, read: Read, view: View, wasAsked: boolean): LaneAnswer {
  const { scan, known, lookedUp } = view;
  const isListWhole = deps.knowledge.listAsOf() !== null;
  const decision =
    scan === null || known === null
      ? cannotVerify(scanOf(deps, view))
      : decideAlone(scan, lookedUp, known, isListWhole, (type) =>
          deps.journal.admittedAlone(type, deps.acceptedThrough()),
        );
  const answer = hereAnswer(deps, read, view, decision, 'provisional');
  return conclude(deps, read, view, answer, wasAsked);
}

function hereAnswer(
  deps: ScanDeps,
  read: Read,
  view: View,
  decision: Parameters<typeof answerHere>[1],
  rung: Rung,
): LaneAnswer {
  return answerHere(read.scanId, decision, rung, {
    at: deps.clock.now(),
    ground: view.known?.ground ?? null,
    listAsOf: rung === 'provisional' ? deps.knowledge.listAsOf() : null,
  });
}

function conclude(
  deps: ScanDeps,
  read: Read,
  view: View,
  answer: LaneAnswer,
  wasAsked = false,
): LaneAnswer {
  const crossed = crossedOf(deps, answer, view.ticket);
  deps.journal.outcome(outcomeBody(deps, read, answer), answer, crossed, { wasAsked });
  return answer;
}

function deadlineOf({ settings }: ScanDeps, { ticket, known }: View): number {
  const isStrict =
    ticket !== null && known !== null && rulesFor(known.ground, ticket).offline === 'strict';
  const isEntry = settings.direction === 'in';
  return settings.deadlineMs + (isStrict && isEntry ? STRICT_EXTRA_MS : 0);
}

function scanOf({ settings }: ScanDeps, { scan }: View): Scan {
  const { direction, lane } = settings;
  return scan ?? { direction, gate: '', lane, isConfirmed: false };
}
