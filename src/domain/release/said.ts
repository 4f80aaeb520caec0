// One recorded scan as it is shown to the rules again, and what they say.
import type { Finding, Scan } from '#domain/entry/decide-scan.ts';
import type { Ticket } from '#domain/entry/ticket.ts';
import type { Reason, Verdict } from '#domain/entry/verdict.ts';
import type { Found } from './found.ts';
import type { RecordedScan } from './recording.ts';

export type Said = { readonly verdict: Verdict; readonly reason: Reason | null };

/** `counted`: no code decided · `reading`: settled by what the code is · `policy`: a lane’s own limits · `elsewhere`: another node decided */
export type LeftOut = 'counted' | 'reading' | 'policy' | 'elsewhere';

export function shownAs(scan: RecordedScan, found: Omit<Found, 'code'>): Scan {
  const { direction, gate, lane } = scan;
  return { direction, gate, lane, isConfirmed: found.isConfirmed, isManual: found.isManual };
}

export function findingOf({ code }: Pick<Found, 'code'>, ticket: Ticket | null): Finding {
  if (code !== 'current' && code !== 'earlier') return { kind: 'none', reason: code };
  if (ticket === null) return { kind: 'none', reason: 'unknown' };
  return { kind: 'ticket', ticket, isCurrent: code === 'current' };
}

export function isAlike(said: Said, scan: Said): boolean {
  return said.verdict === scan.verdict && said.reason === scan.reason;
}

export function wordOf({ verdict, reason }: Said): string {
  return reason ?? verdict;
}
