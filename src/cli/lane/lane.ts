// `kaimen lane` from start to stop: gives the lane its ports, then takes one code after the other, shows
// each verdict and lets the turnstile open.
import { createHash } from 'node:crypto';
import { createLane } from '#lane/create-lane.ts';
import type { Lane } from '#lane/lane.ts';
import { isThrough, type LaneAnswer } from '#lane/lane-answer.ts';
import type { LanePorts } from '#lane/ports.ts';
import type { ScanMoment, ScanOptions, ScanSettings } from '#lane/scan-deps.ts';
import { ANNOUNCEMENTS, type Language, type NoticeKind } from '#lane/words.ts';
import { type Names, verdictLine } from './display.ts';
import { createHttpTransport } from './http-transport.ts';
import { JournalFile } from './journal-file.ts';
import { machine } from './machine.ts';
import { Told } from './reporting.ts';
import { TicketStore } from './ticket-store.ts';
import type { Turnstile } from './turnstile.ts';

export type LaneSettings = ScanSettings & {
  readonly urls: readonly string[];
  readonly token: string;
  readonly journalFile: string;
  readonly language: Language;
  readonly isJson: boolean;
  readonly isColoured: boolean;
  /** Null: nothing is opened, as in shadow mode. */
  readonly turnstile: Turnstile | null;
  readonly isTurnHeard: boolean;
  /** After the last code: time for the journal to go up. */
  readonly drainMs: number;
};

/** Moments between which a lane may be killed; tests kill it there. */
export type Step = ScanMoment | 'after-light';

export type LaneIo = {
  readonly codes: (stop: AbortSignal, tell: (words: string) => void) => AsyncIterable<string>;
  /** Resolves when the text has left this process. */
  readonly show: (text: string) => Promise<void>;
  readonly tell: (words: string) => void;
  /** Asks the lane to finish the scan in hand and end. */
  readonly stop: AbortSignal;
  readonly onStep?: (step: Step) => void;
};

/** Typed in place of a code, which never begins with a colon. */
const CONFIRM = ':confirm';
/** A device that may decide no more is heard out for this long. */
const LAST_DRAIN_MS = 1_000;

/** @returns the exit code */
export async function runLane(settings: LaneSettings, io: LaneIo): Promise<number> {
  const revocation = new AbortController();
  const say = (kind: NoticeKind, detail: string) => io.tell(notice(kind, detail, settings));
  const ports = portsOf(settings);
  const ending = new AbortController();
  const told = new Told();
  const lane = await createLane(ports, laneSettings(settings), {
    onNotice(kind, detail) {
      told.onNotice(kind);
      say(kind, detail);
    },
    onTrouble: io.tell,
    onRevoked: () => revocation.abort(),
    onChange: () => told.onChange(),
    ...(io.onStep === undefined ? {} : { onMoment: io.onStep }),
  });
  const gate = new Gate(lane, settings, io);
  const reading = AbortSignal.any([io.stop, revocation.signal]);
  try {
    await lane.start();
    told.start(lane, ports.transport, ending.signal);
    for await (const code of io.codes(reading, io.tell)) {
      await gate.take(code);
      if (reading.aborted) break;
    }
    if (!io.stop.aborted) {
      const { drainMs } = settings;
      const isRevoked = revocation.signal.aborted;
      const left = await lane.drain(isRevoked ? Math.min(drainMs, LAST_DRAIN_MS) : drainMs);
      if (left > 0) {
        const { unsent } = ANNOUNCEMENTS;
        io.tell(`${left} ${unsent[settings.language]} ${settings.journalFile}`);
      }
    }
  } finally {
    ending.abort();
    await told.ended;
    await lane.stop();
    ports.transport[Symbol.dispose]();
    settings.turnstile?.close();
  }
  return revocation.signal.aborted ? 1 : 0;
}

class Gate {
  readonly #lane: Lane;
  readonly #settings: LaneSettings;
  readonly #io: LaneIo;
  /** The last answer, if it asked for somebody to look. */
  #referred: { readonly code: string; readonly scanId: string } | null = null;

  constructor(lane: Lane, settings: LaneSettings, io: LaneIo) {
    this.#lane = lane;
    this.#settings = settings;
    this.#io = io;
  }

  async take(code: string): Promise<void> {
    if (code.trim().toLowerCase() === CONFIRM) return await this.#confirm();
    await this.#decide(code, {});
  }

  /** Whoever stands here has settled what the last code was referred for. */
  async #confirm(): Promise<void> {
    const { language } = this.#settings;
    const referred = this.#referred;
    if (referred === null) return this.#io.tell(ANNOUNCEMENTS.nothingToConfirm[language]);
    await this.#decide(referred.code, { confirms: referred.scanId });
  }

  async #decide(code: string, options: ScanOptions): Promise<void> {
    const readMs = performance.now();
    const answer = await this.#lane.scan(code, options);
    const { verdict, reason, scanId } = answer;
    const canConfirm = verdict === 'referred' && reason !== 'check-dispute';
    this.#referred = canConfirm ? { code, scanId } : null;
    await this.#show(answer, readMs);
    this.#io.onStep?.('after-light');
    if (isThrough(answer)) await this.#letThrough(answer);
  }

  async #show(answer: LaneAnswer, readMs: number): Promise<void> {
    const { isJson, language, isColoured } = this.#settings;
    const ms = Math.round(performance.now() - readMs);
    const text = isJson
      ? `${JSON.stringify({ ...answer, ms })}\n`
      : verdictLine(answer, this.#names(), { language, isColoured }, this.#lane.now());
    await this.#io.show(text);
  }

  async #letThrough(answer: LaneAnswer): Promise<void> {
    const { turnstile, isTurnHeard, direction } = this.#settings;
    if (turnstile === null) return;
    const turning = turnstile.open(answer, direction);
    if (!isTurnHeard) return;
    const changed = await this.#lane.turned(answer, await turning);
    if (changed !== null) await this.#show(changed, performance.now());
  }

  #names(): Names {
    const ground = this.#lane.knowledge.ground();
    return {
      timeZone: ground?.event.venue.timeZone ?? null,
      gate: (id) => ground?.gates.get(id)?.name ?? null,
      stand: (id, section) => {
        const stand = id ?? (section === null ? null : ground?.sections.get(section)?.stand);
        return ground?.event.stands.find((each) => each.id === stand)?.name ?? null;
      },
    };
  }
}

function portsOf({ journalFile, token }: LaneSettings) {
  const journal = new JournalFile(journalFile);
  return {
    ...machine,
    sha256: (message) => createHash('sha256').update(message).digest(),
    journal,
    list: new TicketStore(`${journalFile}.list`),
    transport: createHttpTransport(() => ({ authorization: `Bearer ${token}` })),
  } satisfies LanePorts;
}

function laneSettings({ urls, direction, lane, operator, deadlineMs }: LaneSettings) {
  // Nobody stands at a turnstile: what it cannot verify goes to the desk.
  return { addresses: urls, direction, lane, operator, deadlineMs, isStewarded: false };
}

/** Why a lane has changed its rung stands in brackets; what a notice is about stands behind it. */
const HAS_CAUSE: ReadonlySet<NoticeKind> = new Set(['alone', 'hubOnly', 'byEye', 'openGate']);

function notice(kind: NoticeKind, detail: string, { language }: LaneSettings): string {
  const words = ANNOUNCEMENTS[kind][language];
  if (HAS_CAUSE.has(kind)) return `${words} (${detail})`;
  const isBare = detail === '' || kind === 'back' || kind === 'edgeBack';
  return isBare ? words : `${words} ${detail}`;
}
