// Passkeys (WebAuthn): a phone, computer or security key that has seen its owner's finger, face or PIN is
// both factors at once. Signing in names nobody: the browser offers whose keys it holds.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { passkeyAnswer, passkeyList, passkeyOptions, sessionView } from '#protocol/accounts.ts';
import { words } from '#protocol/primitives.ts';
import { iso } from '#server/platform/clock.ts';
import { originOf, refuseForeignOrigin } from '#server/platform/http/browser.ts';
import { HttpProblem } from '#server/platform/http/problem.ts';
import { addRoute } from '#server/platform/http/route.ts';
import type { Principal } from '#server/platform/principal.ts';
import { inTransaction } from '#server/platform/transaction.ts';
import type { ServerContext } from '#server/server-context.ts';
import { findAccount } from './account-store.ts';
import {
  findPasskey,
  insertChallenge,
  insertPasskey,
  listPasskeys,
  removePasskey,
  takeChallenge,
  usePasskey,
} from './passkey-store.ts';
import type { SignInParts } from './session-routes.ts';
import { openSession } from './sign-in.ts';

/** Loaded when somebody uses a passkey: a server that starts again has no time. */
const webAuthn = () => import('@simplewebauthn/server');
type WebAuthn = Awaited<ReturnType<typeof webAuthn>>;
type Registration = Parameters<WebAuthn['verifyRegistrationResponse']>[0]['response'];
type Authentication = Parameters<WebAuthn['verifyAuthenticationResponse']>[0]['response'];

export function addPasskeyRoutes(
  app: FastifyInstance,
  context: ServerContext,
  parts: SignInParts,
): void {
  addSignIn(app, context, parts);
  addRegistration(app, context);
  addOwnPasskeys(app, context);
}

function addSignIn(
  app: FastifyInstance,
  context: ServerContext,
  { limits, attemptOf, welcome }: SignInParts,
): void {
  addRoute(app, {
    method: 'POST',
    url: '/api/v1/session/passkey/options',
    rule: { allow: 'public' },
    priority: 'control',
    summary: 'What a passkey has to sign to sign in',
    tag: 'access',
    answer: passkeyOptions,
    handle: async ({ request }) => {
      refuseForeignOrigin(request);
      const { generateAuthenticationOptions } = await webAuthn();
      const options = await generateAuthenticationOptions({
        rpID: siteOf(request),
        userVerification: 'required',
      });
      await insertChallenge(context.pool, options.challenge, null, context.now());
      return { challenge: options.challenge, options };
    },
  });

  addRoute(app, {
    method: 'POST',
    url: '/api/v1/session/passkey',
    rule: { allow: 'public' },
    priority: 'control',
    summary: 'Sign in with a passkey; the session is a cookie',
    tag: 'access',
    body: passkeyAnswer,
    answer: sessionView,
    handle: async ({ body, request, reply }) => {
      refuseForeignOrigin(request);
      const attempt = attemptOf(context, request, null);
      await limits.begin(attempt);
      const isOurs = await takeChallenge(context.pool, body.challenge, null, context.now());
      const key = isOurs ? await findPasskey(context.pool, String(body.response['id'])) : null;
      const account = key === null ? null : await findAccount(context.pool, key);
      if (key === null || account === null || account.disabled_at !== null) throw notThisKey();
      const { verifyAuthenticationResponse } = await webAuthn();
      const verified = await verifyAuthenticationResponse({
        response: body.response as unknown as Authentication,
        expectedChallenge: body.challenge,
        expectedOrigin: originOf(request),
        expectedRPID: siteOf(request),
        requireUserVerification: true,
        credential: {
          id: key.id,
          publicKey: new Uint8Array(key.public_key),
          counter: Number(key.counter),
        },
      }).catch(() => null);
      if (verified?.verified !== true) throw notThisKey();
      const signedIn = await inTransaction(context.pool, async (client) => {
        const { newCounter } = verified.authenticationInfo;
        await usePasskey(client, key.id, newCounter, context.now());
        return await openSession(context, client, account, 'passkey');
      });
      await limits.succeeded(attempt);
      return welcome(request, reply, signedIn);
    },
  });
}

function addRegistration(app: FastifyInstance, context: ServerContext): void {
  addRoute(app, {
    method: 'POST',
    url: '/api/v1/session/passkeys/options',
    rule: { allow: 'events.read' },
    priority: 'control',
    summary: 'What a new passkey of yours has to sign',
    tag: 'access',
    answer: passkeyOptions,
    handle: async ({ principal, request }) => {
      const account = await ownAccount(context, principal);
      const { generateRegistrationOptions } = await webAuthn();
      const held = await listPasskeys(context.pool, account.person);
      const options = await generateRegistrationOptions({
        rpName: 'Kaimen',
        rpID: siteOf(request),
        userName: account.login,
        userDisplayName: account.name,
        userID: new TextEncoder().encode(account.person),
        excludeCredentials: held.map(({ id }) => ({ id })),
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      });
      await insertChallenge(context.pool, options.challenge, account.person, context.now());
      return { challenge: options.challenge, options };
    },
  });

  addRoute(app, {
    method: 'POST',
    url: '/api/v1/session/passkeys',
    rule: { allow: 'events.read' },
    priority: 'control',
    summary: 'Add a passkey to your own account',
    tag: 'access',
    body: passkeyAnswer,
    answer: passkeyList,
    handle: async ({ body, principal, request }) => {
      const { person } = await ownAccount(context, principal);
      if (!(await takeChallenge(context.pool, body.challenge, person, context.now()))) {
        throw notThisKey();
      }
      const { verifyRegistrationResponse } = await webAuthn();
      const verified = await verifyRegistrationResponse({
        response: body.response as unknown as Registration,
        expectedChallenge: body.challenge,
        expectedOrigin: originOf(request),
        expectedRPID: siteOf(request),
        requireUserVerification: true,
      }).catch(() => null);
      if (verified?.verified !== true) throw notThisKey();
      const { credential } = verified.registrationInfo;
      await context.acts.do(principal, async (client) => {
        const label = body.label ?? 'passkey';
        await insertPasskey(client, { person, credential, label, at: context.now() });
        return { result: null, act: { act: 'passkey.added', subject: person, detail: {} } };
      });
      return ownList(context, person);
    },
  });
}

function addOwnPasskeys(app: FastifyInstance, context: ServerContext): void {
  addRoute(app, {
    method: 'GET',
    url: '/api/v1/session/passkeys',
    rule: { allow: 'events.read' },
    priority: 'control',
    summary: 'Your own passkeys',
    tag: 'access',
    answer: passkeyList,
    handle: async ({ principal }) =>
      ownList(context, (await ownAccount(context, principal)).person),
  });

  addRoute(app, {
    method: 'DELETE',
    url: '/api/v1/session/passkeys/:key',
    rule: { allow: 'events.read' },
    priority: 'control',
    summary: 'Remove a passkey of your own',
    tag: 'access',
    params: z.object({ key: words(200) }),
    answer: passkeyList,
    handle: async ({ params, principal }) => {
      const { person } = await ownAccount(context, principal);
      await context.acts.do(principal, async (client) => {
        if (!(await removePasskey(client, person, params.key))) {
          throw new HttpProblem('not-found', { detail: 'you have no such passkey' });
        }
        return { result: null, act: { act: 'passkey.removed', subject: person, detail: {} } };
      });
      return ownList(context, person);
    },
  });
}

async function ownList(context: ServerContext, person: string) {
  const keys = await listPasskeys(context.pool, person);
  return {
    passkeys: keys.map((key) => ({
      id: key.id,
      label: key.label,
      createdAt: iso(key.created_at.getTime()),
      lastUsedAt: key.last_used_at === null ? null : iso(key.last_used_at.getTime()),
    })),
  };
}

async function ownAccount(context: ServerContext, principal: Principal | null) {
  const person = principal?.kind === 'operator' ? principal.person : '';
  const account = await findAccount(context.pool, { person });
  if (account !== null) return account;
  throw new HttpProblem('conflict', {
    detail: 'a token has no account, and so no passkeys',
    mend: 'sign in as a person',
  });
}

/** A passkey belongs to a name; an address of numbers has none. */
function siteOf(request: FastifyRequest): string {
  const { hostname } = new URL(originOf(request));
  if (!/^[\d.]+$|^\[/.test(hostname)) return hostname;
  throw new HttpProblem('conflict', {
    detail: `passkeys need a name, and ${hostname} is an address of numbers`,
    mend: 'open the console by its name (localhost on this machine), or use password and code',
  });
}

function notThisKey(): HttpProblem {
  return new HttpProblem('unauthenticated', {
    detail: 'this passkey was not accepted',
    mend: 'try again, or sign in with password and code',
  });
}
