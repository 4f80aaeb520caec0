// Scans of events that another node decides, passed on to it with the lane's identity, which this node has
// proved and vouches for. Fast enough that a lane whose authority is gone still has time to ask elsewhere.
import type { Pool } from 'pg';
import { type AnnulAnswer, annulAnswer, type ScanRequest } from '#protocol/scans.ts';
import type { ScanKey } from '#server/entry/annul.ts';
import type { OpenEvent } from '#server/entry/catalogue.ts';
import { type Elsewhere, NotAuthorityError, type Passed } from '#server/entry/elsewhere.ts';
import { type Asking, type CallerAnswer, NoAnswerError } from '#server/platform/http/caller.ts';
import { HttpProblem, type ProblemCode } from '#server/platform/http/problem.ts';
import type { Device, Principal } from '#server/platform/principal.ts';
import type { Nodes } from './nodes.ts';
import { durableAtHub } from './relay.ts';

/** A lane waits 800 ms for a box (design §3). */
const WITHIN_MS = 650;
/** Beyond this the way round by the hub is tried, while there is time for it. */
const DIRECT_WITHIN_MS = 450;
/** Nobody stands at a lane and waits for it. */
const ACT_WITHIN_MS = 5_000;

/** @param isSecondHand - asked by a node already: it is not passed on again */
export function createForwarder(pool: Pool, nodes: Nodes): Elsewhere {
  return {
    scan: (event, device, scan, seen) => passScan(nodes, event, device, scan, seen, false),
    annul: (event, by, scan, cause) => passAnnul(nodes, event, by, scan, cause, false),
    act: (event, path, body) => passAct(nodes, event, path, body),
    bringList: (event) => nodes.box?.bringList(event) ?? Promise.resolve(),
    durable: async (device, journalId, acceptedThrough) =>
      nodes.hub === null ? acceptedThrough : await durableAtHub(pool, device.id, journalId),
  };
}

export async function passScan(
  nodes: Nodes,
  event: OpenEvent,
  device: Pick<Device, 'id'>,
  scan: ScanRequest,
  seen: string | undefined,
  isSecondHand: boolean,
): Promise<Passed> {
  const body = { device: device.id, scan, ...(seen === undefined ? {} : { seen }) };
  const answer = await pass(nodes, event, '/api/v1/edge/scans', body, isSecondHand);
  // What it says of us is not what it says of the lane, which would stop for good.
  if ([401, 403, 404].includes(answer.status)) throw new NotAuthorityError(event);
  return answer;
}

export async function passAnnul(
  nodes: Nodes,
  event: OpenEvent,
  by: (Pick<Principal, 'kind' | 'id'> & { readonly person?: string | undefined }) | null,
  scan: ScanKey,
  cause: string,
  isSecondHand: boolean,
): Promise<AnnulAnswer> {
  if (by === null) throw new NotAuthorityError(event);
  const { kind, id, person } = by;
  const known = kind === 'operator' && person !== undefined ? { person } : {};
  const body = { ...scan, cause, by: { kind, id, ...known } };
  const answer = await pass(nodes, event, '/api/v1/edge/annulments', body, isSecondHand);
  if (answer.status === 200) return annulAnswer.parse(JSON.parse(answer.text));
  if ([401, 403, 404].includes(answer.status)) throw new NotAuthorityError(event);
  throw problemOf(answer);
}

async function passAct(
  nodes: Nodes,
  event: OpenEvent,
  path: string,
  body: Readonly<Record<string, unknown>>,
): Promise<unknown> {
  const { authority } = event;
  const target = authority === null || authority === nodes.self ? null : nodes.find(authority);
  if (target === null) throw new NotAuthorityError(event);
  const answer = await target.pass({ path, body, timeoutMs: ACT_WITHIN_MS }).catch(noAnswer);
  if (answer === null) {
    throw new HttpProblem('unavailable', {
      detail: `${authority}, which decides this event, cannot be reached`,
      mend: 'send the same request again when it answers: it is done once',
      retryAfterSeconds: 2,
    });
  }
  if ([401, 403].includes(answer.status)) throw new NotAuthorityError(event);
  if (answer.status !== 200) throw problemOf(answer);
  return JSON.parse(answer.text);
}

type Problem = { code: ProblemCode; detail: string; mend: string; errors?: FieldProblem[] };
type FieldProblem = { readonly field: string; readonly message: string };

function problemOf({ text }: CallerAnswer): HttpProblem {
  const { code, detail, mend, errors } = JSON.parse(text) as Problem;
  return new HttpProblem(code, { detail, mend, ...(errors === undefined ? {} : { errors }) });
}

async function pass(
  nodes: Nodes,
  event: OpenEvent,
  path: string,
  body: Readonly<Record<string, unknown>>,
  isSecondHand: boolean,
): Promise<CallerAnswer> {
  const { authority } = event;
  if (authority === null || authority === nodes.self) throw new NotAuthorityError(event);
  const startedAt = performance.now();
  const direct = nodes.find(authority);
  const asking: Asking = {
    path,
    body: { ...body, isSecondHand: true },
    timeoutMs: DIRECT_WITHIN_MS,
  };
  if (direct !== null) {
    const answer = await direct.pass(asking).catch(noAnswer);
    if (answer !== null) return noted(nodes, authority, answer);
  }
  const leftMs = WITHIN_MS - (performance.now() - startedAt);
  const isRoundAboutOpen = !isSecondHand && nodes.hub !== null && authority !== 'hub';
  if (isRoundAboutOpen && leftMs > WITHIN_MS - DIRECT_WITHIN_MS - 50) {
    const round = { ...asking, body: { ...body, isSecondHand: false }, timeoutMs: leftMs };
    const answer = await nodes.hub.pass(round).catch(noAnswer);
    if (answer !== null) return noted(nodes, authority, answer);
  }
  nodes.noteDecided(authority, false);
  throw new HttpProblem('unavailable', {
    detail: `${authority}, which decides this event, cannot be reached`,
    mend: 'go on alone; it is asked again as soon as it answers',
    retryAfterSeconds: 1,
  });
}

function noted(nodes: Nodes, authority: string, answer: CallerAnswer): CallerAnswer {
  nodes.noteDecided(authority, answer.status !== 503);
  return answer;
}

function noAnswer(error: unknown): null {
  if (error instanceof NoAnswerError) return null;
  throw error;
}
