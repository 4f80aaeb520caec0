// Signing in and out of a browser.
import { createHmac } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { abilityRulesOf } from '#domain/access/abilities.ts';
import type { Instant } from '#domain/kernel/instant.ts';
import {
  acceptAnswer,
  acceptRequest,
  invitationRequest,
  invitationView,
  type SessionView,
  secondPersonAnswer,
  sessionView,
  signInRequest,
} from '#protocol/accounts.ts';
import { actorOf } from '#server/platform/acts.ts';
import { iso } from '#server/platform/clock.ts';
import { randomName } from '#server/platform/crypto.ts';
import {
  cookieOf,
  refuseForeignOrigin,
  SESSION_COOKIE,
  setCookie,
} from '#server/platform/http/browser.ts';
import { addRoute } from '#server/platform/http/route.ts';
import type { Operator } from '#server/platform/principal.ts';
import { inTransaction } from '#server/platform/transaction.ts';
import type { ServerContext } from '#server/server-context.ts';
import { findAccount, findInvitation, openTotp } from './account-store.ts';
import { totpShown } from './one-time-codes.ts';
import { addPasskeyRoutes } from './passkey-routes.ts';
import { accept, noSuchInvitation, proveIdentity, type SignedIn, signIn } from './sign-in.ts';
import { type Attempt, SignInLimits } from './sign-in-limits.ts';

/** Says that this browser has signed in to a login before; worth nothing else. */
const BROWSER_COOKIE = '__Host-kaimen-browser';
const BROWSER_GOOD_SECONDS = 400 * 24 * 3_600;
const SECOND_GOOD_MS = 120_000;

export function addSessionRoutes(app: FastifyInstance, context: ServerContext): void {
  const limits = new SignInLimits(context.pool, context.now);
  const welcome = (request: FastifyRequest, reply: FastifyReply, signedIn: SignedIn) => {
    const seconds = Math.floor((signedIn.expiresAt - context.now()) / 1_000);
    setCookie(reply, SESSION_COOKIE, signedIn.secret, seconds);
    rememberBrowser(context, request, reply, signedIn.account.login);
    return viewOf(context, signedIn);
  };

  addRoute(app, {
    method: 'POST',
    url: '/api/v1/session',
    rule: { allow: 'public' },
    priority: 'control',
    summary: 'Sign in with name, password and one-time code; the session is a cookie',
    tag: 'access',
    body: signInRequest,
    answer: sessionView,
    handle: async ({ body, request, reply }) => {
      refuseForeignOrigin(request);
      const { login, password, code } = body;
      const attempt = { ...attemptOf(context, request, login), login };
      const signedIn = await signIn(context, limits, attempt, { password, code });
      return welcome(request, reply, signedIn);
    },
  });

  addPasskeyRoutes(app, context, { limits, attemptOf, welcome });
  addInvitationRoutes(app, context, { limits, welcome });
  addSecondPerson(app, context, limits);
  addOwnSession(app, context);
}

type Welcome = (request: FastifyRequest, reply: FastifyReply, signedIn: SignedIn) => SessionView;
export type SignInParts = {
  readonly limits: SignInLimits;
  readonly attemptOf: typeof attemptOf;
  readonly welcome: Welcome;
};

function addInvitationRoutes(
  app: FastifyInstance,
  context: ServerContext,
  { limits, welcome }: Pick<SignInParts, 'limits' | 'welcome'>,
): void {
  addRoute(app, {
    method: 'POST',
    url: '/api/v1/session/invitation',
    rule: { allow: 'public' },
    priority: 'control',
    summary: 'Look at an invitation: who is invited, and the secret for the authenticator',
    tag: 'access',
    body: invitationRequest,
    answer: invitationView,
    handle: async ({ body, request }) => {
      refuseForeignOrigin(request);
      const attempt = attemptOf(context, request, null);
      await limits.begin(attempt);
      const shown = await inTransaction(context.pool, async (client) => {
        const invitation = await findInvitation(client, body.code, context.now());
        const account =
          invitation === null ? null : await findAccount(client, { person: invitation.person });
        if (invitation === null || account === null) throw noSuchInvitation();
        const { person, login, name, role } = account;
        const secret = openTotp(context.masterKey, person, invitation.totp_sealed);
        const expiresAt = iso(invitation.expires_at.getTime());
        return { login, name, role, ...totpShown(secret, login), expiresAt };
      });
      await limits.succeeded(attempt);
      return shown;
    },
  });

  addRoute(app, {
    method: 'POST',
    url: '/api/v1/session/invitation/accept',
    rule: { allow: 'public' },
    priority: 'control',
    summary: 'Accept an invitation: choose a password, show that the authenticator works',
    tag: 'access',
    body: acceptRequest,
    answer: acceptAnswer,
    handle: async ({ body, request, reply }) => {
      refuseForeignOrigin(request);
      const attempt = attemptOf(context, request, null);
      await limits.begin(attempt);
      const accepted = await accept(context, body);
      await limits.succeeded(attempt);
      context.access.committed();
      return {
        session: welcome(request, reply, accepted),
        recoveryCodes: accepted.recoveryCodes,
      };
    },
  });
}

/** A second person proves who they are at the first one's screen, without signing anybody out. */
function addSecondPerson(app: FastifyInstance, context: ServerContext, limits: SignInLimits): void {
  addRoute(app, {
    method: 'POST',
    url: '/api/v1/session/second',
    rule: { allow: 'controls.limit' },
    priority: 'control',
    summary: 'Another person agrees to what takes two: their name, password and code',
    tag: 'access',
    body: signInRequest,
    answer: secondPersonAnswer,
    handle: async ({ body, request, principal }) => {
      const { login, password, code } = body;
      const attempt = { ...attemptOf(context, request, login), login };
      const account = await proveIdentity(context, limits, attempt, { password, code });
      const { person, role } = account;
      const expiresAt = (context.now() + SECOND_GOOD_MS) as Instant;
      const token = await context.acts.do(principal, async (client) => {
        const createdBy = actorOf(principal);
        const made = { role, person, createdBy, expiresAt };
        const { token: secret } = await context.access.createToken(client, made);
        const act = { act: 'second-person.proven', subject: person, detail: {} };
        return { result: secret, act };
      });
      context.access.committed();
      return { person, token, expiresAt: iso(expiresAt) };
    },
  });
}

function addOwnSession(app: FastifyInstance, context: ServerContext): void {
  addRoute(app, {
    method: 'GET',
    url: '/api/v1/session',
    rule: { allow: 'events.read' },
    priority: 'control',
    summary: 'Who is signed in, and what they may do',
    tag: 'access',
    answer: sessionView,
    handle: async ({ principal }) => {
      const { id, role, person } = operatorOf(principal);
      const account = await findAccount(context.pool, { person });
      const expiresAt = await context.access.sessions.expiryOf(id);
      return {
        person,
        name: account?.name ?? null,
        role,
        rules: abilityRulesOf(role),
        serverTime: iso(context.now()),
        expiresAt: expiresAt === null ? null : iso(expiresAt),
      };
    },
  });

  addRoute(app, {
    method: 'DELETE',
    url: '/api/v1/session',
    rule: { allow: 'events.read' },
    priority: 'control',
    summary: 'Sign out: the session ends here and now',
    tag: 'access',
    handle: async ({ principal, reply }) => {
      const { id } = operatorOf(principal);
      await context.acts.do(principal, async (client) => {
        await context.access.sessions.end(client, { id });
        await context.access.raise(client);
        return { result: null, act: { act: 'session.ended', subject: id, detail: {} } };
      });
      context.access.committed();
      setCookie(reply, SESSION_COOKIE, '', 0);
      return { ended: true };
    },
  });
}

function operatorOf(principal: unknown): Operator {
  const operator = principal as Operator | null;
  if (operator?.kind !== 'operator') throw new Error('the rule lets only operators in');
  return operator;
}

function viewOf(context: ServerContext, { account, expiresAt }: SignedIn): SessionView {
  const { person, name, role } = account;
  return {
    person,
    name,
    role,
    rules: abilityRulesOf(role),
    serverTime: iso(context.now()),
    expiresAt: iso(expiresAt),
  };
}

function attemptOf(context: ServerContext, request: FastifyRequest, login: string | null): Attempt {
  if (login === null) return { login, address: request.ip, knownBrowser: null };
  const cookie = cookieOf(request, BROWSER_COOKIE);
  const [browser = '', proof = ''] = (cookie ?? '').split('.');
  const isKnown = cookie !== null && proof === browserProof(context, login, browser);
  return { login, address: request.ip, knownBrowser: isKnown ? browser : null };
}

function rememberBrowser(
  context: ServerContext,
  request: FastifyRequest,
  reply: FastifyReply,
  login: string,
): void {
  if (attemptOf(context, request, login).knownBrowser !== null) return;
  const browser = randomName('', 10);
  const value = `${browser}.${browserProof(context, login, browser)}`;
  setCookie(reply, BROWSER_COOKIE, value, BROWSER_GOOD_SECONDS);
}

function browserProof(context: ServerContext, login: string, browser: string): string {
  return createHmac('sha256', context.masterKey)
    .update(`kaimen known browser 1\n${login}\n${browser}`)
    .digest('hex')
    .slice(0, 32);
}
