// What a rehearsal will do and when: from a schedule, or drawn from a seed.
import { createHash } from 'node:crypto';
import { type FaultName, faultNamed } from './faults.ts';

export type Injection = {
  /** Seconds after the first person came. */
  readonly at: number;
  readonly fault: FaultName;
  /** Whom it befalls; empty where the fault has no target. */
  readonly target: string;
  /** Seconds until it is mended; 0 for what is over at once. */
  readonly lasts: number;
  readonly amount: number | null;
  /** Of `command` alone. */
  readonly strike?: readonly string[];
  readonly mend?: readonly string[];
};

export type Plan = {
  readonly name: string;
  /** Draws people, their tickets and the lanes they go to; and the injections of a storm. */
  readonly seed: number;
  readonly isStorm: boolean;
  /** Seconds during which people come. */
  readonly seconds: number;
  readonly lanes: number;
  /** How many times as many people come to each lane as on the evening of a match. */
  readonly load: number;
  readonly injections: readonly Injection[];
};

/** Two plans with the same mark are the same. */
export function planMark(plan: Plan): string {
  return createHash('sha256').update(JSON.stringify(plan)).digest('hex').slice(0, 12);
}

export function injectionLine(injection: Injection): string {
  const { at, fault, target, lasts, amount } = injection;
  const unit = faultNamed(fault).amount?.unit;
  return [
    `${at.toFixed(1).padStart(6)} s`,
    fault.padEnd(16),
    target.padEnd(12),
    lasts > 0 ? `${lasts.toFixed(1)} s` : '',
    amount === null ? '' : `${amount} ${unit ?? ''}`,
  ]
    .join('  ')
    .trimEnd();
}

export function endOf(injection: Injection): number {
  return injection.at + injection.lasts;
}
