// The smallest claim authority that keeps the rules: stored answers, crossings and tickets in maps,
// `decideScan` for the rest. The measure that real stores are held against.
import { annulCrossing, type Crossing, nextCrossingAt } from '#domain/entry/crossings.ts';
import { type Decision, decideScan, type Finding } from '#domain/entry/decide-scan.ts';
import type { Ticket } from '#domain/entry/ticket.ts';
import type { Direction, Reason, Verdict } from '#domain/entry/verdict.ts';
import type { Instant } from '#domain/kernel/instant.ts';
import { NO_CONTROLS, NOBODY } from '#domain/venue/controls.ts';
import { type EntryRules, type Ground, groundOf } from '#domain/venue/match-event.ts';
import { aTicket, MATCH } from './entry.ts';

export type AuthorityScan = {
  readonly device: string;
  readonly scanId: string;
  readonly direction: Direction;
  readonly code: string;
};

export type Answer = { readonly verdict: Verdict; readonly reason: Reason | null };

/** A code of the model: which ticket, which issue of its code. */
export const codeOf = (serial: number, issue: number): string => `${serial}/${issue}`;

export class ModelAuthority {
  readonly #ground: Ground;
  readonly #tickets = new Map<number, Ticket>();
  readonly #crossings = new Map<number, readonly Crossing[]>();
  readonly #answers = new Map<string, { scan: AuthorityScan; answer: Answer }>();

  constructor(rules: Partial<EntryRules>, serials: readonly number[]) {
    this.#ground = groundOf({ ...MATCH, entry: { ...MATCH.entry, ...rules } });
    for (const serial of serials) this.#tickets.set(serial, aTicket({ serial }));
  }

  scan(scan: AuthorityScan, now: Instant): Answer | 'scan-id-reused' {
    const key = `${scan.device} ${scan.scanId}`;
    const stored = this.#answers.get(key);
    if (stored !== undefined) {
      const isSame = stored.scan.code === scan.code && stored.scan.direction === scan.direction;
      return isSame ? stored.answer : 'scan-id-reused';
    }
    const { verdict, reason, ticket, crosses } = this.#decide(scan, now);
    if (ticket !== null && crosses !== null) this.#record(scan, ticket.serial, now);
    const answer = { verdict, reason };
    this.#answers.set(key, { scan, answer });
    return answer;
  }

  /** @returns whether the scan's crossing was taken back now */
  annul(device: string, scanId: string, now: Instant): boolean {
    const stored = this.#answers.get(`${device} ${scanId}`);
    if (stored === undefined) return false;
    const serial = Number(stored.scan.code.split('/')[0]);
    const annulled = annulCrossing(this.crossingsOf(serial), device, scanId, now);
    if (typeof annulled === 'string') return false;
    this.#crossings.set(serial, annulled);
    stored.answer = { verdict: 'refused', reason: 'annulled' };
    return true;
  }

  setBlocked(serial: number, isBlocked: boolean): void {
    this.#tickets.set(serial, { ...this.ticketOf(serial), isBlocked });
  }

  reissue(serial: number): void {
    const ticket = this.ticketOf(serial);
    this.#tickets.set(serial, { ...ticket, issue: ticket.issue + 1 });
  }

  ticketOf(serial: number): Ticket {
    return this.#tickets.get(serial) ?? aTicket({ serial });
  }

  crossingsOf(serial: number): readonly Crossing[] {
    return this.#crossings.get(serial) ?? [];
  }

  #decide(scan: AuthorityScan, now: Instant): Decision {
    const finding = this.#find(scan.code);
    const serial = finding.kind === 'ticket' ? finding.ticket.serial : 0;
    return decideScan(
      { direction: scan.direction, gate: 'N1', lane: null, isConfirmed: false },
      finding,
      {
        ground: this.#ground,
        controls: NO_CONTROLS,
        occupancy: NOBODY,
        crossings: this.crossingsOf(serial),
        at: now,
      },
    );
  }

  #find(code: string): Finding {
    const [serial, issue] = code.split('/').map(Number);
    const ticket = this.#tickets.get(serial ?? 0);
    if (ticket === undefined) return { kind: 'none', reason: 'unknown' };
    return { kind: 'ticket', ticket, isCurrent: ticket.issue === issue };
  }

  #record(scan: AuthorityScan, serial: number, now: Instant): void {
    const before = this.crossingsOf(serial);
    const crossing: Crossing = {
      device: scan.device,
      scan: scan.scanId,
      gate: 'N1',
      lane: null,
      at: nextCrossingAt(before, now),
      direction: scan.direction,
      isExact: true,
      annulledAt: null,
    };
    this.#crossings.set(serial, [...before, crossing]);
  }
}
