/**
 * A random storm: what breaks, when and for how long, all from one number, so that a storm that a system did
 * not stand is a number too. It keeps to what an evening could bring: two things at a time, each target once
 * at a time, and what takes a ground long to get over no more than once.
 */
import { Chance } from '#drill/demo/seed/chance.ts';
import { FAULT_NAMES, type FaultName, faultNamed, targetsOf } from './faults.ts';
import { BOXES, GATES, linksOf, NODES } from './parties.ts';
import { endOf, type Injection, type Plan } from './plan.ts';

export type StormSize = {
  readonly seconds: number;
  readonly lanes: number;
  readonly load: number;
  /** Whether it can be done where it is to be rehearsed; left out: anything can. */
  readonly canDo?: (injection: Injection) => boolean;
};

/** Before it nothing breaks: what is measured then is what the rest is held against. */
const CALM_S = 6;
/** At the end nothing new breaks: the ground gets over it while people still come. */
const LAST_S = 9;
/** One fault in so many seconds. */
const EVERY_S = 5.5;
const AT_ONCE_MAX = 2;
/** What takes long to get over: one of these in a storm. */
const GRAVE: readonly FaultName[] = ['authority-lost', 'box-restored', 'hub-lost', 'disk-full'];
/** So many storms have one of them. */
const GRAVE_SHARE = 0.6;
const TRIES = 200;

export function stormPlan(seed: number, size: StormSize): Plan {
  const { seconds, lanes, load, canDo = () => true } = size;
  const chance = new Chance(`storm ${seed}`);
  const from = Math.min(CALM_S, seconds / 4);
  const until = Math.max(from + 1, seconds - Math.min(LAST_S, seconds / 3));
  const wanted = Math.max(2, Math.round((until - from) / EVERY_S));
  const faults: Injection[] = [];
  if (chance.happens(GRAVE_SHARE)) {
    const grave = draw(chance, lanes, from, until, GRAVE);
    if (canDo(grave)) faults.push(grave);
  }
  for (let tries = 0; faults.length < wanted && tries < TRIES; tries += 1) {
    const drawn = draw(chance, lanes, from, until, FAULT_NAMES);
    if (canDo(drawn) && fits(drawn, faults)) faults.push(drawn);
  }
  const acts = drawActs(chance, seconds);
  const injections = [...faults, ...acts].sort((a, b) => a.at - b.at);
  return { name: `storm ${seed}`, seed, isStorm: true, seconds, lanes, load, injections };
}

function draw(
  chance: Chance,
  lanes: number,
  from: number,
  until: number,
  among: readonly FaultName[],
): Injection {
  const weights = Object.fromEntries(among.map((name) => [name, faultNamed(name).weight]));
  const fault = chance.weighted(weights) as FaultName;
  const { lasts, amount } = faultNamed(fault);
  const length = tenth(chance.between(...lasts));
  return {
    at: tenth(chance.between(from, Math.max(from, until - length))),
    fault,
    target: chance.one(targetsOf(fault, lanes)),
    lasts: length,
    amount: amount === undefined ? null : Math.round(chance.between(amount.from, amount.to)),
  };
}

function fits(drawn: Injection, others: readonly Injection[]): boolean {
  if (GRAVE.includes(drawn.fault) && others.some(({ fault }) => GRAVE.includes(fault)))
    return false;
  const together = others.filter((other) => overlap(drawn, other));
  if (together.length >= AT_ONCE_MAX) return false;
  if (together.some((other) => touches(drawn).some((one) => touches(other).includes(one)))) {
    return false;
  }
  // Nobody names a box that cannot be heard, or gives one up while another is down.
  const isGrave = GRAVE.includes(drawn.fault) || drawn.fault === 'authority-moved';
  const clash = ({ fault }: Injection) => GRAVE.includes(fault) || fault === 'authority-moved';
  return !(isGrave ? together.length > 0 : together.some(clash));
}

/** With the time it takes a killed process to be back. */
const BACK_S = 4;

function overlap(one: Injection, other: Injection): boolean {
  return one.at < endOf(other) + BACK_S && other.at < endOf(one) + BACK_S;
}

/** Whom an injection befalls: two of one target would mend each other. */
function touches({ fault, target }: Injection): readonly string[] {
  if (fault === 'stand-dark') return [target, ...BOXES];
  if (fault === 'authority-lost' || fault === 'authority-moved') return [...NODES];
  return target.includes(':') ? linksOf(target) : [target];
}

/** People’s acts and people with bad codes, whatever breaks meanwhile. */
function drawActs(chance: Chance, seconds: number): Injection[] {
  const acts: FaultName[] = ['codes-cloned', 'codes-cloned', 'codes-forged', 'tickets-blocked'];
  acts.push('tickets-reissued', chance.happens(0.6) ? 'gate-held' : 'tickets-blocked');
  return acts.map((fault) => {
    const { lasts, amount } = faultNamed(fault);
    return {
      at: tenth(chance.between(2, Math.max(3, seconds - 8))),
      fault,
      target: fault === 'gate-held' ? chance.one(GATES) : '',
      lasts: tenth(chance.between(...lasts)),
      amount: amount === undefined ? null : Math.round(chance.between(amount.from, amount.to)),
    };
  });
}

function tenth(seconds: number): number {
  return Math.round(seconds * 10) / 10;
}
