// What lets a person through once the verdict is given: a command, an HTTP call or a serial line, and
// its answer to the question whether somebody went.
import { spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import type { LaneAnswer } from '#lane/lane-answer.ts';
import type { Turned } from '#lane/turn.ts';
import { codeLines } from './code-lines.ts';
import { openLine, setLine } from './serial-line.ts';

export type Turnstile = {
  /** Begins to open at once. @returns what became of it; never rejects */
  open(answer: LaneAnswer, direction: string): Promise<Turned>;
  close(): void;
};

export type TurnstileOptions = {
  readonly baud: number;
  /** Whether the turnstile is expected to say what happened. */
  readonly isHeard: boolean;
  readonly timeoutMs: number;
  readonly tell: (words: string) => void;
};

/** Exit code by which a command says that nobody went through. */
const NOT_TURNED_EXIT = 3;

/** @param target - `http(s)://…`, `serial:/dev/…`, or a command for the shell */
export function createTurnstile(target: string, options: TurnstileOptions): Turnstile {
  if (/^https?:\/\//.test(target)) return overHttp(target, options);
  if (target.startsWith('serial:')) return overSerial(target.slice('serial:'.length), options);
  return byCommand(target, options);
}

function byCommand(command: string, { isHeard, timeoutMs, tell }: TurnstileOptions): Turnstile {
  return {
    open: (answer, direction) =>
      new Promise((resolve) => {
        const child = spawn('/bin/sh', ['-c', command], {
          stdio: ['ignore', 'ignore', 'inherit'],
          timeout: timeoutMs,
          env: {
            ...withoutToken(process.env),
            KAIMEN_SCAN_ID: answer.scanId,
            KAIMEN_VERDICT: answer.verdict,
            KAIMEN_DIRECTION: direction,
          },
        });
        child.on('error', (error) => {
          tell(`${command}: ${error.message}`);
          resolve('silent');
        });
        child.on('exit', (code, signal) => {
          if (code === 0) resolve('turned');
          else if (isHeard && code === NOT_TURNED_EXIT) resolve('not-turned');
          else {
            tell(`${command}: ${signal === null ? `exit code ${code}` : `ended by ${signal}`}`);
            resolve('silent');
          }
        });
      }),
    close: () => {},
  };
}

/** A turnstile has no business with the hub. */
function withoutToken({ KAIMEN_TOKEN: _, ...rest }: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return rest;
}

function overHttp(url: string, { isHeard, timeoutMs, tell }: TurnstileOptions): Turnstile {
  return {
    async open({ scanId, verdict }, direction) {
      try {
        const response = await fetch(url, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ scanId, verdict, direction }),
          signal: AbortSignal.timeout(timeoutMs),
        });
        const text = await response.text();
        if (!response.ok) throw new Error(`answered ${response.status}`);
        if (!isHeard) return 'turned';
        const { turned } = JSON.parse(text) as { turned?: unknown };
        if (typeof turned !== 'boolean')
          throw new Error('did not answer {"turned": true or false}');
        return turned ? 'turned' : 'not-turned';
      } catch (error) {
        tell(`${url}: ${error instanceof Error ? error.message : String(error)}`);
        return 'silent';
      }
    },
    close: () => {},
  };
}

/** Writes `open`; the turnstile writes `turned` or `not-turned`. */
function overSerial(device: string, options: TurnstileOptions): Turnstile {
  const { baud, isHeard, timeoutMs, tell } = options;
  const stop = new AbortController();
  let waiting: ((turned: Turned) => void) | null = null;
  const fail = (error: unknown) =>
    tell(`${device}: ${error instanceof Error ? error.message : error}`);

  async function hear(): Promise<void> {
    for await (const line of codeLines(openLine(device, baud), stop.signal)) {
      const word = line.trim();
      if (word === 'turned' || word === 'not-turned') waiting?.(word);
    }
  }
  let isHearing = false;
  /** Again after the line was lost: it may have been plugged in anew. */
  function connect(): void {
    if (!isHeard) setLine(device, baud);
    else if (!isHearing) {
      isHearing = true;
      hear()
        .catch(fail)
        .finally(() => {
          isHearing = false;
        });
    }
  }
  return {
    async open() {
      const answered = new Promise<Turned>((resolve) => {
        const timer = setTimeout(() => resolve('silent'), timeoutMs);
        waiting = (turned) => {
          clearTimeout(timer);
          resolve(turned);
        };
        if (!isHeard) waiting('turned');
      });
      try {
        connect();
        await using line = await open(device, 'r+');
        await line.write('open\n');
      } catch (error) {
        fail(error);
        waiting?.('silent');
      }
      const turned = await answered;
      waiting = null;
      return turned;
    },
    close: () => stop.abort(),
  };
}
