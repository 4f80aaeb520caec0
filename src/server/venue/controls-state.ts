import type { Controls } from '#domain/venue/controls.ts';
import type { ControlsState } from '#protocol/controls.ts';
import { iso } from '#server/platform/clock.ts';

/** Controls in the words of the protocol. @param node - whose fence it is: the hub's, or a box's own */
export function controlsState(controls: Controls, fence: number, node: string): ControlsState {
  const { doorsAt, endsAt, startsAt = null } = controls.window;
  return {
    fence,
    node,
    status: controls.status,
    holds: controls.holds.map((hold) => ({ ...hold })),
    diversions: controls.diversions.map((diversion) => ({
      id: diversion.id,
      sections: [...diversion.sections],
      gates: [...diversion.gates],
      until: iso(diversion.until),
      reason: diversion.reason,
    })),
    limits: { ...controls.limits },
    modes: (controls.modes ?? []).map((mode) => ({ ...mode })),
    ...(controls.isEvacuating === true ? { isEvacuating: true } : {}),
    window: {
      doorsAt: doorsAt === null ? null : iso(doorsAt),
      endsAt: endsAt === null ? null : iso(endsAt),
      startsAt: startsAt === null ? null : iso(startsAt),
    },
  };
}
