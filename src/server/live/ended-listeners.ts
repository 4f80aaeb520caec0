// Whose streams must end: of people by their token or session, of devices by their enrolment, all of them in
// one question, because a change of access concerns hundreds of lanes at once.
import type { RevokedNotice } from '#protocol/enrolment.ts';
import type { AccessStore } from '#server/access/store.ts';
import type { Principal } from '#server/platform/principal.ts';

type Listening = { readonly principal: Principal; readonly token: string | null };

/** Nothing for a person, whose token has run out or was taken away. */
export type Farewell = RevokedNotice | Readonly<Record<string, never>>;

/** @returns what each is told last */
export async function endedListeners<L extends Listening>(
  access: AccessStore,
  listeners: readonly L[],
): Promise<ReadonlyMap<L, Farewell>> {
  const ended = new Map<L, Farewell>();
  const devices = listeners.filter(({ principal }) => principal.kind === 'device');
  if (devices.length > 0) {
    const whys = await access.endedAmong(devices.map(({ principal }) => principal.id));
    for (const listener of devices) {
      const why = whys.get(listener.principal.id);
      if (why === 'unknown') ended.set(listener, {});
      else if (why !== undefined) ended.set(listener, { why, wipe: true });
    }
  }
  for (const listener of listeners) {
    if (listener.principal.kind === 'device' || listener.token === null) continue;
    if ((await access.authenticate(listener.token)) === null) ended.set(listener, {});
  }
  return ended;
}
