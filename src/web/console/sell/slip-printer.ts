// A receipt printer at the end of a line of bytes. Nothing is sent before it has said that it can print, and nothing
// counts as printed before it has said so, or a person has.
import type { PrintTrouble } from '#protocol/box-office.ts';
import {
  ASK_WHEN_DONE,
  askStatus,
  hasUnnamedError,
  isDoneByte,
  isStatusByte,
  STATUS_KINDS,
  troubleIn,
} from './escpos-status.ts';

/** A serial line, or whatever speaks as one. */
export type ByteLine = {
  write(bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /** The next byte; null: none came in that time. */
  read(withinMs: number): Promise<number | null>;
};

/** `unconfirmed`: it was sent, and this printer says nothing: somebody has to look. */
type Printed = 'printed' | 'unconfirmed' | PrintTrouble;

type PrinterTimes = { readonly answerMs: number; readonly jobMs: number };
const TIMES: PrinterTimes = { answerMs: 600, jobMs: 20_000 };
/** Whatever was said before nobody asked. */
const STALE_BYTES_MAX = 64;

export class SlipPrinter {
  readonly #line: ByteLine;
  readonly #isMute: boolean;
  readonly #times: PrinterTimes;

  /** @param isMute - it has no status to give, as somebody has said of it */
  constructor(line: ByteLine, isMute = false, times: PrinterTimes = TIMES) {
    this.#line = line;
    this.#isMute = isMute;
    this.#times = times;
  }

  /** @returns null: it can print, as far as it says */
  async trouble(): Promise<PrintTrouble | null> {
    if (this.#isMute) return null;
    for (let n = 0; n < STALE_BYTES_MAX && (await this.#line.read(0)) !== null; n++);
    let hasError = false;
    for (const kind of STATUS_KINDS) {
      await this.#line.write(askStatus(kind));
      const byte = await this.#next(isStatusByte, this.#times.answerMs);
      if (byte === null) return 'offline';
      const trouble = troubleIn(kind, byte);
      if (trouble !== null && !(trouble === 'offline' && hasError)) return trouble;
      hasError ||= hasUnnamedError(kind, byte);
    }
    return hasError ? 'unknown' : null;
  }

  /** Sends one slip and waits for what comes of it. */
  async print(slip: Uint8Array<ArrayBuffer>): Promise<Printed> {
    await this.#line.write(slip);
    if (this.#isMute) return 'unconfirmed';
    await this.#line.write(ASK_WHEN_DONE);
    const until = performance.now() + this.#times.jobMs;
    while (performance.now() < until) {
      if ((await this.#next(isDoneByte, this.#times.answerMs)) !== null) return 'printed';
      const trouble = await this.#whileBusy();
      if (trouble === 'done') return 'printed';
      if (trouble !== null) return trouble;
    }
    return 'unknown';
  }

  /** Asked while it prints: an answer to the end of the job may come in between. */
  async #whileBusy(): Promise<PrintTrouble | 'done' | null> {
    for (const kind of STATUS_KINDS) {
      if (kind === 1) break;
      await this.#line.write(askStatus(kind));
      const until = performance.now() + this.#times.answerMs;
      let byte = await this.#line.read(this.#times.answerMs);
      while (byte !== null && !isStatusByte(byte)) {
        if (isDoneByte(byte)) return 'done';
        byte = await this.#line.read(Math.max(0, until - performance.now()));
      }
      if (byte === null) return 'offline';
      const trouble = troubleIn(kind, byte);
      if (trouble !== null) return trouble;
    }
    return null;
  }

  async #next(isIt: (byte: number) => boolean, withinMs: number): Promise<number | null> {
    const until = performance.now() + withinMs;
    for (;;) {
      const byte = await this.#line.read(Math.max(0, until - performance.now()));
      if (byte === null || isIt(byte)) return byte;
    }
  }
}
