// What the owner of a cart may ask of a hold.
import { randomName } from '#server/platform/crypto.ts';
import {
  type Choice,
  decideHold,
  type HoldAsk,
  type HoldDecision,
  personOfCart,
} from './hold-rules.ts';
import type { Hold } from './stock-change.ts';
import type { Ask, Turn } from './stock-line.ts';
import type { StockMemory } from './stock-memory.ts';

export type HoldMade =
  | {
      readonly kind: 'held';
      readonly hold: Hold;
      readonly choice: Choice | null;
      readonly now: number;
    }
  | Extract<HoldDecision, { kind: 'refused' }>;

export function askForHold(ask: HoldAsk): Ask<HoldMade> {
  return {
    request: ask.request,
    decide({ step }) {
      const { memory, now } = step;
      const before = memory.holdOfRequest(ask.request);
      if (before !== null) return { kind: 'held', hold: before, choice: null, now };
      if (step.wasAsked(ask.request)) return { kind: 'refused', reason: 'hold-over', seats: [] };
      const decision = decideHold(memory, ask, now);
      if (decision.kind === 'refused') return decision;
      const hold: Hold = {
        id: randomName('h-', 10),
        cart: ask.cart,
        request: ask.request,
        channel: ask.channel,
        places: decision.places,
        until: now + memory.sale.terms.holds.seconds * 1_000,
        isExtended: false,
        order: null,
        person: personOfCart(ask.cart),
      };
      step.record({ kind: 'held', hold });
      return { kind: 'held', hold, choice: decision.choice, now };
    },
  };
}

export type HoldActed =
  | { readonly kind: 'done'; readonly hold: Hold | null; readonly now: number }
  | { readonly kind: 'refused'; readonly reason: 'not-held' | 'extended-already' | 'paying' };

/** Longer, once; of an ordered one by way of its order. */
export function askToExtend(id: string, cart: string): Ask<HoldActed> {
  return {
    orders: (memory) => orderOf(memory, id),
    decide: (turn) => {
      const { step, book } = turn;
      const { memory, now } = step;
      const hold = ownHold(turn, id, cart);
      if (hold === null) return { kind: 'refused', reason: 'not-held' };
      if (hold.isExtended) return { kind: 'refused', reason: 'extended-already' };
      const until = Math.max(
        hold.until,
        now + memory.sale.terms.holds.extendSeconds * 1_000,
      ) as never;
      if (hold.order === null) step.record({ kind: 'kept', hold: id, until, isExtended: true });
      else {
        const { decision } = book.act(hold.order, { kind: 'hold-extended', until });
        if (decision === 'refused') return { kind: 'refused', reason: 'extended-already' };
      }
      return { kind: 'done', hold: memory.hold(id), now };
    },
  };
}

/** Gives it up, with its order if there is one. Done before is done. */
export function askToRelease(id: string, cart: string): Ask<HoldActed> {
  return {
    orders: (memory) => orderOf(memory, id),
    decide: (turn) => {
      const { step, book } = turn;
      const hold = ownHold(turn, id, cart);
      if (hold === null) return { kind: 'refused', reason: 'not-held' };
      if (hold.order === null) step.record({ kind: 'ended', hold: id, as: 'released' });
      else if (book.find(hold.order)?.order.state === 'paying') {
        return { kind: 'refused', reason: 'paying' };
      } else book.act(hold.order, { kind: 'cancelled', lines: null });
      return { kind: 'done', hold: null, now: step.now };
    },
  };
}

function orderOf(memory: StockMemory, id: string): string[] {
  const order = memory.hold(id)?.order ?? null;
  return order === null ? [] : [order];
}

function ownHold({ step }: Turn, id: string, cart: string): Hold | null {
  const hold = step.memory.hold(id);
  return hold?.cart === cart ? hold : null;
}
