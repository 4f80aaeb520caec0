import type { FastifyInstance } from 'fastify';
import { type FreezeView, freezeSettings, freezeView, overrideRequest } from '#protocol/freeze.ts';
import { actorOf } from '#server/platform/acts.ts';
import { iso } from '#server/platform/clock.ts';
import { addRoute } from '#server/platform/http/route.ts';
import { secondPerson } from '#server/platform/second-person.ts';
import type { ServerContext } from '#server/server-context.ts';
import { insertOverride, OVERRIDE_MINUTES, readFreeze } from './freeze.ts';

export function addFreezeRoutes(app: FastifyInstance, context: ServerContext): void {
  addRoute(app, {
    method: 'GET',
    url: '/api/v1/freeze',
    rule: { allow: 'events.read' },
    summary: 'Whether a match is so near that nothing may change, and what ran here',
    tag: 'releases',
    answer: freezeView,
    handle: () => viewOf(context),
  });

  addRoute(app, {
    method: 'POST',
    url: '/api/v1/freeze/override',
    rule: { allow: 'freeze.override' },
    summary: 'Two people let a release, a migration or a key change all the same, for a while',
    tag: 'releases',
    body: overrideRequest,
    answer: freezeView,
    handle: async ({ body, principal }) => {
      const second = await secondPerson(
        context.access,
        principal,
        body.secondPerson,
        'freeze.override',
      );
      const { reason, minutes = OVERRIDE_MINUTES } = body;
      await context.acts.do(principal, async (client) => {
        const by = [actorOf(principal), second] as const;
        const given = await insertOverride(client, { by, reason, minutes }, context.now());
        const detail = { second, reason, until: iso(given.until) };
        return { result: null, act: { act: 'freeze.overridden', subject: given.id, detail } };
      });
      return await viewOf(context);
    },
  });

  addRoute(app, {
    method: 'PUT',
    url: '/api/v1/freeze',
    rule: { allow: 'freeze.override' },
    summary: 'How many hours before doors nothing changes any more',
    tag: 'releases',
    body: freezeSettings,
    answer: freezeView,
    handle: async ({ body, principal }) => {
      const { hoursBefore, reason, secondPerson: token } = body;
      const freeze = await readFreeze(context.pool, context.now());
      // Whoever could shorten it alone could end it alone.
      const isFrozen = freeze?.window != null;
      const second =
        isFrozen || token !== undefined
          ? await secondPerson(context.access, principal, token, 'freeze.override')
          : null;
      await context.acts.do(principal, async (client) => {
        await client.query('UPDATE freeze_settings SET hours_before = $1', [hoursBefore]);
        const detail = { from: freeze?.hoursBefore, to: hoursBefore, second, reason };
        return { result: null, act: { act: 'freeze.set', subject: 'store', detail } };
      });
      return await viewOf(context);
    },
  });
}

async function viewOf({ pool, now }: ServerContext): Promise<FreezeView> {
  const freeze = await readFreeze(pool, now());
  if (freeze === null) throw new Error('this very server has migrated its store');
  const { hoursBefore, window, override } = freeze;
  const { rows } = await pool.query<{ release: string; first_at: Date; last_at: Date }>(
    'SELECT release, first_at, last_at FROM server_releases ORDER BY last_at DESC LIMIT 50',
  );
  return {
    hoursBefore,
    event: window?.event ?? null,
    from: window === null || window.from === 0 ? null : iso(window.from),
    until: window === null ? null : iso(window.until),
    override:
      override === null ? null : { ...override, by: [...override.by], until: iso(override.until) },
    releases: rows.map(({ release, first_at, last_at }) => ({
      release,
      firstAt: iso(first_at.getTime()),
      lastAt: iso(last_at.getTime()),
    })),
  };
}
