// What was decided in a cell. Its write compared ticket and claim with what it was decided on, so the crossings are
// exact; but whoever wrote the match down heard of tickets, controls and counts at moments of its own. So it is asked
// whether any of theirs makes this version say what was said.
import { decideScan } from '#domain/entry/decide-scan.ts';
import { NOBODY } from '#domain/venue/controls.ts';
import type { Found } from './found.ts';
import { FULL } from './judge-alone.ts';
import type { RecordedState } from './recorded-state.ts';
import type { RecordedScan, Recording } from './recording.ts';
import { findingOf, isAlike, type Said, shownAs } from './said.ts';

/** @returns what this version says; null when it can be brought to say the same */
export function judgeInCell(
  recording: Recording,
  state: RecordedState,
  scan: RecordedScan,
  found: Found,
): Said | null {
  let likeliest: Said | null = null;
  for (const said of saidOn(recording, state, scan, found)) {
    if (isAlike(said, scan)) return null;
    likeliest ??= said;
  }
  return likeliest;
}

function* saidOn(
  recording: Recording,
  state: RecordedState,
  scan: RecordedScan,
  found: Found,
): Generator<Said> {
  const { revision, decidedAt: at, entryEpoch, checkpoint } = scan;
  const serial = scan.serial ?? 0;
  const crossings = state.crossingsAt({ entryEpoch, checkpoint, serial }, revision - 1);
  const versions = (recording.tickets.get(serial) ?? []).map(({ ticket }) => ticket);
  const inForce = state.controlsFor(revision);
  for (const controls of [inForce, ...recording.controls.map((version) => version.controls)]) {
    for (const ticket of [state.ticketFor(serial, revision), ...versions]) {
      for (const occupancy of [NOBODY, FULL]) {
        const { verdict, reason } = decideScan(shownAs(scan, found), findingOf(found, ticket), {
          ground: state.groundFor(revision),
          ...{ controls, occupancy, crossings, at },
        });
        yield { verdict, reason };
      }
    }
  }
}
