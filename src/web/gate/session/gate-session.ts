// One enrolled phone at work: its lane, what is on the screen, and whoever speaks to it. Screens watch the
// values here and call the methods; they decide nothing themselves.
import { z } from 'zod';
import type { Direction } from '#domain/entry/verdict.ts';
import type { Mode } from '#domain/sync/ladder.ts';
import type { Lane } from '#lane/lane.ts';
import type { LaneStatus } from '#lane/lane-settings.ts';
import { operatorView } from '#protocol/enrolment.ts';
import { DeviceApi, thoseThatAnswerFirst } from '../device/device-api.ts';
import { readOffer } from '../device/offer-text.ts';
import { createProvenTransport } from '../device/proven-transport.ts';
import { destroyEnrolment, type Enrolment } from '../device/vault.ts';
import { watchAddresses } from '../device/watch-addresses.ts';
import { Watched } from '../observable.ts';
import { Duplicates } from '../reading/duplicates.ts';
import type { IndexedDbList } from '../storage/list-store.ts';
import { Announcements } from './announcements.ts';
import { askByHand } from './ask-by-hand.ts';
import {
  type CameraState,
  type Heartbeat,
  type Queue,
  type Readiness,
  startHeartbeat,
} from './heartbeat.ts';
import { Inbox } from './inbox.ts';
import { openLane } from './open-lane.ts';
import { watchPhone } from './phone.ts';
import { prove } from './prove-supervisor.ts';
import { ReleaseFollower } from './release-follower.ts';
import {
  type Ending,
  type Handover,
  handover,
  holder,
  type NameAndPin,
  type Operator,
  type Shown,
} from './session-shapes.ts';
import { Showing } from './showing.ts';

const REFRESH_AFTER_MS = 100;
const LAST_ENTRIES_MS = 3_000;

export class GateSession {
  readonly enrolment: Enrolment;
  readonly api: DeviceApi;
  readonly inbox: Inbox;
  readonly phone = watchPhone();
  readonly release: ReleaseFollower;
  readonly showing: Showing;
  readonly status: Watched<LaneStatus>;
  readonly said: Announcements;
  readonly operator = new Watched<Operator | null>(null);
  readonly direction = new Watched<Direction>('in');
  readonly queue = new Watched<Queue | null>(null);
  readonly camera = new Watched<CameraState>('untested');
  readonly readiness = new Watched<Readiness | null>(null);
  /** Other servers may be asked than those that this lane began with: it is to be opened anew, at rest. */
  readonly readdressed = new Watched<Enrolment | null>(null);
  readonly ending = new Watched<Ending | null>(null);
  readonly lane: Lane;
  readonly list: IndexedDbList;
  readonly #duplicates = new Duplicates();
  #heartbeat: Heartbeat | null = null;
  #stopLooking = () => {};
  #refreshing: ReturnType<typeof setTimeout> | undefined;

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
    this.said = new Announcements(enrolment.identity);
    this.showing = new Showing(enrolment.identity.deviceId);
    this.release = new ReleaseFollower(api, () => this.takesCodes);
  }

  /** @throws when the lane is open in another window, or the phone's storage fails */
  static async start(enrolment: Enrolment): Promise<GateSession> {
    const { identity, keys } = enrolment;
    const transport = createProvenTransport(keys.device, { deviceId: identity.deviceId });
    let session: GateSession | null = null;
    const api = new DeviceApi(transport, () =>
      session === null ? identity.addresses : thoseThatAnswerFirst(session.lane.status()),
    );
    const inbox = new Inbox(api);
    const opened = await openLane(enrolment, transport, {
      onNotice: (kind, detail) => session?.said.announce(kind, detail),
      onTrouble: (words) => console.info(words),
      onRevoked: () => void session?.end(),
      onChange: () => session?.refreshSoon(),
      onFeed: (event) => void [inbox.hear(event), session?.release.hear(event)],
      onLate: (late) => session?.said.hearLate(late),
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
      this.release.begin();
      this.#stopLooking = watchAddresses(this.enrolment, (changed) =>
        this.readdressed.set(changed),
      );
      this.#heartbeat = startHeartbeat({
        api: this.api,
        status: () => this.lane.status(),
        health: () => this.phone.health.get(),
        camera: () => this.camera.get(),
        queue: () => this.queue.get(),
        onHeard: (readiness) => this.readiness.set(readiness),
      });
      this.#standHere(this.lane.knowledge.self()?.operator ?? null);
    });
    await Promise.resolve();
  }

  get takesCodes(): boolean {
    return this.showing.takesCodes && this.ending.get() === null;
  }

  /** A code from whichever reader. @returns false when it was let fall */
  present(text: string): boolean {
    if (!this.takesCodes) return false;
    if (readOffer(text) !== null) {
      this.said.ignoreOffer();
      return false;
    }
    if (!this.#duplicates.isNew(text, performance.now())) return false;
    void this.decide(text);
    return true;
  }

  /** Asks for a verdict and shows it. @param confirms - the referred scan that the steward has settled */
  async decide(text: string, confirms: string | null = null): Promise<void> {
    const direction = this.direction.get();
    performance.mark('gate:decoded');
    const options = confirms === null ? { direction } : { direction, confirms };
    const scan = () => this.release.timed(() => this.lane.scan(text, options));
    const answer = await this.showing.whileDeciding(scan);
    this.showing.show({ answer, code: text, direction, isManual: false });
  }

  dismiss(): void {
    this.showing.dismiss();
  }

  setDirection(direction: Direction): void {
    this.lane.use({ direction });
    this.direction.set(direction);
  }

  /**
   * @param supervisor - null: whoever is signed on is one
   * @throws Refused: no supervisor. Where nobody can be asked it is set, and recorded as unproven.
   */
  async setMode(mode: Mode, stopAt: number | null, supervisor: NameAndPin | null): Promise<void> {
    const here = this.operator.get()?.person ?? 'somebody';
    const by =
      supervisor === null ? { who: here, isProven: true } : await prove(this.api, supervisor, here);
    await this.lane.setMode(mode, stopAt, by);
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
    const [direction, operator] = [this.direction.get(), this.operator.get()?.person ?? null];
    const at = this.lane.now();
    const answer = await askByHand(this.api, { code, direction, operator, confirms, at });
    this.showing.show({ answer, code, direction, isManual: true });
  }

  /** How many wait here: control hears it with what this phone says of itself. */
  reportQueue(people: number): void {
    this.queue.set({ people, at: new Date().toISOString() });
    this.#heartbeat?.beat();
  }

  async offerHandover(withOperator: boolean): Promise<Handover> {
    return await this.api.ask('POST', '/api/v1/devices/self/handover', { withOperator }, handover);
  }

  get canUndo(): boolean {
    return this.showing.lastIn !== null;
  }

  /** @throws Refused: not a gate supervisor, too late, a later crossing */
  async undoLast(supervisor: NameAndPin, reason: string): Promise<void> {
    const scanId = this.showing.lastIn;
    if (scanId === null) return;
    const body = { scanId, supervisor, reason };
    await this.api.ask('POST', '/api/v1/devices/self/undo', body, z.unknown());
    this.showing.takenBack();
    await this.lane.takenBack(scanId);
  }

  /** People counted by eye or at an open gate. @returns whether the stop threshold is reached */
  async count(people: number): Promise<boolean> {
    const counts = await this.lane.count(this.direction.get(), people);
    if (counts !== null && this.direction.get() === 'in') this.showing.count(people);
    this.refresh();
    return counts?.isFull ?? false;
  }

  /** Of all that changes within a moment one picture is drawn, and none before a verdict that is due. */
  refreshSoon(): void {
    this.#refreshing ??= setTimeout(() => {
      this.#refreshing = undefined;
      if (this.showing.isDeciding) this.refreshSoon();
      else this.refresh();
    }, REFRESH_AFTER_MS);
  }

  refresh(): void {
    const before = this.status.get().rung;
    this.status.set(this.lane.status());
    if (before !== this.status.get().rung) this.#heartbeat?.beat();
  }

  /** Who stands here, by badge, or by name and PIN. @throws Refused, Unreachable */
  async signOn(who: { badge: string } | NameAndPin): Promise<void> {
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
    this.#stopBeside();
    for (;;) {
      const unsent = await this.lane.drain(LAST_ENTRIES_MS);
      this.ending.set({ unsent, isWiped: false });
      if (unsent === 0) break;
    }
    await this.lane.stop();
    await destroyEnrolment(this.enrolment.identity);
    this.showing.forget();
    this.ending.set({ unsent: 0, isWiped: true });
  }

  /** To be opened anew, with all that it has written. */
  async close(): Promise<void> {
    this.#stopBeside();
    await this.lane.stop();
  }

  #stopBeside(): void {
    this.#heartbeat?.stop();
    this.#stopLooking();
    this.phone.stop();
    this.dismiss();
  }

  #standHere(operator: Operator | null): void {
    this.lane.use({ operator: operator?.person ?? null });
    this.operator.set(operator);
  }
}
