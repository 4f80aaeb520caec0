import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Instant } from '#domain/kernel/instant.ts';
import { deviceMay } from './device-roles.ts';
import { isCloned, judgeClaims, PROOF_SKEW_MAX_MS, RUN_OVERLAP_MAX_MS, type Run } from './proof.ts';

const NOW = 1_000_000_000 as Instant;
const LONG_AGO = 0 as Instant;
const request = { method: 'POST', target: '/api/v1/scans' };
const claims = { htm: 'POST', htu: '/api/v1/scans', iat: NOW, jti: 'a', run: 'r' };

test('a proof is good for its own request and no other', () => {
  assert.equal(judgeClaims(claims, request, NOW, LONG_AGO), null);
  assert.equal(judgeClaims({ ...claims, htm: 'GET' }, request, NOW, LONG_AGO), 'request');
  const other = { ...claims, htu: '/api/v1/scans?x=1' };
  assert.equal(judgeClaims(other, request, NOW, LONG_AGO), 'request');
});

test('clocks may differ by a minute, in either direction', () => {
  for (const ms of [-PROOF_SKEW_MAX_MS, PROOF_SKEW_MAX_MS]) {
    assert.equal(judgeClaims({ ...claims, iat: NOW + ms }, request, NOW, LONG_AGO), null);
    const beyond = { ...claims, iat: NOW + ms + Math.sign(ms) };
    assert.equal(judgeClaims(beyond, request, NOW, LONG_AGO), 'time');
  }
});

test('what was signed before a node began to remember is signed again', () => {
  const before = { ...claims, iat: NOW - 10 };
  assert.equal(judgeClaims(before, request, NOW, (NOW - 9) as Instant), 'time');
  assert.equal(judgeClaims(before, request, NOW, (NOW - 10) as Instant), null);
});

const run = (name: string, firstAt: number, lastAt: number): Run => ({
  run: name,
  firstAt: firstAt as Instant,
  lastAt: lastAt as Instant,
});

test('an app that was started anew is no clone, nor is what it still had under way', () => {
  const old = run('a', 0, RUN_OVERLAP_MAX_MS + 500);
  const young = run('b', 1_000, RUN_OVERLAP_MAX_MS + 600);
  assert.equal(isCloned(young, [old, young]), false);
  assert.equal(isCloned(old, [old, young]), false);
});

test('a run that goes on after a later one has settled in is somebody else’s', () => {
  const old = run('a', 0, 1_000 + RUN_OVERLAP_MAX_MS + 1);
  const young = run('b', 1_000, 2_000);
  assert.equal(isCloned(old, [old, young]), true);
});

test('a headless lane neither searches nor types; a volunteer does not search', () => {
  assert.equal(deviceMay('lane', 'manual'), false);
  assert.equal(deviceMay('lane', 'find'), false);
  assert.equal(deviceMay('volunteer', 'manual'), true);
  assert.equal(deviceMay('volunteer', 'find'), false);
  assert.equal(deviceMay('steward', 'find'), true);
});
