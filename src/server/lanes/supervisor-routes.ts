// A supervisor proves at a steward's phone who they are, for what the phone itself then does and records.
import type { FastifyInstance } from 'fastify';
import { supervisorProof, supervisorProven } from '#protocol/people.ts';
import { identify } from '#server/access/identify.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';
import { addRoute } from '#server/platform/http/route.ts';
import type { Device } from '#server/platform/principal.ts';
import type { ServerContext } from '#server/server-context.ts';

export function addSupervisorRoutes(app: FastifyInstance, context: ServerContext): void {
  addRoute(app, {
    method: 'POST',
    url: '/api/v1/devices/self/supervisor',
    rule: { allow: 'device', act: 'stand' },
    summary: 'Who the supervisor is who sets something at this device; nobody is signed on by it',
    tag: 'lanes',
    body: supervisorProof,
    answer: supervisorProven,
    handle: async ({ body, principal }) => {
      const { person, role } = await identifySupervisor(context, principal as Device, body);
      return { person, role };
    },
  });
}

/** @throws HttpProblem `forbidden` for whoever is no supervisor, and as {@link identify} */
export async function identifySupervisor(
  context: ServerContext,
  device: Device,
  { supervisor }: { readonly supervisor: Parameters<typeof identify>[2] },
): Promise<{ readonly person: string; readonly role: 'gate-supervisor' }> {
  const { person, role } = await identify(context, device, supervisor);
  if (role === 'gate-supervisor') return { person, role };
  throw new HttpProblem('forbidden', {
    detail: 'whoever was identified is no supervisor',
    mend: 'let a supervisor show their badge, or type name and PIN',
  });
}
