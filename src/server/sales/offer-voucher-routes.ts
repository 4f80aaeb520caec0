// Staff make vouchers, watch their use and stop them.
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { id } from '#protocol/primitives.ts';
import { voucherList, vouchersMade, vouchersRequest } from '#protocol/vouchers.ts';
import { randomName } from '#server/platform/crypto.ts';
import { HttpProblem, malformedField } from '#server/platform/http/problem.ts';
import { addRoute } from '#server/platform/http/route.ts';
import type { ServerContext } from '#server/server-context.ts';
import { eventOr404 } from '#server/venue/find-event.ts';
import { insertVouchers, listVouchers, stopVoucher } from './offer-vouchers.ts';

const eventParams = z.object({ id });
const voucherParams = z.object({ id, voucher: id });
const CODE_BYTES = 7;
const BODY_BYTES_MAX = 2 * 1024 * 1024;

export function addSaleVoucherRoutes(app: FastifyInstance, context: ServerContext): void {
  const { pool, acts, masterKey, now } = context;
  addRoute(app, {
    method: 'GET',
    url: '/api/v1/events/:id/sale/vouchers',
    rule: { allow: 'sales.read' },
    summary: 'Vouchers of an event and how much they were used, without their codes',
    tag: 'sales',
    params: eventParams,
    answer: voucherList,
    handle: async ({ params }) => {
      const row = await eventOr404(pool, params.id);
      return { vouchers: await listVouchers(pool, row.number) };
    },
  });
  addRoute(app, {
    method: 'POST',
    url: '/api/v1/events/:id/sale/vouchers',
    rule: { allow: 'sales.publish' },
    summary: 'Make vouchers; their codes are answered once',
    tag: 'sales',
    params: eventParams,
    body: vouchersRequest,
    bodyBytesMax: BODY_BYTES_MAX,
    answer: vouchersMade,
    handle: async ({ params, body, principal }) => {
      const row = await eventOr404(pool, params.id);
      const made = body.vouchers.map(({ code, ...rest }) => ({
        ...rest,
        code: code ?? randomName('', CODE_BYTES).toUpperCase(),
      }));
      refuseTwice(made);
      const person = principal?.kind === 'operator' ? principal.person : '';
      return await acts.do(principal, async (client) => {
        const by = { person, at: now() };
        const taken = await insertVouchers(client, masterKey, row.number, made, by);
        if (taken.length > 0) throw alreadyTaken(taken);
        return {
          result: { vouchers: made.map(({ id: name, code }) => ({ id: name, code })) },
          act: {
            act: 'vouchers.made',
            subject: row.id,
            detail: { count: made.length, first: made[0]?.id ?? '' },
          },
        };
      });
    },
  });
  for (const [step, isStopped] of [
    ['stop', true],
    ['resume', false],
  ] as const) {
    addRoute(app, {
      method: 'POST',
      url: `/api/v1/events/:id/sale/vouchers/:voucher/${step}`,
      rule: { allow: 'sales.publish' },
      summary: isStopped ? 'Let a voucher be used no more' : 'Let a stopped voucher be used again',
      tag: 'sales',
      params: voucherParams,
      handle: async ({ params, principal }) => {
        const row = await eventOr404(pool, params.id);
        return await acts.do(principal, async (client) => {
          const isThere = await stopVoucher(client, row.number, params.voucher, isStopped);
          if (!isThere) throw noSuchVoucher(params.voucher);
          const act = isStopped ? 'voucher.stopped' : 'voucher.resumed';
          return {
            result: { id: params.voucher, isStopped },
            act: { act, subject: row.id, detail: { voucher: params.voucher } },
          };
        });
      },
    });
  }
}

function refuseTwice(vouchers: readonly { readonly id: string; readonly code: string }[]): void {
  for (const part of ['id', 'code'] as const) {
    const seen = new Set<string>();
    for (const [index, voucher] of vouchers.entries()) {
      if (seen.has(voucher[part])) {
        const field = `vouchers[${index}].${part}`;
        const mend = 'give each voucher a name and a code of its own';
        throw malformedField(field, 'the same is in the request above', mend);
      }
      seen.add(voucher[part]);
    }
  }
}

function alreadyTaken(taken: readonly string[]): HttpProblem {
  return new HttpProblem('conflict', {
    detail: `there are vouchers with the name or the code of ${taken.slice(0, 20).join(', ')}`,
    mend: 'choose others; nothing of the request was stored',
  });
}

function noSuchVoucher(voucher: string): HttpProblem {
  return new HttpProblem('not-found', {
    detail: `there is no voucher ${voucher}`,
    mend: 'see GET …/sale/vouchers',
  });
}
