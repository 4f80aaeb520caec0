// The build of this app that the server names for the gate: heard on the feed, asked for now and then. What this phone
// runs, and how quick it was, goes up with each question.
import type { StreamEvent } from '#lane/event-stream.ts';
import { PROTOCOL, PROTOCOL_OLDEST, releaseOrder, SLOW_MS } from '#protocol/releases.ts';
import { type DeviceApi, Refused } from '../device/device-api.ts';
import { takeRelease } from '../service-worker/registration.ts';

const ASK_EVERY_MS = 10_000;

export class ReleaseFollower {
  readonly #api: DeviceApi;
  readonly #isAtRest: () => boolean;
  #timer: ReturnType<typeof setInterval> | undefined;
  #timed = 0;
  #slow = 0;

  /** @param isAtRest - nobody is being let in */
  constructor(api: DeviceApi, isAtRest: () => boolean) {
    this.#api = api;
    this.#isAtRest = isAtRest;
  }

  begin(): void {
    this.#timer ??= setInterval(() => void this.#ask(), ASK_EVERY_MS);
    void this.#ask();
  }

  hear({ name }: StreamEvent): void {
    if (name === 'release') void this.#ask();
  }

  /** A scan, from the code to the verdict. */
  async timed<T>(scan: () => Promise<T>): Promise<T> {
    const startedMs = performance.now();
    const answer = await scan();
    this.#timed += 1;
    if (performance.now() - startedMs > SLOW_MS) this.#slow += 1;
    return answer;
  }

  /** A server of the release before has no orders, and a lane that reaches none goes on with what it runs. */
  async #ask(): Promise<void> {
    const sent = { timed: this.#timed, slow: this.#slow };
    const body = { running: RELEASE, protocol: PROTOCOL, oldest: PROTOCOL_OLDEST, ...sent };
    try {
      const path = '/api/v1/devices/self/release';
      const { release } = await this.#api.ask('POST', path, body, releaseOrder);
      this.#timed -= sent.timed;
      this.#slow -= sent.slow;
      await takeRelease(release, this.#isAtRest);
    } catch (error) {
      // The enrolment has ended: nobody has orders for this phone any more.
      if (error instanceof Refused && error.status === 401) clearInterval(this.#timer);
      console.info(`no order of a release: ${String(error)}`);
    }
  }
}
