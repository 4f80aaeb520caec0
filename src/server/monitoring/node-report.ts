// What `kaimen doctor` asks of each node.
import type { FastifyInstance } from 'fastify';
import { type NodeView, nodeView } from '#protocol/node.ts';
import { iso } from '#server/platform/clock.ts';
import { addRoute } from '#server/platform/http/route.ts';
import { readMigrations } from '#server/platform/migrate.ts';
import type { ServerContext } from '#server/server-context.ts';

export function addNodeReport(
  app: FastifyInstance,
  context: ServerContext,
  about: {
    readonly version: string;
    readonly role: string;
    readonly migrations: URL;
    readonly isDiskFull: () => boolean;
  },
): void {
  const startedAt = context.now();

  addRoute(app, {
    method: 'GET',
    url: '/api/v1/node',
    rule: { allow: 'edges.read' },
    summary: 'This node: version, clock, migrations, state of its store, when a backup was taken',
    tag: 'operation',
    answer: nodeView,
    handle: async (): Promise<NodeView> => {
      const [known, applied, backups, open] = await Promise.all([
        readMigrations(about.migrations),
        context.pool.query<{ name: string }>(
          `SELECT name FROM schema_migrations WHERE name <> '0' ORDER BY name`,
        ),
        context.pool.query<{ at: Date | null }>(
          `SELECT max(at) AS at FROM audit WHERE act = 'backup.taken'`,
        ),
        context.pool.query<{ id: string }>(
          `SELECT id FROM events WHERE status = 'open' ORDER BY id`,
        ),
      ]);
      const { state, why, epoch } = context.storeState.current();
      const backupAt = backups.rows[0]?.at ?? null;
      return {
        node: context.self,
        role: about.role,
        version: about.version,
        time: iso(context.now()),
        startedAt: iso(startedAt),
        migrations: {
          applied: applied.rows.map(({ name }) => name),
          known: known.map(({ name }) => name),
        },
        store: { state, why, epoch },
        isDiskFull: about.isDiskFull(),
        lastBackupAt: backupAt === null ? null : iso(backupAt.getTime()),
        openEvents: open.rows.map(({ id }) => id),
      };
    },
  });
}
