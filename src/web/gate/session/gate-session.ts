// One enrolled phone at work: its lane, what is on the screen, and whoever speaks to it. Screens watch the
// values here and call the methods; they decide nothing themselves.
import { z } from 'zod';
import type { Direction } from '#domain/entry/verdict.ts';
import type { Mode } from '#domain/sync/ladder.ts';
import type { Lane } from '#lane/lane.ts';
import { isThrough } from '#lane/lane-answer.ts';
import type { LaneStatus } from '#lane/lane-settings.ts';
import type { NoticeKind } from '#lane/words.ts';
import { operatorView } from '#protocol/enrolment.ts';
import { scanAnswer } from '#protocol/scans.ts';
import { DeviceApi } from '../device/device-api.ts';
import { withAllAddresses } from '../device/enrol.ts';
import { createProvenTransport } from '../device/proven-transport.ts';
import { destroyEnrolment, type Enrolment } from '../device/vault.ts';
import { Watched } from '../observable.ts';
import { Duplicates } from '../reading/duplicates.ts';
import type { IndexedDbList } from '../storage/list-store.ts';
import { type CameraState, type Heartbeat, type Readiness, startHeartbeat } from './heartbeat.ts';
import { Inbox } from './inbox.ts';
import { openLane } from './open-lane.ts';
import { watchPhone } from './phone.ts';
import {
  type Ending,
  type Handover,
  handover,
  holder,
  type Notice,
  type Operator,
  type Shown,
} from './session-shapes.ts';

/** An admission makes way for the next code by itself. */
const ADMITTED_SHOWN_MS = 1_200;
const NOTICE_SHOWN_MS = 12_000;
const LAST_ENTRIES_MS = 3_000;

export class GateSession {
  readonly enrolment: Enrolment;
  readonly api: DeviceApi;
  readonly inbox: Inbox;
  readonly phone = watchPhone();
  readonly shown = new Watched<Shown | null>(null);
  readonly isDeciding = new Watched(false);
  readonly status: Watched<LaneStatus>;
  readonly notices = new Watched<readonly Notice[]>([]);
  readonly operator = new Watched<Operator | null>(null);
  readonly direction = new Watched<Direction>('in');
  readonly camera = new Watched<CameraState>('untested');
  readonly readiness = new Watched<Readiness | null>(null);
  readonly admittedHere: Watched<number>;
  readonly ending = new Watched<Ending | null>(null);
  readonly lane: Lane;
  readonly list: IndexedDbList;
  readonly #duplicates = new Duplicates();
  #heartbeat: Heartbeat | null = null;
  #clearing: ReturnType<typeof setTimeout> | undefined;
  #noticeId = 0;
  /** The last admission, which a supervisor may take back. */
  #lastIn: string | null = null;

  private constructor(
    enrolment: Enrolment,
    api: DeviceApi,
    inbox: Inbox,
    opened: { lane: Lane; list: IndexedDbList },
  ) {
    this.enrolment = enrolment;
    this.api = api;
    this.inbox = inbox;
    this.lane = opened.lane;
    this.list = opened.list;
    this.status = new Watched(opened.lane.status());
    this.admittedHere = new Watched(Number(localStorage.getItem(this.#countKey) ?? 0));
  }

  /** @throws when the lane is open in another window, or the phone's storage fails */
  static async start(enrolment: Enrolment): Promise<GateSession> {
    const { identity, keys } = enrolment;
    const transport = createProvenTransport(keys.device, { deviceId: identity.deviceId });
    const api = new DeviceApi(transport, identity.addresses);
    const inbox = new Inbox(api);
    let session: GateSession | null = null;
    const opened = await openLane(enrolment, transport, {
      onNotice: (kind, detail) => session?.announce(kind, detail),
      onTrouble: (words) => console.info(words),
      onRevoked: () => void session?.end(),
      onChange: () => session?.refresh(),
      onFeed: (event) => inbox.hear(event),
    });
    session = new GateSession(enrolment, api, inbox, opened);
    await session.#begin();
    return session;
  }

  async #begin(): Promise<void> {
    if (this.lane.status().isRevoked) void this.end();
    // The screens are there at once; the first contact may take its second and a half.
    void this.lane.start().then(() => {
      this.refresh();
      this.inbox.load().catch(() => {});
      // Boxes that were added since: they are asked from the next start on.
      void withAllAddresses(this.enrolment);
      this.#heartbeat = startHeartbeat({
        api: this.api,
        status: () => this.lane.status(),
        health: () => this.phone.health.get(),
        camera: () => this.camera.get(),
        onHeard: (readiness) => this.readiness.set(readiness),
      });
      this.#standHere(this.lane.knowledge.self()?.operator ?? null);
    });
    await Promise.resolve();
  }

  /** Not while one is being decided, nor while what is shown needs the steward. */
  get takesCodes(): boolean {
    const before = this.shown.get();
    const isFree = before === null || isThrough(before.answer);
    return isFree && !this.isDeciding.get() && this.ending.get() === null;
  }

  /** A code from whichever reader. @returns false when it was let fall */
  present(text: string): boolean {
    if (!this.takesCodes) return false;
    if (!this.#duplicates.isNew(text, performance.now())) return false;
    void this.decide(text);
    return true;
  }

  /** Asks for a verdict and shows it. @param confirms - the referred scan that the steward has settled */
  async decide(text: string, confirms: string | null = null): Promise<void> {
    const direction = this.direction.get();
    this.isDeciding.set(true);
    try {
      performance.mark('gate:decoded');
      const options = confirms === null ? { direction } : { direction, confirms };
      const answer = await this.lane.scan(text, options);
      this.show({ answer, code: text, direction, isManual: false });
    } finally {
      this.isDeciding.set(false);
      this.refresh();
    }
  }

  show(shown: Shown): void {
    clearTimeout(this.#clearing);
    this.shown.set(shown);
    if (!isThrough(shown.answer)) return;
    if (shown.direction === 'in') {
      this.#count(1);
      this.#lastIn = shown.answer.scanId;
    }
    this.#clearing = setTimeout(() => this.dismiss(), ADMITTED_SHOWN_MS);
  }

  dismiss(): void {
    clearTimeout(this.#clearing);
    this.shown.set(null);
  }

  setDirection(direction: Direction): void {
    this.lane.use({ direction });
    this.direction.set(direction);
  }

  async setMode(mode: Mode, stopAt: number | null): Promise<void> {
    await this.lane.setMode(mode, stopAt);
    this.refresh();
  }

  /** The steward has checked what the referral asked for: the same ticket, judged without it. */
  confirm({ answer, code, isManual }: Shown): Promise<void> {
    const { scanId } = answer;
    return isManual ? this.scanByHand(code, scanId) : this.decide(code, scanId);
  }

  /** Whose ticket it is, where the referral makes that the steward's business. Kept nowhere. */
  async holderOf(scanId: string): Promise<string | null> {
    const path = `/api/v1/devices/self/scans/${encodeURIComponent(scanId)}/holder`;
    return (await this.api.ask('GET', path, null, holder)).name;
  }

  /**
   * A short identifier, typed in: asked above, never decided here. The first answer says which seat it is;
   * the second, when the steward has looked, lets in.
   *
   * @throws Refused (429: too many), Unreachable
   */
  async scanByHand(code: string, confirms: string | null = null): Promise<void> {
    const direction = this.direction.get();
    const operator = this.operator.get()?.person;
    const body = {
      scanId: crypto.randomUUID(),
      code,
      direction,
      scannedAt: new Date(this.lane.now()).toISOString(),
      isManual: true,
      ...(operator === undefined ? {} : { operator }),
      ...(confirms === null ? {} : { confirms }),
    };
    const { mark: _, ...answer } = await this.api.ask('POST', '/api/v1/scans', body, scanAnswer);
    this.show({ answer: { ...answer, listAsOf: null }, code, direction, isManual: true });
  }

  async offerHandover(withOperator: boolean): Promise<Handover> {
    return await this.api.ask('POST', '/api/v1/devices/self/handover', { withOperator }, handover);
  }

  get canUndo(): boolean {
    return this.#lastIn !== null;
  }

  /** @throws Refused: not a gate supervisor, too late, a later crossing */
  async undoLast(supervisor: { name: string; pin: string }, reason: string): Promise<void> {
    const scanId = this.#lastIn;
    if (scanId === null) return;
    const body = { scanId, supervisor, reason };
    await this.api.ask('POST', '/api/v1/devices/self/undo', body, z.unknown());
    this.#lastIn = null;
    this.#count(-1);
  }

  /** People counted by eye or at an open gate. @returns whether the stop threshold is reached */
  async count(people: number): Promise<boolean> {
    const counts = await this.lane.count(this.direction.get(), people);
    if (counts !== null && this.direction.get() === 'in') this.#count(people);
    this.refresh();
    return counts?.isFull ?? false;
  }

  announce(kind: NoticeKind, detail: string): void {
    this.#noticeId += 1;
    const notice = { id: this.#noticeId, kind, detail };
    // What is said of the rung replaces what was said of it before.
    this.notices.set([...this.notices.get().filter((each) => each.kind !== kind), notice]);
    setTimeout(() => this.dropNotice(notice.id), NOTICE_SHOWN_MS);
  }

  dropNotice(id: number): void {
    this.notices.set(this.notices.get().filter((notice) => notice.id !== id));
  }

  refresh(): void {
    const before = this.status.get().rung;
    this.status.set(this.lane.status());
    if (before !== this.status.get().rung) this.#heartbeat?.beat();
  }

  /** Who stands here, by badge, or by name and PIN. @throws Refused, Unreachable */
  async signOn(who: { badge: string } | { name: string; pin: string }): Promise<void> {
    const answer = operatorView;
    this.#standHere(await this.api.ask('POST', '/api/v1/devices/self/operator', who, answer));
  }

  async signOff(): Promise<void> {
    await this.api.ask('DELETE', '/api/v1/devices/self/operator', null, z.unknown());
    this.#standHere(null);
  }

  /** The enrolment is over: what is unsent goes up, then keys, journal and list are destroyed. */
  async end(): Promise<void> {
    if (this.ending.get() !== null) return;
    this.ending.set({ unsent: this.lane.status().unsent, isWiped: false });
    this.#heartbeat?.stop();
    this.phone.stop();
    this.dismiss();
    for (;;) {
      const unsent = await this.lane.drain(LAST_ENTRIES_MS);
      this.ending.set({ unsent, isWiped: false });
      if (unsent === 0) break;
    }
    await this.lane.stop();
    await destroyEnrolment(this.enrolment.identity);
    localStorage.removeItem(this.#countKey);
    this.ending.set({ unsent: 0, isWiped: true });
  }

  #standHere(operator: Operator | null): void {
    this.lane.use({ operator: operator?.person ?? null });
    this.operator.set(operator);
  }

  #count(people: number): void {
    this.admittedHere.set(this.admittedHere.get() + people);
    localStorage.setItem(this.#countKey, String(this.admittedHere.get()));
  }

  get #countKey(): string {
    return `kaimen.admitted.${this.enrolment.identity.deviceId}`;
  }
}
