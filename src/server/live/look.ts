// How an event's controls and list stand in the store, for whoever tells of changes.
import type { ServerContext } from '#server/server-context.ts';
import { controlsState } from '#server/venue/controls-state.ts';
import { loadControls } from '#server/venue/store.ts';

export type Look = {
  readonly controls: ReturnType<typeof controlsState>;
  /** Of the controls, less the fence, which rises for other reasons too. */
  readonly text: string;
  readonly cursor: string;
};

export async function lookAt(
  { pool, self }: Pick<ServerContext, 'pool' | 'self'>,
  event: number,
): Promise<Look> {
  const { controls, fence } = await loadControls(pool, event);
  const { rows } = await pool.query<{ epoch: string; n: string }>(
    'SELECT epoch, n FROM lists WHERE event = $1',
    [event],
  );
  const state = controlsState(controls, fence, self);
  return {
    controls: state,
    text: JSON.stringify({ ...state, fence: 0 }),
    // A box that is still fetching the list has none to tell of.
    cursor: rows[0] === undefined ? '' : `${rows[0].epoch}:${rows[0].n}`,
  };
}
