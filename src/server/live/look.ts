// How an event's controls and list stand in the store, for whoever tells of changes.
import type { ControlsState } from '#protocol/controls.ts';
import type { ServerContext } from '#server/server-context.ts';
import { controlsNow } from '#server/venue/controls-state.ts';

export type Look = {
  readonly controls: ControlsState;
  /** Of the controls, less the fence, which rises for other reasons too. */
  readonly text: string;
  readonly cursor: string;
};

export async function lookAt(
  context: Pick<ServerContext, 'pool' | 'self'>,
  event: number,
): Promise<Look> {
  const controls = await controlsNow(context, event);
  const { rows } = await context.pool.query<{ epoch: string; n: string }>(
    'SELECT epoch, n FROM lists WHERE event = $1',
    [event],
  );
  return {
    controls,
    text: JSON.stringify({ ...controls, fence: 0 }),
    // A box that is still fetching the list has none to tell of.
    cursor: rows[0] === undefined ? '' : `${rows[0].epoch}:${rows[0].n}`,
  };
}
