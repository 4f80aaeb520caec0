// What a schema cannot say of an event file: references hold, ids are unique, times are in order.
import type { z } from 'zod';
import type { CheckpointId } from '#domain/kernel/ids.ts';
import { parseInstant } from '#domain/kernel/instant.ts';
import type { Checkpoint } from '#domain/venue/match-event.ts';

/** The perimeter of a ground that names none. */
export const ONE_CHECKPOINT: readonly [Checkpoint] = [
  { id: 'turnstile' as CheckpointId, name: { 'zh-CN': '检票口', en: 'Turnstile' } },
];

type Refine = z.core.$RefinementCtx;

/** References within the file, and times in order. */
export function crossCheck(file: EventFileShape, context: Refine): void {
  const complain = (path: (string | number)[], message: string) => {
    context.addIssue({ code: 'custom', path, message });
  };
  const gates = uniqueIds(file.gates, 'gates', complain);
  const checkpoints = uniqueIds(file.checkpoints ?? ONE_CHECKPOINT, 'checkpoints', complain);
  uniqueIds(file.sections, 'sections', complain);
  uniqueIds(file.ticketTypes, 'ticketTypes', complain);
  uniqueIds(file.stands ?? [], 'stands', complain);
  const zones = new Set(file.zones);
  const lanes = new Set<string>();
  file.gates.forEach((gate, index) => {
    if (!zones.has(gate.zone)) complain(['gates', index, 'zone'], `add “${gate.zone}” to zones`);
    if (gate.checkpoint !== undefined && !checkpoints.has(gate.checkpoint)) {
      complain(['gates', index, 'checkpoint'], `add “${gate.checkpoint}” to checkpoints`);
    }
    gate.lanes.forEach((lane, at) => {
      if (lanes.has(lane.id))
        complain(['gates', index, 'lanes', at, 'id'], `“${lane.id}” is taken`);
      lanes.add(lane.id);
    });
  });
  file.sections.forEach((section, index) => {
    if (!zones.has(section.zone)) {
      complain(['sections', index, 'zone'], `add “${section.zone}” to zones`);
    }
    section.gates.forEach((gate, at) => {
      if (!gates.has(gate))
        complain(['sections', index, 'gates', at], `there is no gate “${gate}”`);
    });
  });
  file.ticketTypes.forEach((type, index) => {
    for (const gate of type.entry?.gates ?? []) {
      if (!gates.has(gate)) {
        complain(['ticketTypes', index, 'entry', 'gates'], `there is no gate “${gate}”`);
      }
    }
    for (const zone of type.entry?.zones ?? []) {
      if (!zones.has(zone)) {
        complain(['ticketTypes', index, 'entry', 'zones'], `there is no zone “${zone}”`);
      }
    }
  });
  const [doorsAt, startsAt, endsAt] = [file.doorsAt, file.startsAt, file.endsAt].map(parseInstant);
  if (doorsAt == null || startsAt == null || endsAt == null) return;
  if (startsAt < doorsAt) complain(['startsAt'], 'kick-off must not be before doors open');
  if (endsAt <= startsAt) complain(['endsAt'], 'the end must be after kick-off');
}

type EventFileShape = {
  readonly doorsAt: string;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly checkpoints?: readonly { readonly id: string }[] | undefined;
  readonly zones: readonly string[];
  readonly stands?: readonly { readonly id: string }[] | undefined;
  readonly gates: readonly {
    readonly id: string;
    readonly zone: string;
    readonly checkpoint?: string | undefined;
    readonly lanes: readonly { readonly id: string }[];
  }[];
  readonly sections: readonly {
    readonly id: string;
    readonly zone: string;
    readonly gates: readonly string[];
  }[];
  readonly ticketTypes: readonly {
    readonly id: string;
    readonly entry?:
      | { readonly gates?: string[] | undefined; readonly zones?: string[] | undefined }
      | undefined;
  }[];
};

function uniqueIds(
  list: readonly { readonly id: string }[],
  field: string,
  complain: (path: (string | number)[], message: string) => void,
): Set<string> {
  const seen = new Set<string>();
  list.forEach((item, index) => {
    if (seen.has(item.id)) complain([field, index, 'id'], `“${item.id}” is taken`);
    seen.add(item.id);
  });
  return seen;
}
