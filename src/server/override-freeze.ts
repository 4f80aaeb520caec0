// `override --data DIR`: lets a release be changed around a match on the machine itself, when no server starts that
// could be asked. It takes what it takes there: the tokens of two people who may, and goes into the audit.
import { hostname } from 'node:os';
import path from 'node:path';
import type { Pool } from 'pg';
import { may } from '#domain/access/roles.ts';
import { AccessStore } from './access/store.ts';
import { createActs } from './platform/acts.ts';
import { iso, systemClock } from './platform/clock.ts';
import { type ServeConfig, UsageError } from './platform/config.ts';
import type { Log } from './platform/log.ts';
import type { Principal } from './platform/principal.ts';
import { insertOverride, OVERRIDE_MINUTES, type Override } from './release/freeze.ts';
import { onDataDirectory } from './rescue-admin.ts';

export async function overrideFreeze(
  config: ServeConfig,
  log: Log,
  asked: { readonly reason: string; readonly tokens: readonly [string, string] },
): Promise<Override> {
  return await onDataDirectory(config, log, async (pool) => {
    const [first, second] = await peopleOf(pool, asked.tokens);
    const node = `${hostname()}/${path.resolve(config.dataDir)} (override)`;
    return await createActs(pool, node, systemClock).do(first, async (client) => {
      const by = [first.person, second.person] as const;
      const { reason } = asked;
      const now = systemClock();
      const given = await insertOverride(client, { by, reason, minutes: OVERRIDE_MINUTES }, now);
      const detail = { second: second.person, reason, until: iso(given.until) };
      return { result: given, act: { act: 'freeze.overridden', subject: given.id, detail } };
    });
  });
}

type Person = Extract<Principal, { kind: 'operator' }>;

async function peopleOf(
  pool: Pool,
  [one, other]: readonly [string, string],
): Promise<readonly [Person, Person]> {
  const access = new AccessStore(pool, systemClock);
  const first = await access.authenticate(one);
  const second = await access.authenticate(other);
  const isFit = (each: Principal | null): each is Person =>
    each?.kind === 'operator' && may(each.role, 'freeze.override');
  if (isFit(first) && isFit(second) && first.person !== second.person) return [first, second];
  throw new UsageError(
    'KAIMEN_TOKEN and KAIMEN_SECOND_TOKEN: tokens of two different people who may override a freeze',
  );
}
