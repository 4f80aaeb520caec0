// A claim store as its conformance suite sees it: two nodes, their clocks, and what can be asked of them.
import type { Direction } from '#domain/entry/verdict.ts';
import type { Instant } from '#domain/kernel/instant.ts';
import type { ScanAnswer } from '#protocol/scans.ts';
import type { StoredControls } from '#server/venue/store.ts';
import { codeOf } from './authority.ts';
import type { DerbyChanges } from './derby.ts';

export type ClaimScan = {
  readonly device: string;
  readonly scanId: string;
  /** Of `codeOf` in `authority.ts`: serial and issue. */
  readonly code: string;
  readonly direction?: Direction;
  readonly gate?: string;
};

export type ClaimNode = {
  readonly clock: { now: Instant };
  scan(scan: ClaimScan): Promise<ScanAnswer | 'scan-id-reused'>;
  /** @returns `annulled`, `already-annulled` or the word of the refusal */
  annul(device: string, scanId: string): Promise<string>;
  setBlocked(serial: number, isBlocked: boolean): Promise<void>;
  reissue(serial: number): Promise<void>;
  control(change: (controls: StoredControls) => StoredControls): Promise<void>;
  close(): Promise<void>;
  inside(scope: string): Promise<number>;
};

export type ClaimStoreUnderTest = AsyncDisposable & {
  readonly nodes: readonly [ClaimNode, ClaimNode];
  /** Numbers rise, but not by one: whoever follows goes by what came, not by what is missing. */
  readonly hasGaps?: boolean;
};

/** An open match of `derby.ts` with tickets of these types in turn, all clocks at 18:00. */
export type OpenClaimStore = (match: {
  readonly tickets: number;
  readonly types?: readonly string[];
  readonly changes?: DerbyChanges;
}) => Promise<ClaimStoreUnderTest>;

/** A scan of the first issue, at gate N1. */
export function entryOf(serial: number, scanId: string, device = 'phone-1'): ClaimScan {
  return { device, scanId, code: codeOf(serial, 0) };
}

export function word(answer: ScanAnswer | 'scan-id-reused'): string {
  return answer === 'scan-id-reused' ? answer : (answer.reason ?? answer.verdict);
}
