// The hub's list as a box takes it: a new one is used only once it is whole.
import type { Ticket } from '#domain/entry/ticket.ts';
import type { Answered } from './node-words.ts';
import type { ServerNode } from './server-node.ts';
import type { World } from './world.ts';

/** A list on its way to a box, used only once it is whole. */
type Staged = {
  listEpoch: string;
  n: number;
  readonly tickets: Map<number, { ticket: Ticket; n: number }>;
};

export class BoxLists {
  readonly #world: World;
  readonly #staged = new Map<string, Staged>();

  constructor(world: World) {
    this.#world = world;
  }

  /** How far the list that is arriving has come; undefined: none is. */
  staged(box: string): Staged | undefined {
    return this.#staged.get(box);
  }

  /** @returns whether the box holds a whole list */
  take(box: ServerNode, answered: Answered): boolean {
    const { disk } = box;
    const { listEpoch, tickets, isWhole, after } = answered;
    if (listEpoch !== disk.listEpoch || disk.listN === 0) {
      let staged = this.#staged.get(box.name);
      if (staged?.listEpoch !== listEpoch) {
        staged = { listEpoch, n: 0, tickets: new Map() };
        this.#staged.set(box.name, staged);
      }
      // The answer to an earlier question: half a list must never pass for a whole one.
      if (after !== staged.n) return false;
      for (const each of tickets) {
        staged.tickets.set(each.ticket.serial, each);
        staged.n = Math.max(staged.n, each.n);
      }
      if (!isWhole) {
        this.#world.count('halfLists');
        return false;
      }
      disk.tickets = new Map([...staged.tickets].map(([serial, { ticket }]) => [serial, ticket]));
      disk.listed = new Map([...staged.tickets].map(([serial, { n }]) => [serial, n]));
      disk.listEpoch = listEpoch;
      disk.listN = staged.n;
      disk.fence += 1;
      this.#staged.delete(box.name);
    } else {
      for (const { ticket, n } of tickets) {
        if (n <= (disk.listed.get(ticket.serial) ?? 0)) continue;
        disk.tickets.set(ticket.serial, ticket);
        disk.listed.set(ticket.serial, n);
        disk.listN = Math.max(disk.listN, n);
        disk.fence += 1;
      }
    }
    if (disk.controls !== answered.controls) disk.control(answered.controls);
    return true;
  }
}
