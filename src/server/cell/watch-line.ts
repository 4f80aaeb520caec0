// What a member says to whoever watches, a line at a time.
import type { CellEvent } from './mirror.ts';
import type { kvOf } from './wire.ts';

export type WatchLine = {
  readonly error?: { readonly grpc_code?: number; readonly message?: string };
  readonly result?: {
    readonly canceled?: boolean;
    readonly cancel_reason?: string;
    readonly compact_revision?: string;
    readonly events?: readonly {
      readonly type?: string;
      readonly kv: Parameters<typeof kvOf>[0];
      readonly prev_kv?: Parameters<typeof kvOf>[0];
    }[];
  };
};

/** What one transaction wrote stays together. */
export function wholeRevisions(queue: readonly CellEvent[], max: number): readonly CellEvent[] {
  let end = Math.min(max, queue.length);
  const revisionAt = (index: number) => queue[index]?.kv.modRevision;
  while (end < queue.length && revisionAt(end) === revisionAt(end - 1)) end += 1;
  return queue.slice(0, end);
}
