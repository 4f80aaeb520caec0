// From the lines of a recording to what is decided once more. Every malformed line is named.
import type { Crossing } from '#domain/entry/crossings.ts';
import type { Ticket } from '#domain/entry/ticket.ts';
import type { Instant } from '#domain/kernel/instant.ts';
import { readFound } from '#domain/release/found.ts';
import type {
  RecordedChange,
  RecordedScan,
  Recording,
  TicketVersion,
} from '#domain/release/recording.ts';
import type { Controls } from '#domain/venue/controls.ts';
import { groundOf } from '#domain/venue/match-event.ts';
import { eventFile, matchEventOf } from './event-file.ts';
import { type RecordingLine, recordingLine } from './recording.ts';

/** The file is not a whole recording that this version reads; the message says where. */
export class RecordingError extends Error {
  override name = 'RecordingError';
}

type Head = Extract<RecordingLine, { kind: 'head' }>;

/** @throws RecordingError */
export async function readRecording(
  lines: AsyncIterable<string>,
): Promise<{ readonly head: Head; readonly recording: Recording }> {
  const reader = new Reader();
  for await (const line of lines) reader.take(line);
  return reader.end();
}

class Reader {
  #line = 0;
  #head: Head | null = null;
  #isWhole = false;
  readonly #grounds: Recording['grounds'][number][] = [];
  readonly #controls: Recording['controls'][number][] = [];
  readonly #tickets = new Map<number, TicketVersion[]>();
  readonly #changes: RecordedChange[] = [];
  readonly #scans: RecordedScan[] = [];

  take(text: string): void {
    this.#line += 1;
    const parsed = recordingLine.safeParse(jsonOf(text));
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      throw this.#bad(`${issue?.path.join('.') || 'kind'}: ${issue?.message ?? 'not understood'}`);
    }
    const line = parsed.data;
    if ((line.kind === 'head') !== (this.#line === 1)) {
      throw this.#bad('a recording begins with its head, and has one');
    }
    switch (line.kind) {
      case 'head':
        this.#head = line;
        return;
      case 'file':
        this.#grounds.push({ from: line.from, ground: groundIn(line.file, this.#line) });
        return;
      case 'controls':
        this.#controls.push({
          from: line.from,
          entryEpoch: line.entryEpoch,
          controls: { ...line.state, status: line.status } as unknown as Controls,
        });
        return;
      case 'ticket':
        this.#takeTicket(line.through, line.ticket as unknown as Ticket);
        return;
      case 'change':
        this.#changes.push(changeOf(line));
        return;
      case 'scan':
        this.#scans.push(this.#scanOf(line));
        return;
      case 'end':
        this.#isWhole = line.scans === this.#scans.length;
    }
  }

  end(): { head: Head; recording: Recording } {
    if (this.#head === null || !this.#isWhole) {
      throw new RecordingError('the recording is cut short: export it again');
    }
    return {
      head: this.#head,
      recording: {
        rung: this.#head.rung,
        grounds: this.#grounds,
        controls: this.#controls,
        tickets: this.#tickets,
        changes: this.#changes,
        scans: this.#scans,
      },
    };
  }

  #takeTicket(through: number | null, ticket: Ticket): void {
    const versions = this.#tickets.get(ticket.serial) ?? [];
    this.#tickets.set(ticket.serial, versions);
    versions.push({ through, ticket });
  }

  #scanOf(line: Extract<RecordingLine, { kind: 'scan' }>): RecordedScan {
    const { kind: _, found: text, readAt, batchFrom, decidedAt, ...scan } = line;
    const found = text === null ? null : readFound(text);
    if (text !== null && found === null) throw this.#bad(`found: “${text}” is not known here`);
    const basis = readAt === null || batchFrom === null ? null : { readAt, batchFrom };
    return { ...scan, decidedAt: decidedAt as Instant, found, basis };
  }

  #bad(why: string): RecordingError {
    return new RecordingError(`line ${this.#line}: ${why}`);
  }
}

function changeOf(line: Extract<RecordingLine, { kind: 'change' }>): RecordedChange {
  const { revision, entryEpoch, checkpoint, serial, scopes, inside } = line;
  const place =
    entryEpoch === null || checkpoint === null || serial === null
      ? null
      : { entryEpoch, checkpoint, serial };
  const crossings = line.crossings as unknown as readonly Crossing[] | null;
  return { revision, place, crossings, scopes, inside };
}

function groundIn(file: unknown, line: number): Recording['grounds'][number]['ground'] {
  const parsed = eventFile.safeParse(file);
  if (parsed.success) return groundOf(matchEventOf(parsed.data));
  throw new RecordingError(`line ${line}: file: this version does not read that event file`);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
