// `kaimen lane`, a process of its own, with a cable to its server that can be cut.
import type { Lane } from '../../src/drill/drill-client.ts';
import { LaneProgram, type Presented } from '../../src/drill/faults/lane-program.ts';
import { Wire } from '../../src/drill/faults/wire.ts';
import { until } from '../../src/testing/waiting.ts';

const SOON_MS = 20_000;

export type LaneVerdict = Presented['shown'] & { readonly ms: number };

export class GateLane implements AsyncDisposable {
  readonly deviceId: string;
  readonly #program: LaneProgram;
  readonly #wires: readonly Wire[];
  readonly #waiting: ((shown: LaneVerdict) => void)[];

  private constructor(
    deviceId: string,
    program: LaneProgram,
    wires: readonly Wire[],
    waiting: ((shown: LaneVerdict) => void)[],
  ) {
    this.deviceId = deviceId;
    this.#program = program;
    this.#wires = wires;
    this.#waiting = waiting;
  }

  /** @param urls - boxes first, then the hub; each is reached by a cable of this lane alone */
  static async start(device: Lane, urls: readonly string[], journal: string): Promise<GateLane> {
    const wires = await Promise.all(urls.map((url) => Wire.lay(url)));
    const waiting: ((shown: LaneVerdict) => void)[] = [];
    const place = { urls: wires.map(({ url }) => url), journal };
    const program = new LaneProgram(0, device, place, ({ shown, ms }) => {
      waiting.shift()?.({ ...shown, ms });
    });
    return new GateLane(device.deviceId, program, wires, waiting);
  }

  scan(code: string): Promise<LaneVerdict> {
    const shown = new Promise<LaneVerdict>((resolve) => this.#waiting.push(resolve));
    this.#program.present(0, code);
    return shown;
  }

  cut(): void {
    for (const wire of this.#wires) wire.become({ kind: 'cut' });
  }

  mend(): void {
    for (const wire of this.#wires) wire.become({ kind: 'whole' });
  }

  /** Waits until it has told its steward. */
  async says(words: string): Promise<void> {
    const heard = () => Promise.resolve(this.#program.said);
    await until(SOON_MS, heard, (lines) => lines.some((line) => line.includes(words)));
  }

  /** The plug is pulled. */
  kill(): void {
    this.#program.kill();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#program.kill();
    await this.#program.end();
    for (const wire of this.#wires) await wire[Symbol.asyncDispose]();
  }
}
