// What people do in a rehearsal: those with codes that are not theirs, and those in the control room.
import { setTimeout as delay } from 'node:timers/promises';
import { gateOf } from '#drill/catalogue/parties.ts';
import type { Injection } from '#drill/catalogue/plan.ts';
import { DeskError } from './desk.ts';
import type { PersonKind } from './people.ts';
import { otherStand } from './people.ts';
import { refOf } from './rehearsal-match.ts';
import type { Scene } from './scene.ts';

/** From the acknowledgement to the moment when everybody who is connected must have heard. */
export const HEARD_WITHIN_MS = 2_000;
const ACKNOWLEDGED_WITHIN_MS = 15_000;
/** A little later than what binds has to bind. */
const SHOWN_AFTER_MS = HEARD_WITHIN_MS + 400;

type Over = () => Promise<void>;
const over: Over = async () => {};

/** The same code at both stands in the same moment. */
export async function cloneCodes(scene: Scene, { amount }: Injection): Promise<Over> {
  const { crowd, chance, plan } = scene;
  for (const ticket of scene.spareTickets(amount ?? 3)) {
    const lane = scene.anyLane();
    crowd.come({ ticket, as: 'copy', lane });
    crowd.come({ ticket, as: 'copy', lane: otherStand(lane, plan.lanes, chance) });
  }
  return over;
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

export async function forgeCodes(scene: Scene, { amount }: Injection): Promise<Over> {
  const { ground, crowd, chance } = scene;
  for (const [index, ticket] of scene.spareTickets(amount ?? 3).entries()) {
    const real = ground.match.codes.get(ticket) ?? '';
    const invented = Array.from({ length: 26 }, () => LETTERS[chance.below(32)]).join('');
    const code = index % 3 === 2 ? invented : withAnotherSeal(real);
    crowd.come({ ticket: 0, as: 'forger', lane: scene.anyLane(), code });
  }
  return over;
}

/** The serial of a real ticket, and a seal that nobody has made. */
function withAnotherSeal(code: string): string {
  const at = code.length - 6;
  return `${code.slice(0, at)}${code[at] === 'A' ? 'B' : 'A'}${code.slice(at + 1)}`;
}

export async function blockTickets(scene: Scene, { amount }: Injection): Promise<Over> {
  const tickets = scene.spareTickets(amount ?? 2);
  for (const ticket of tickets) {
    await atTicket(scene, ticket, 'block');
    scene.promise('blocked', ticket);
  }
  await showThem(scene, tickets, 'blocked');
  return over;
}

/** The old code is shown as well as the new one. */
export async function reissueTickets(scene: Scene, { amount }: Injection): Promise<Over> {
  const { codes } = scene.ground.match;
  const tickets = scene.spareTickets(amount ?? 2);
  const old = new Map<number, string>();
  for (const ticket of tickets) {
    old.set(ticket, codes.get(ticket) ?? '');
    const { code } = await atTicket<{ code: string }>(scene, ticket, 'reissue');
    codes.set(ticket, code);
    scene.promise('replaced', ticket);
  }
  await delay(SHOWN_AFTER_MS, null, { signal: scene.stopping });
  for (const ticket of tickets) {
    const code = old.get(ticket) ?? '';
    scene.crowd.come({ ticket, as: 'replaced', lane: scene.anyLane(), code });
    scene.crowd.come({ ticket, as: 'holder', lane: scene.anyLane() });
  }
  return over;
}

export async function holdGate(scene: Scene, { target }: Injection): Promise<Over> {
  const { desk, match } = scene.ground;
  const path = `/api/v1/events/${match.eventId}/holds`;
  const body = { scope: `gate/${target}`, kind: 'stop', reason: 'the rehearsal' };
  const { id } = await desk.insist<{ id: string }>(path, { body }, ACKNOWLEDGED_WITHIN_MS);
  scene.promise('held', 0, target);
  await delay(SHOWN_AFTER_MS, null, { signal: scene.stopping });
  for (const lane of lanesAt(target, scene.plan.lanes)) {
    const [ticket = 0] = scene.spareTickets(1);
    scene.crowd.come({ ticket, as: 'copy', lane });
  }
  return async () => {
    scene.promise('lifted', 0, target);
    const lifting = { method: 'DELETE' } as const;
    await desk.insist(`${path}/${id}`, lifting, ACKNOWLEDGED_WITHIN_MS * 2).catch((error) => {
      if (!isForgotten(scene, error)) throw error;
    });
  };
}

/** A hub that was put back from its backup knows nothing of a hold that was set since. */
function isForgotten({ plan }: Scene, error: unknown): boolean {
  const isUnknown = error instanceof DeskError && error.status === 404;
  return isUnknown && plan.injections.some(({ fault }) => fault === 'hub-lost');
}

function lanesAt(gate: string, lanes: number): number[] {
  const all = Array.from({ length: lanes }, (_, index) => index + 1);
  return all.filter((number) => gateOf(number, lanes) === gate);
}

async function showThem(scene: Scene, tickets: readonly number[], as: PersonKind): Promise<void> {
  await delay(SHOWN_AFTER_MS, null, { signal: scene.stopping });
  for (const ticket of tickets) scene.crowd.come({ ticket, as, lane: scene.anyLane() });
}

async function atTicket<T>(scene: Scene, ticket: number, what: string): Promise<T> {
  const { desk, match } = scene.ground;
  const path = `/api/v1/events/${match.eventId}/tickets/${refOf(ticket)}/${what}`;
  return await desk.insist<T>(path, { body: { reason: 'the rehearsal' } }, ACKNOWLEDGED_WITHIN_MS);
}

/** A hub that was restored has forgotten what people did since its backup: as the runbook says, they do it again. */
export async function redoActs(scene: Scene): Promise<void> {
  const { codes } = scene.ground.match;
  await scene.sellAgain();
  for (const { kind, ticket } of [...scene.promised]) {
    if (kind === 'blocked') await atTicket(scene, ticket, 'block');
    if (kind !== 'replaced') continue;
    const { code } = await atTicket<{ code: string }>(scene, ticket, 'reissue');
    codes.set(ticket, code);
  }
}
