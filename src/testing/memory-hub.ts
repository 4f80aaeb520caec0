// The hub of a lane under test, in memory: tickets, claims, journals. It decides by the rules of
// `domain/`, so that the lane meets true answers; what it does not have is a database.
import { createHash } from 'node:crypto';
import { codeHash, readCode } from '#domain/credentials/reading.ts';
import { mintTicketCode } from '#domain/credentials/ticket-code.ts';
import type { Crossing } from '#domain/entry/crossings.ts';
import { type Decision, decideScan, type Finding } from '#domain/entry/decide-scan.ts';
import { rulesFor } from '#domain/entry/rules.ts';
import type { Ticket } from '#domain/entry/ticket.ts';
import type { Instant } from '#domain/kernel/instant.ts';
import { packClaim } from '#domain/sync/claims.ts';
import { type Controls, NO_CONTROLS, NOBODY } from '#domain/venue/controls.ts';
import { type Ground, groundOf } from '#domain/venue/match-event.ts';
import type { ClaimsPage } from '#protocol/claims.ts';
import { type EventFile, matchEventOf } from '#protocol/event-file.ts';
import type { JournalEntry, JournalReceipt } from '#protocol/journal.ts';
import type { ScanAnswer, ScanRequest } from '#protocol/scans.ts';
import type { ListPage, ListRow } from '#protocol/ticket-list.ts';
import { hmacSha256, sha256 } from './credentials.ts';
import { aTicket } from './entry.ts';

const KEY = new Uint8Array(32).fill(7);
export const EVENT_NUMBER = 3;

type Scanned = { readonly request: ScanRequest; readonly answer: ScanAnswer; isAnnulled: boolean };

export type Notice = (name: 'claims' | 'list' | 'controls', body: unknown) => void;

export class MemoryHub {
  readonly file: EventFile;
  readonly tickets = new Map<number, Ticket>();
  readonly crossings = new Map<number, Crossing[]>();
  readonly scans = new Map<string, Scanned>();
  readonly journals = new Map<string, Map<number, JournalEntry>>();
  readonly annulled: { readonly scanId: string; readonly cause: string }[] = [];
  /** Entries that it sets aside. */
  readonly poison = new Set<number>();
  controls: Controls = NO_CONTROLS;
  readonly #ground: Ground;
  readonly #notice: Notice;
  readonly #changes = new Map<number, number>();
  readonly #claimed = new Map<number, number>();
  #claimsTold = 0;
  #listN = 0;
  #fence = 1;
  #revision = 0;

  constructor(file: EventFile, notice: Notice) {
    this.file = file;
    this.#ground = groundOf(matchEventOf(file));
    this.#notice = notice;
  }

  /** Issues a ticket, or changes one. @returns its code */
  sell(serial: number, changes: Partial<Ticket> = {}): string {
    const ref = `T-${serial}` as Ticket['ref'];
    const ticket = aTicket({ serial, ref, stand: null, ...changes });
    this.tickets.set(serial, ticket);
    this.#listN += 1;
    this.#changes.set(serial, this.#listN);
    this.#notice('list', { cursor: this.#cursor });
    return this.code(ticket);
  }

  code({ serial, issue }: Pick<Ticket, 'serial' | 'issue'>): string {
    return mintTicketCode({ event: EVENT_NUMBER, serial, issue }, KEY, hmacSha256);
  }

  control(controls: Partial<Controls>): void {
    this.controls = { ...this.controls, ...controls };
    this.#fence += 1;
    this.#notice('controls', this.controlsState());
  }

  /** Somebody enters at the other gate with this ticket. */
  admitElsewhere(serial: number): void {
    const at = Date.now() as Instant;
    this.#cross(
      serial,
      { device: 'd2', scan: `x-${serial}-${at}`, gate: 'N2', at, direction: 'in' },
      true,
    );
  }

  /** A supervisor takes back whatever this lane's ticket was let in by. */
  takeBackAll(serial: number): void {
    for (const { scan } of this.crossings.get(serial) ?? []) this.#takeBack(scan);
  }

  /** What {@link admitElsewhere} let in did not turn the turnstile there. */
  takeBackElsewhere(serial: number): void {
    for (const { device, scan } of this.crossings.get(serial) ?? []) {
      if (device === 'd2') this.#takeBack(scan);
    }
  }

  /** Everything that came up, journal by journal, in order. */
  entries(): JournalEntry[] {
    return [...this.journals.values()].flatMap((journal) =>
      [...journal].sort(([a], [b]) => a - b).map(([, entry]) => entry),
    );
  }

  /** People let in by a ticket and not taken back. */
  admitted(serial: number): number {
    const all = this.crossings.get(serial) ?? [];
    return all.filter((each) => each.annulledAt === null && each.direction === 'in').length;
  }

  list(since: string | null): ListPage {
    const after = since === null ? 0 : Number(since.split(':')[1]);
    const serials = [...this.tickets.keys()].sort((a, b) => a - b);
    const changeOf = (serial: number) => this.#changes.get(serial) ?? 0;
    const whole = serials.map((serial) => `${serial}:${changeOf(serial)},`).join('');
    const hash = createHash('sha256').update(whole).digest('hex');
    const changed = serials.filter((serial) => changeOf(serial) > after);
    return {
      cursor: this.#cursor,
      hasMore: false,
      asOf: iso(Date.now()),
      tickets: changed.map((serial) => this.#row(serial)),
      whole: { count: serials.length, hash },
    };
  }

  /** Tickets whose crossings have changed after `since`. */
  claims(since: string | null): ClaimsPage {
    const after = since === null ? 0 : Number(since.split(':')[1]);
    const gates = ['N1', 'N2'];
    const checkpoints = ['turnstile'];
    const names = { base: 0, gates, checkpoints };
    const changed = [...this.#claimed].filter(([, revision]) => revision > after);
    return {
      ...{ after: `e1:${after}`, cursor: `e1:${this.#revision}`, hasMore: false, ...names },
      claims: changed.map(([serial]) =>
        packClaim(serial, 'turnstile', this.crossings.get(serial) ?? [], names),
      ),
    };
  }

  /** @returns null when the scanId belongs to another scan */
  scan(request: ScanRequest): ScanAnswer | null {
    const before = this.scans.get(request.scanId);
    if (before !== undefined) return repeated(before, request);
    const at = Date.now() as Instant;
    const finding = this.#find(request.code);
    const serial = finding.kind === 'ticket' ? finding.ticket.serial : 0;
    const decision = decideScan(
      { direction: request.direction, gate: 'N1', lane: null, isConfirmed: false },
      finding,
      {
        ground: this.#ground,
        controls: this.controls,
        occupancy: NOBODY,
        crossings: this.crossings.get(serial) ?? [],
        at,
      },
    );
    const answer = this.#answer(request.scanId, decision, at);
    this.scans.set(request.scanId, { request, answer, isAnnulled: false });
    if (decision.crosses !== null) {
      const { direction, scanId } = request;
      this.#cross(serial, { device: 'd1', scan: scanId, gate: 'N1', at, direction }, true);
    }
    return answer;
  }

  /** @returns false when there is no such scan */
  annul(scanId: string, cause: string): boolean {
    const scan = this.scans.get(scanId);
    if (scan === undefined) return false;
    this.annulled.push({ scanId, cause });
    scan.isAnnulled = true;
    this.#takeBack(scanId);
    return true;
  }

  receive(journalId: string, entries: readonly JournalEntry[]): JournalReceipt {
    const journal = this.journals.get(journalId) ?? new Map<number, JournalEntry>();
    this.journals.set(journalId, journal);
    const quarantined = entries.flatMap(({ seq }) =>
      this.poison.has(seq) ? [{ seq, why: 'poison' }] : [],
    );
    for (const entry of entries) {
      if (this.poison.has(entry.seq) || journal.has(entry.seq)) continue;
      journal.set(entry.seq, entry);
      this.#replay(entry);
    }
    let acceptedThrough = 0;
    while (journal.has(acceptedThrough + 1)) acceptedThrough += 1;
    return { acceptedThrough, durableThrough: acceptedThrough, quarantined, conflicts: 0 };
  }

  controlsState() {
    const { holds, diversions, limits, status, modes = [] } = this.controls;
    const window = { doorsAt: null, endsAt: null };
    const until = diversions.map((each) => ({ ...each, until: iso(each.until) }));
    return { fence: this.#fence, status, holds, diversions: until, limits, window, modes };
  }

  get #cursor(): string {
    return `list:${this.#listN}`;
  }

  #row(serial: number): ListRow {
    const ticket = this.tickets.get(serial) ?? aTicket();
    const hash = codeHash(this.file.id, this.code(ticket), sha256);
    const { issue, isBlocked, ref, type, section, row, seat, referral } = ticket;
    const rest = referral === null ? null : { referral };
    const hashes = [Buffer.from(hash).toString('base64url')];
    const n = this.#changes.get(serial) ?? 0;
    return [serial, n, hashes, issue, 0, isBlocked ? 1 : 0, ref, type, section, row, seat, rest];
  }

  #find(scanned: string): Finding {
    const reading = readCode(scanned);
    if (reading.kind !== 'ticket-code') return { kind: 'none', reason: 'unreadable' };
    const { serial, issue } = reading.code;
    const ticket = this.tickets.get(serial);
    if (ticket === undefined) return { kind: 'none', reason: 'unknown' };
    const isOurs = this.code({ serial, issue }) === reading.text;
    if (!isOurs) return { kind: 'none', reason: 'forged' };
    return { kind: 'ticket', ticket, isCurrent: issue === ticket.issue };
  }

  #answer(scanId: string, decision: Decision, at: Instant): ScanAnswer {
    this.#revision += 1;
    const { verdict, reason, ticket, first, gateHint, attention, next, from } = decision;
    return {
      scanId,
      verdict,
      reason,
      rung: 'hub',
      ticket: ticket === null ? null : { ...ticket, admits: rulesFor(this.#ground, ticket).admits },
      first: first === null ? null : { gate: first.gate, lane: first.lane, at: iso(first.at) },
      gateHint: gateHint === null ? null : { gates: [...gateHint] },
      attention,
      next,
      from: from === null ? null : iso(from),
      decidedAt: iso(at),
      storeEpoch: 'e1',
      revision: this.#revision,
      mark: `m${this.#revision}`,
    };
  }

  #cross(
    serial: number,
    crossing: Pick<Crossing, 'device' | 'scan' | 'gate' | 'at' | 'direction'>,
    isExact: boolean,
  ): void {
    const before = this.crossings.get(serial) ?? [];
    this.crossings.set(serial, [...before, { ...crossing, lane: null, isExact, annulledAt: null }]);
    this.#tellClaim(serial);
  }

  #tellClaim(serial: number): void {
    if (this.#claimsTold === this.#revision) this.#revision += 1;
    this.#claimed.set(serial, this.#revision);
    this.#notice('claims', this.claims(`e1:${this.#claimsTold}`));
    this.#claimsTold = this.#revision;
  }

  #takeBack(scanId: string): void {
    const annulledAt = Date.now() as Instant;
    for (const [serial, crossings] of this.crossings) {
      this.crossings.set(
        serial,
        crossings.map((each) => (each.scan === scanId ? { ...each, annulledAt } : each)),
      );
      if (crossings.some((each) => each.scan === scanId)) this.#tellClaim(serial);
    }
  }

  #replay(entry: JournalEntry): void {
    if (entry.kind === 'annulled') this.#takeBack(entry.scanId);
    if (entry.kind !== 'outcome' || entry.verdict !== 'provisional') return;
    const finding = this.#find(entry.code);
    if (this.scans.has(entry.scanId) || finding.kind !== 'ticket') return;
    const { scanId: scan, direction } = entry;
    const at = Date.parse(entry.scannedAt) as Instant;
    this.#cross(finding.ticket.serial, { device: 'd1', scan, gate: 'N1', at, direction }, false);
  }
}

function repeated(before: Scanned, request: ScanRequest): ScanAnswer | null {
  const { code, direction } = before.request;
  if (code !== request.code || direction !== request.direction) return null;
  if (!before.isAnnulled) return before.answer;
  return { ...before.answer, verdict: 'refused', reason: 'annulled', next: 'scan-again' };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
