// An event whose claims another node decides: its scans are passed on there, and its answer passed back.
// This store then claims nothing of its own.
import type { AnnulAnswer, ScanRequest } from '#protocol/scans.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';
import type { Device, Principal } from '#server/platform/principal.ts';
import type { ScanKey } from './annul.ts';
import type { OpenEvent } from './catalogue.ts';

/** An answer as the authority gave it, problem or verdict. */
export type Passed = { readonly status: number; readonly type: string; readonly text: string };

/** Who asks the authority on a lane's behalf; how is for whoever knows the nodes. */
export type Elsewhere = {
  /** @throws HttpProblem `unavailable` when it cannot be reached */
  scan(
    event: OpenEvent,
    device: Device,
    scan: ScanRequest,
    seen: string | undefined,
  ): Promise<Passed>;
  /** @throws HttpProblem what the authority answered, or `unavailable` */
  annul(event: OpenEvent, by: Principal | null, scan: ScanKey, cause: string): Promise<AnnulAnswer>;
  /**
   * An act of people that changes claims, done where they are decided.
   *
   * @returns its answer, as JSON
   * @throws HttpProblem what the authority answered, or `unavailable`
   */
  act(event: OpenEvent, path: string, body: Readonly<Record<string, unknown>>): Promise<unknown>;
  /** Brings the list up to the hub's now, if it can be had in a moment: a genuine code is not in it. */
  bringList(eventNumber: number): Promise<void>;
  /** How far of what is accepted here the hub has made durable. */
  durable(device: Device, journalId: string, acceptedThrough: number): Promise<number>;
};

/** This store was asked to change claims that another decides; nothing was done. */
export class NotAuthorityError extends HttpProblem {
  constructor(event: Pick<OpenEvent, 'authority'>) {
    super('unavailable', {
      detail:
        event.authority === null
          ? 'the event is being handed over to another node'
          : `the event is decided by ${event.authority}`,
      mend: 'send the same request again in a moment',
      retryAfterSeconds: 1,
    });
  }
}

/** A server that knows no other nodes. */
export const NOWHERE: Elsewhere = {
  scan: (event) => Promise.reject(new NotAuthorityError(event)),
  annul: (event) => Promise.reject(new NotAuthorityError(event)),
  act: (event) => Promise.reject(new NotAuthorityError(event)),
  bringList: () => Promise.resolve(),
  durable: (_device, _journal, acceptedThrough) => Promise.resolve(acceptedThrough),
};
