import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FAULT_NAMES, faultNamed, isAct, targetsOf } from './faults.ts';
import { endOf, planMark } from './plan.ts';
import { stormPlan } from './storm.ts';

const SIZE = { seconds: 45, lanes: 8, load: 12 };
const storms = Array.from({ length: 200 }, (_, seed) => stormPlan(seed, SIZE));

test('the same seed gives the same storm, and another seed another one', () => {
  assert.deepEqual(stormPlan(7, SIZE), stormPlan(7, SIZE));
  assert.equal(planMark(stormPlan(7, SIZE)), planMark(stormPlan(7, SIZE)));
  assert.equal(new Set(storms.map(planMark)).size, storms.length);
});

test('whatever a storm draws has a target of its own kind, and ends while people still come', () => {
  for (const { injections } of storms) {
    for (const injection of injections) {
      const targets = targetsOf(injection.fault, SIZE.lanes);
      assert.ok(targets.length === 0 || targets.includes(injection.target), injection.fault);
      assert.ok(endOf(injection) <= SIZE.seconds, `${injection.fault} ends at ${endOf(injection)}`);
    }
  }
});

test('storms break everything that can be drawn, and each has people with bad codes in it', () => {
  const drawn = new Set(storms.flatMap(({ injections }) => injections.map(({ fault }) => fault)));
  for (const name of FAULT_NAMES) {
    if (faultNamed(name).weight > 0 || isAct(name)) assert.ok(drawn.has(name), name);
  }
  for (const { injections, name } of storms) {
    assert.ok(
      injections.some(({ fault }) => fault === 'codes-cloned'),
      name,
    );
    assert.ok(
      injections.some(({ fault }) => fault === 'codes-forged'),
      name,
    );
    const faults = injections.filter(({ fault }) => !isAct(fault));
    assert.ok(faults.length >= 3, `${name}: ${faults.length} faults`);
  }
});

test('what cannot be done where a storm is to be rehearsed is not drawn', () => {
  const canDo = ({ fault }: { fault: string }) => fault.startsWith('link-');
  for (let seed = 0; seed < 50; seed += 1) {
    const { injections } = stormPlan(seed, { ...SIZE, canDo });
    for (const { fault } of injections) assert.ok(isAct(fault) || fault.startsWith('link-'), fault);
  }
});
