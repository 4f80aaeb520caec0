// One code, one verdict, durable before it is shown: what the lane may settle alone, whoever decides
// above, the lane on its own.
import { type Decision, decideScan, mayLaneSettle, type Scan } from '#domain/entry/decide-scan.ts';
import { rulesFor } from '#domain/entry/rules.ts';
import type { Rung } from '#domain/entry/verdict.ts';
import {
  cannotVerify,
  decideAlone,
  decideAtOpenGate,
  lookAtHolder,
} from '#domain/sync/decide-alone.ts';
import { modeOf } from '#domain/sync/ladder.ts';
import type { Asked } from './ask.ts';
import type { Read } from './journal-entries.ts';
import { answerAbove, answerHere, type LaneAnswer } from './lane-answer.ts';
import { isoTime } from './lane-clock.ts';
import { lookAt, type View } from './look-at.ts';
import {
  crossedOf,
  outcomeBody,
  readBody,
  type ScanDeps,
  type ScanOptions,
  seenOf,
  seenWith,
} from './scan-deps.ts';
import type { Unsettled } from './unsettled.ts';

/**
 * @param readMs - when the code was decoded, on the monotonic clock: every deadline runs from it
 * @returns the answer, journalled; only the light is missing
 * @throws when the journal cannot be written
 */
export async function decideOne(
  deps: ScanDeps,
  unsettled: Unsettled,
  code: string,
  options: ScanOptions,
  readMs: number,
): Promise<LaneAnswer> {
  const direction = options.direction ?? deps.settings().direction;
  const left = unsettled.take(code, direction);
  if (left !== null && left.answer !== null) return left.answer;
  const read = left?.read ?? {
    scanId: deps.ports.chance.uuid(),
    code,
    direction,
    scannedAt: isoTime(deps.clock.now()),
  };
  const view = await lookAt(deps, code, direction, options.confirms !== undefined);
  const mode = modeOf(deps.driver.ladder());
  if (mode.mode === 'open') return await letPass(deps, read, view, mode.stopAt);
  // Begun in an earlier run: somebody above may have admitted it since.
  const wasBegun = left !== null;
  const settled = await settleHere(deps, read, view, wasBegun);
  if (settled !== null) return settled;
  const isAsking = deps.driver.mayAsk();
  if (isAsking) {
    await unsettled.clearDoubt(code, direction);
    if (!wasBegun) await deps.journal.intent({ kind: 'intent', ...readBody(deps, read) });
    deps.onMoment('after-intent');
    const asked = await ask(deps, read, view, options, readMs);
    deps.onMoment('after-claim');
    const answer = await answeredAbove(deps, read, view, asked);
    if (answer !== null) return answer;
  }
  return await decideHere(deps, read, view, isAsking || wasBegun);
}

function ask(
  deps: ScanDeps,
  read: Read,
  { ticket, known, direction }: View,
  { confirms }: ScanOptions,
  readMs: number,
): Promise<Asked> {
  const isStrict =
    direction === 'in' &&
    ticket !== null &&
    known !== null &&
    rulesFor(known.ground, ticket).offline === 'strict';
  const seen = seenOf(deps.journal);
  return deps.driver.ask({
    scanId: read.scanId,
    readMs,
    deadlineMs: deps.settings().deadlineMs,
    isStrict,
    json: JSON.stringify({
      ...readBody(deps, read),
      ...(confirms === undefined ? {} : { confirms }),
    }),
    headers: seen === null ? {} : { 'kaimen-seen': `${seen.epoch}:${seen.revision}:${seen.mark}` },
  });
}

/** What nobody's claim and no newer list could change is answered at once. */
async function settleHere(
  deps: ScanDeps,
  read: Read,
  view: View,
  wasAsked: boolean,
): Promise<LaneAnswer | null> {
  const { lookedUp, scan, known } = view;
  if (lookedUp.kind === 'ask' || scan === null || known === null) return null;
  const decision = decideScan(scan, lookedUp.finding, known);
  if (!mayLaneSettle(decision)) return null;
  const answer = hereAnswer(deps, read, view, decision, 'local');
  return await conclude(deps, read, view, answer, wasAsked);
}

/** @returns null when nobody answered: then the lane decides */
async function answeredAbove(
  deps: ScanDeps,
  read: Read,
  view: View,
  asked: Asked,
): Promise<LaneAnswer | null> {
  switch (asked.kind) {
    case 'answered': {
      const answer = answerAbove(asked.answer);
      const crossed = await crossedOf(deps, answer, view.ticket);
      const seen = seenWith(deps.journal, asked.answer);
      await deps.journal.outcome(outcomeBody(deps, read, answer), answer, crossed, {
        ...{ seen, asked: 'answered' },
      });
      return answer;
    }
    case 'unanswered':
      return null;
    case 'revoked':
    case 'refused': {
      if (asked.kind === 'revoked') deps.onRevoked();
      else deps.notify('scanRefused', asked.words);
      const decision = cannotVerify(scanOf(deps, view), view.ticket);
      const answer = hereAnswer(deps, read, view, decision, 'provisional');
      return await conclude(deps, read, view, answer);
    }
  }
}

async function decideHere(
  deps: ScanDeps,
  read: Read,
  view: View,
  wasAsked: boolean,
): Promise<LaneAnswer> {
  const { scan, known, lookedUp } = view;
  const isListWhole = deps.knowledge.listAsOf() !== null;
  const decision =
    scan === null || known === null
      ? cannotVerify(scanOf(deps, view))
      : decideAlone(scan, lookedUp, known, isListWhole, (type) =>
          deps.journal.admittedAlone(type, deps.acceptedThrough()),
        );
  // Where the steward's eye decides, what the lane cannot tell is for the eye, not for the desk.
  const isForTheEye = decision.reason === 'cannot-verify' && deps.driver.ladder().rung === 'visual';
  const answer = isForTheEye
    ? hereAnswer(deps, read, view, lookAtHolder(decision), 'visual')
    : hereAnswer(deps, read, view, decision, 'provisional');
  return await conclude(deps, read, view, answer, wasAsked);
}

/** The gate stands open: nobody is stopped but by the threshold, and everybody is counted. */
async function letPass(
  deps: ScanDeps,
  read: Read,
  view: View,
  stopAt: number | null,
): Promise<LaneAnswer> {
  const isFull = stopAt !== null && deps.tally.in() >= stopAt;
  const decision = decideAtOpenGate(scanOf(deps, view), view.ticket, isFull);
  const answer = await conclude(deps, read, view, hereAnswer(deps, read, view, decision, 'open'));
  await deps.tally.passed(answer, view.direction);
  return answer;
}

function hereAnswer(
  deps: ScanDeps,
  read: Read,
  view: View,
  decision: Decision,
  rung: Rung,
): LaneAnswer {
  return answerHere(read.scanId, decision, rung, {
    at: deps.clock.now(),
    ground: view.known?.ground ?? null,
    listAsOf: rung === 'provisional' ? deps.knowledge.listAsOf() : null,
  });
}

async function conclude(
  deps: ScanDeps,
  read: Read,
  view: View,
  answer: LaneAnswer,
  wasAsked = false,
): Promise<LaneAnswer> {
  const crossed = await crossedOf(deps, answer, view.ticket);
  await deps.journal.outcome(outcomeBody(deps, read, answer), answer, crossed, {
    asked: wasAsked ? 'unanswered' : 'nobody',
  });
  return answer;
}

function scanOf({ settings }: ScanDeps, { scan, direction }: View): Scan {
  return scan ?? { direction, gate: '', lane: settings().lane, isConfirmed: false };
}
