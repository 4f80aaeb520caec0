// Where providers tell us what has happened. The bytes are kept as they came: signatures are over them. Nothing of
// a body is ever logged.
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { HttpProblem, malformedField } from '#server/platform/http/problem.ts';
import { addRoute } from '#server/platform/http/route.ts';
import type { Payments } from './payments.ts';
import { PROVIDERS } from './provider.ts';

const BODY_BYTES_MAX = 128 * 1024;

export async function addWebhookRoutes(app: FastifyInstance, payments: Payments): Promise<void> {
  await app.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, parsed) =>
      parsed(null, body),
    );
    addRoute(scope, {
      method: 'POST',
      url: '/api/v1/payments/:provider/webhook',
      rule: { allow: 'public' },
      summary: 'What a payment provider has to tell; signed as its own documentation says',
      tag: 'payments',
      params: z.object({ provider: z.enum(PROVIDERS) }),
      bodyBytesMax: BODY_BYTES_MAX,
      answerType: 'text/plain',
      handle: async ({ params, request, reply }) => {
        const provider = payments.providers.get(params.provider);
        if (provider === undefined) throw notHere();
        const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
        const { headers } = request;
        const reading = await provider.readWebhook({ headers, body, nowMs: payments.nowMs() });
        if (reading.kind === 'refused') {
          const { detail } = reading;
          payments.log.warn({ provider: provider.name, detail }, 'a webhook was refused');
          throw malformedField('body', detail);
        }
        const heard = { provider: provider.name, heardBy: 'webhook' } as const;
        await payments.intake.take(reading.facts.map((fact) => ({ ...fact, ...heard })));
        return reply.type(reading.reply.type).send(reading.reply.text);
      },
    });
    done();
  });
}

function notHere(): HttpProblem {
  return new HttpProblem('not-found', {
    detail: 'no such provider is configured here',
    mend: 'put its file into DIR/payments and start the server again',
  });
}
