// Accounts of people, kept by an administrator. Nobody is given a password: they get a link, once.
import type { FastifyInstance } from 'fastify';
import {
  accountChange,
  accountList,
  accountParams,
  accountRequest,
  invitation,
} from '#protocol/accounts.ts';
import { actorOf } from '#server/platform/acts.ts';
import { iso } from '#server/platform/clock.ts';
import { randomName } from '#server/platform/crypto.ts';
import { HttpProblem, malformedField } from '#server/platform/http/problem.ts';
import { addRoute } from '#server/platform/http/route.ts';
import type { ServerContext } from '#server/server-context.ts';
import {
  type AccountSummary,
  findAccount,
  insertAccount,
  insertInvitation,
  listAccounts,
} from './account-store.ts';
import { newTotpSecret } from './one-time-codes.ts';

export function addAccountRoutes(app: FastifyInstance, context: ServerContext): void {
  addCreation(app, context);
  addChanges(app, context);

  addRoute(app, {
    method: 'GET',
    url: '/api/v1/accounts',
    rule: { allow: 'accounts.manage' },
    summary: 'Accounts of people, without their secrets',
    tag: 'access',
    answer: accountList,
    handle: async () => ({
      accounts: (await listAccounts(context.pool, context.now())).map(accountView),
    }),
  });
}

function addCreation(app: FastifyInstance, context: ServerContext): void {
  addRoute(app, {
    method: 'POST',
    url: '/api/v1/accounts',
    rule: { allow: 'accounts.manage' },
    summary: 'Make an account and an invitation to it: a link that is good once',
    tag: 'access',
    body: accountRequest,
    answer: invitation,
    handle: async ({ body, principal }) => {
      const person = randomName('p-', 5);
      const made = await context.acts.do(principal, async (client) => {
        const createdBy = actorOf(principal);
        const at = context.now();
        if (!(await insertAccount(client, { ...body, person, createdBy, at }))) {
          throw malformedField(
            'login',
            'is taken: choose another, or send its owner a new invitation',
          );
        }
        const sent = { person, totpSecret: newTotpSecret(), createdBy, at };
        const invited = await insertInvitation(client, sent, context.masterKey);
        const act = { act: 'account.created', subject: person, detail: { role: body.role } };
        return { result: invited, act };
      });
      return { person, code: made.code, expiresAt: iso(made.expiresAt) };
    },
  });

  addRoute(app, {
    method: 'POST',
    url: '/api/v1/accounts/:person/invite',
    rule: { allow: 'accounts.manage' },
    summary: 'A new invitation: for who lost password or phone. Accepting it ends all sessions',
    tag: 'access',
    params: accountParams,
    answer: invitation,
    handle: async ({ params, principal }) => {
      const { person } = params;
      const made = await context.acts.do(principal, async (client) => {
        const account = await findAccount(client, { person });
        if (account === null || account.disabled_at !== null) throw noSuchAccount(person);
        const sent = { person, totpSecret: newTotpSecret(), createdBy: actorOf(principal) };
        const at = context.now();
        const invited = await insertInvitation(client, { ...sent, at }, context.masterKey);
        return { result: invited, act: { act: 'account.invited', subject: person, detail: {} } };
      });
      return { person, code: made.code, expiresAt: iso(made.expiresAt) };
    },
  });
}

function addChanges(app: FastifyInstance, context: ServerContext): void {
  const { acts, access } = context;
  addRoute(app, {
    method: 'PUT',
    url: '/api/v1/accounts/:person',
    rule: { allow: 'accounts.manage' },
    summary: 'Change the role of an account, disable it or enable it again',
    tag: 'access',
    params: accountParams,
    body: accountChange,
    handle: async ({ params, body, principal }) => {
      const { person } = params;
      if (person === actorOf(principal)) {
        throw new HttpProblem('conflict', {
          detail: 'this is your own account',
          mend: 'ask another administrator: nobody should lock themselves out',
        });
      }
      await acts.do(principal, async (client) => {
        const account = await findAccount(client, { person });
        if (account === null) throw noSuchAccount(person);
        const disabledAt =
          body.isDisabled === undefined
            ? account.disabled_at
            : body.isDisabled
              ? new Date(context.now())
              : null;
        await client.query('UPDATE accounts SET role = $2, disabled_at = $3 WHERE person = $1', [
          person,
          body.role ?? account.role,
          disabledAt,
        ]);
        if (body.isDisabled === true) await access.sessions.end(client, { person });
        await access.raise(client);
        return { result: null, act: { act: 'account.changed', subject: person, detail: body } };
      });
      access.committed();
      return { person, changed: true };
    },
  });

  addRoute(app, {
    method: 'POST',
    url: '/api/v1/accounts/:person/sign-out',
    rule: { allow: 'accounts.manage' },
    summary: 'End every session of a person, at once',
    tag: 'access',
    params: accountParams,
    handle: async ({ params, principal }) => {
      const { person } = params;
      await acts.do(principal, async (client) => {
        if ((await findAccount(client, { person })) === null) throw noSuchAccount(person);
        await access.sessions.end(client, { person });
        await access.raise(client);
        return { result: null, act: { act: 'account.signed-out', subject: person, detail: {} } };
      });
      access.committed();
      return { person, signedOut: true };
    },
  });
}

function accountView(row: AccountSummary) {
  return {
    person: row.person,
    login: row.login,
    name: row.name,
    role: row.role,
    createdAt: iso(row.created_at.getTime()),
    disabledAt: row.disabled_at === null ? null : iso(row.disabled_at.getTime()),
    hasPassword: row.password_hash !== null,
    passkeys: row.passkeys,
    sessions: row.sessions,
    lastSeenAt: row.last_seen_at === null ? null : iso(row.last_seen_at.getTime()),
  };
}

function noSuchAccount(person: string): HttpProblem {
  return new HttpProblem('not-found', {
    detail: `there is no account ${person}, or it is disabled`,
    mend: 'GET /accounts lists those there are',
  });
}
