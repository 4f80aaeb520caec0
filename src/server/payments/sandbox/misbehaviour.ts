// How a sandbox misbehaves when it is told to: as providers and networks do, by a seed, so that a run that went
// wrong can be had again. What befalls a step depends on the step and on nothing that runs beside it.
import { hash } from 'node:crypto';

export const FAULTS_OF = {
  /** Of a call: done and never answered · not done · done and answered as failed. */
  call: ['hang', 'fail-before', 'fail-after'],
  /** Of a buyer who pays: twice · when the seats are gone · not what was asked. */
  pay: ['double', 'late', 'wrong-amount'],
  /** Of a webhook: never sent · sent twice · overtaken by later ones. */
  webhook: ['lost', 'twice', 'delayed'],
} as const;
export type FaultStep = keyof typeof FAULTS_OF;
export type Fault<Step extends FaultStep> = (typeof FAULTS_OF)[Step][number];

export type Misbehaviour = {
  readonly seed: string;
  /** Of all steps, those that go wrong: 0 none, 1 every one. */
  readonly rate: number;
  /** Only these faults; null: all of them. */
  readonly only: readonly string[] | null;
};

export const WELL_BEHAVED: Misbehaviour = { seed: 'well', rate: 0, only: null };

/** @param what - names the step, and which time it is taken: another time draws anew */
export function faultOf<Step extends FaultStep>(
  { seed, rate, only }: Misbehaviour,
  step: Step,
  what: string,
): Fault<Step> | null {
  const faults: readonly Fault<Step>[] = FAULTS_OF[step];
  const possible = faults.filter((fault) => only === null || only.includes(fault));
  if (possible.length === 0) return null;
  const drawn = hash('sha256', `${seed}\n${step}\n${what}`, 'buffer');
  if (drawn.readUInt32BE(0) / 2 ** 32 >= rate) return null;
  return possible[drawn.readUInt32BE(4) % possible.length] ?? null;
}
