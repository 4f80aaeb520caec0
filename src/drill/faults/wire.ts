// A cable between two programs on this machine, one thing befalling it at a time.
import { Line, type LineState } from '#drill/network/line.ts';

export type WireState =
  | { readonly kind: 'whole' }
  | Extract<LineState, { readonly kind: 'cut' | 'slow' }>;

const NAME = 'wire';

export class Wire implements AsyncDisposable {
  readonly #line: Line;

  private constructor(line: Line) {
    this.#line = line;
  }

  /** @param to - the address that is reached through it */
  static async lay(to: string): Promise<Wire> {
    return new Wire(await Line.lay({ listen: { host: '127.0.0.1', port: 0 }, to }));
  }

  get url(): string {
    return this.#line.url;
  }

  become(state: WireState): void {
    if (state.kind === 'whole') this.#line.mend(NAME);
    else this.#line.befall(NAME, state);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#line[Symbol.asyncDispose]();
  }
}
