import type { Controls } from '#domain/venue/controls.ts';
import type { ControlsState } from '#protocol/controls.ts';
import { iso } from '#server/platform/clock.ts';
import type { ServerContext } from '#server/server-context.ts';
import { loadControls } from './store.ts';

/** As they stand in this node's store. */
export async function controlsNow(
  { pool, self }: Pick<ServerContext, 'pool' | 'self'>,
  event: number,
): Promise<ControlsState> {
  const { controls, fence } = await loadControls(pool, event);
  return controlsState(controls, fence, self);
}

/** Controls in the words of the protocol. @param node - whose fence it is: the hub's, or a box's own */
function controlsState(controls: Controls, fence: number, node: string): ControlsState {
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
