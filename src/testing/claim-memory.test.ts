// The claim store in memory, under the server's own authority and catalogue of decisions: held to what
// PostgreSQL is held to.
import { NO_CONTROLS } from '#domain/venue/controls.ts';
import { groundOf } from '#domain/venue/match-event.ts';
import { matchEventOf } from '#protocol/event-file.ts';
import type { ScanAnswer } from '#protocol/scans.ts';
import { createAuthority } from '#server/entry/authority.ts';
import type { Catalogue, OpenEvent } from '#server/entry/catalogue.ts';
import type { ClaimStatements, ClaimStore } from '#server/entry/claim-store.ts';
import type { StoreState } from '#server/entry/store-state.ts';
import { iso } from '#server/platform/clock.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';
import { ClaimMemory } from './claim-memory.ts';
import { testClaimStore } from './claim-store-conformance.ts';
import type { ClaimNode } from './claim-store-under-test.ts';
import { derbyFile } from './derby.ts';
import { aTicket, at } from './entry.ts';

testClaimStore(async ({ tickets, types = ['adult'], changes }) => {
  const ground = groundOf(matchEventOf(derbyFile(changes)));
  const own = { number: 1, eventId: 'derby', secret: new Uint8Array(32) };
  const keyring = { own, byNumber: new Map([[1, own]]), outlines: new Set<string>() };
  const memory = new ClaimMemory(ground, keyring, NO_CONTROLS, 'a');
  for (let serial = 1; serial <= tickets; serial += 1) {
    const type = types[(serial - 1) % types.length] ?? 'adult';
    memory.tickets.set(serial, aTicket({ serial, type, section: 'N104', stand: null }));
  }
  return {
    nodes: [nodeOn(memory), nodeOn(memory)],
    [Symbol.asyncDispose]: async () => {},
  };
});

function nodeOn(memory: ClaimMemory): ClaimNode {
  const clock = { now: at('18:00') };
  let known: OpenEvent = memory.openEvent('hub');
  const catalogue: Catalogue = {
    get: async () => known,
    reload: async () => {
      known = memory.openEvent('hub');
      return known;
    },
    hasNewKeys: async () => false,
  };
  const authority = createAuthority({
    catalogue,
    store: storeOn(memory),
    state: stateOn(memory),
    now: () => clock.now,
    onDecided: () => {},
  });
  return {
    clock,
    async scan({ device, scanId, code, direction = 'in', gate = 'N1' }) {
      const [serial = 0, issue = 0] = code.split('/').map(Number);
      try {
        const answer = await authority.scan(1, {
          device,
          scanId,
          direction,
          gate,
          lane: null,
          operator: null,
          scannedAt: iso(clock.now),
          isConfirmed: false,
          checkpoint: 'turnstile',
          lookup: { kind: 'serial', serial, issue },
          codeHash: Buffer.from(code),
        });
        return JSON.parse(answer) as ScanAnswer;
      } catch (error) {
        if (error instanceof HttpProblem && error.code === 'scan-id-reused') return error.code;
        throw error;
      }
    },
    annul: async (device, scanId) => memory.annul(device, scanId, clock.now),
    setBlocked: async (serial, isBlocked) => memory.changeTicket(serial, { isBlocked }),
    reissue: async (serial) =>
      memory.changeTicket(serial, { issue: (memory.tickets.get(serial)?.issue ?? 0) + 1 }),
    control: async (change) => memory.control(change(memory.controls)),
    close: async () => memory.control({ status: 'closed' }),
    inside: async (scope) => memory.insideOf(scope),
  };
}

/** Each statement takes its turn, as at a database: others come in between. */
function storeOn(memory: ClaimMemory): ClaimStore {
  const statements: ClaimStatements = {
    async read(event, asks) {
      await turn();
      return memory.read(event, asks);
    },
    async commit(event, epoch, batch) {
      await turn();
      return memory.commit(event, epoch, batch);
    },
    findMedia: async () => new Map(),
  };
  const inOneTurn: ClaimStatements = {
    read: async (event, asks) => memory.read(event, asks),
    commit: async (event, epoch, batch) => memory.commit(event, epoch, batch),
    findMedia: async () => new Map(),
  };
  return { ...statements, alone: (_, work) => work(inOneTurn, null as never) };
}

function turn(): Promise<void> {
  return new Promise(setImmediate);
}

function stateOn(memory: ClaimMemory): StoreState {
  const done = async () => {};
  return {
    servingEpoch: () => memory.epoch,
    current: () => ({ epoch: memory.epoch, state: memory.state, why: null }),
    refresh: done,
    knownRevision: () => 0,
    committed: () => {},
    markOf: (_event, epoch, revision) => `${epoch}-${revision}`,
    observe: done,
    confront: done,
    hasKept: () => true,
    beginRebuild: done,
    finishRebuild: done,
  };
}
