// Who is told of the risks of a ground's matches: staff of the club, by mail.
import type { FastifyInstance } from 'fastify';
import type { Pool, PoolClient } from 'pg';
import { z } from 'zod';
import type { Language } from '#domain/delivery/message-format.ts';
import { riskReaders, setRiskReaders } from '#protocol/entry-plan.ts';
import { id } from '#protocol/primitives.ts';
import { maskedAddress } from '#server/outbox/masked-address.ts';
import { actorOf } from '#server/platform/acts.ts';
import { seal, unseal } from '#server/platform/crypto.ts';
import { addRoute } from '#server/platform/http/route.ts';
import type { ServerContext } from '#server/server-context.ts';

export type RiskReader = { readonly address: string; readonly language: Language };

const groundParams = z.object({ id });
const contextOf = (ground: string) => `reader of risks at ${ground}`;

export async function readRiskReaders(
  client: PoolClient,
  masterKey: Uint8Array,
  ground: string,
): Promise<RiskReader[]> {
  const { rows } = await client.query<{ address: Buffer; language: Language }>(
    'SELECT address, language FROM risk_readers WHERE ground = $1 ORDER BY n',
    [ground],
  );
  return rows.map(({ address, language }) => ({
    address: Buffer.from(unseal(masterKey, contextOf(ground), address)).toString('utf8'),
    language,
  }));
}

async function maskedReaders(pool: Pool, ground: string) {
  const { rows } = await pool.query<{ address: string; language: Language }>(
    'SELECT masked AS address, language FROM risk_readers WHERE ground = $1 ORDER BY n',
    [ground],
  );
  return { readers: rows };
}

export function addRiskReaderRoutes(app: FastifyInstance, context: ServerContext): void {
  const { pool, acts, masterKey, now } = context;
  addRoute(app, {
    method: 'GET',
    url: '/api/v1/grounds/:id/risk-readers',
    rule: { allow: 'grounds.read' },
    summary: 'Who is told of the risks of an entry a day before doors; addresses masked',
    tag: 'grounds',
    params: groundParams,
    answer: riskReaders,
    handle: async ({ params }) => await maskedReaders(pool, params.id),
  });
  addRoute(app, {
    method: 'PUT',
    url: '/api/v1/grounds/:id/risk-readers',
    rule: { allow: 'grounds.import' },
    summary: 'Set who is told of the risks of an entry, all of them; none: nobody',
    tag: 'grounds',
    params: groundParams,
    body: setRiskReaders,
    answer: riskReaders,
    handle: async ({ params, body, principal }) => {
      await acts.do(principal, async (client) => {
        await client.query('DELETE FROM risk_readers WHERE ground = $1', [params.id]);
        const rows = body.readers.map(({ address, language }, n) => ({
          ...{ n, language, masked: maskedAddress(address) },
          address: seal(masterKey, contextOf(params.id), Buffer.from(address)),
        }));
        await client.query(
          `INSERT INTO risk_readers (ground, n, address, masked, language, set_by, set_at)
           SELECT $1, n, address, masked, language, $6, $7
           FROM unnest($2::integer[], $3::bytea[], $4::text[], $5::text[])
             AS r (n, address, masked, language)`,
          [
            params.id,
            rows.map(({ n }) => n),
            rows.map(({ address }) => address),
            rows.map(({ masked }) => masked),
            rows.map(({ language }) => language),
            actorOf(principal),
            new Date(now()),
          ],
        );
        const detail = { readers: rows.length };
        return { result: null, act: { act: 'risk-readers.set', subject: params.id, detail } };
      });
      return await maskedReaders(pool, params.id);
    },
  });
}
