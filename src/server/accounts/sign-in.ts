// Who are you, and can you prove it? Name, password and one-time code are judged together and refused
// with the same words, so that nobody learns which of them was wrong, or whether the name exists.
import type { PoolClient } from 'pg';
import type { Instant } from '#domain/kernel/instant.ts';
import { type Act, appendAct } from '#server/platform/audit-chain.ts';
import { HttpProblem, malformedField } from '#server/platform/http/problem.ts';
import { inTransaction } from '#server/platform/transaction.ts';
import type { ServerContext } from '#server/server-context.ts';
import {
  type AccountRow,
  acceptInvitation,
  findAccount,
  findInvitation,
  openTotp,
  takeRecoveryCode,
  takeStep,
} from './account-store.ts';
import { newRecoveryCodes, recoveryCodeRead, stepOf } from './one-time-codes.ts';
import { hashPassword, isPassword, weaknessOf } from './passwords.ts';
import type { SessionVia } from './session-store.ts';
import type { Attempt, SignInLimits } from './sign-in-limits.ts';

/** Of somebody who says who they are. */
export type NamedAttempt = Attempt & { readonly login: string };

export type SignedIn = {
  readonly account: AccountRow;
  readonly secret: string;
  readonly sessionId: string;
  readonly expiresAt: Instant;
};

/** @throws HttpProblem `unauthenticated` with the same words whatever was wrong; `too-many-requests` */
export async function signIn(
  context: ServerContext,
  limits: SignInLimits,
  attempt: NamedAttempt,
  given: { readonly password: string; readonly code: string },
): Promise<SignedIn> {
  const { account, via } = await proven(context, limits, attempt, given);
  return await inTransaction(context.pool, (client) => openSession(context, client, account, via));
}

/** The same for whoever only has to say who they are. */
export async function proveIdentity(
  context: ServerContext,
  limits: SignInLimits,
  attempt: NamedAttempt,
  given: { readonly password: string; readonly code: string },
): Promise<AccountRow> {
  return (await proven(context, limits, attempt, given)).account;
}

async function proven(
  context: ServerContext,
  limits: SignInLimits,
  attempt: NamedAttempt,
  given: { readonly password: string; readonly code: string },
): Promise<{ readonly account: AccountRow; readonly via: SessionVia }> {
  await limits.begin(attempt);
  const account = await findAccount(context.pool, { login: attempt.login });
  const isKnown = await isPassword(account?.password_hash ?? null, given.password);
  if (!isKnown || account === null || account.disabled_at !== null) {
    throw await refused(context, account);
  }
  const via = await inTransaction(context.pool, (client) =>
    secondFactor(context, client, account, given.code),
  );
  if (via === null) throw await refused(context, account);
  await limits.succeeded(attempt);
  return { account, via };
}

/** Opens a session and writes the sign-in into the audit, both or neither. */
export async function openSession(
  context: ServerContext,
  client: PoolClient,
  account: AccountRow,
  via: SessionVia,
): Promise<SignedIn> {
  const { id, secret, expiresAt } = await context.access.sessions.open(client, account.person, via);
  await note(context, client, {
    actor: account.person,
    act: 'session.opened',
    subject: id,
    detail: { via },
  });
  return { account, secret, sessionId: id, expiresAt };
}

/** The invited person chooses a password and shows that their authenticator has the secret. */
export async function accept(
  context: ServerContext,
  given: { readonly code: string; readonly password: string; readonly oneTimeCode: string },
): Promise<SignedIn & { readonly recoveryCodes: string[] }> {
  const passwordHash = await hashPassword(given.password);
  return await inTransaction(context.pool, async (client) => {
    const now = context.now();
    const invitation = await findInvitation(client, given.code, now);
    if (invitation === null) throw noSuchInvitation();
    const account = await findAccount(client, { person: invitation.person });
    if (account === null || account.disabled_at !== null) throw noSuchInvitation();
    const weakness = weaknessOf(given.password, account.login);
    if (weakness !== null) throw malformedField('password', weakness);
    const secret = openTotp(context.masterKey, account.person, invitation.totp_sealed);
    const step = stepOf(secret, given.oneTimeCode, now);
    if (step === null) {
      throw malformedField(
        'oneTimeCode',
        'is not the one of this moment: is the clock of the phone right?',
      );
    }
    const recoveryCodes = newRecoveryCodes();
    const secrets = { passwordHash, step, recoveryCodes };
    await acceptInvitation(client, given.code, invitation, secrets, now);
    await context.access.sessions.end(client, { person: account.person });
    const { person } = account;
    await note(context, client, {
      actor: person,
      act: 'invitation.accepted',
      subject: person,
      detail: {},
    });
    const opened = await openSession(context, client, account, 'invitation');
    return { ...opened, recoveryCodes };
  });
}

export function noSuchInvitation(): HttpProblem {
  return new HttpProblem('not-found', {
    detail: 'this invitation has been used, has expired or was replaced by a newer one',
    mend: 'ask an administrator for a new one',
  });
}

/** @returns by what the second factor was proven; null: by nothing */
async function secondFactor(
  context: ServerContext,
  client: PoolClient,
  account: AccountRow,
  code: string,
): Promise<SessionVia | null> {
  const { person, totp_sealed } = account;
  if (totp_sealed === null) return null;
  const now = context.now();
  const step = stepOf(openTotp(context.masterKey, person, totp_sealed), code, now);
  if (step !== null) return (await takeStep(client, person, step)) ? 'password' : null;
  const recovery = recoveryCodeRead(code);
  if (recovery === null) return null;
  const left = await takeRecoveryCode(client, person, recovery, now);
  return left === null ? null : 'recovery-code';
}

/** Written down whether the name exists or not: the answer takes as long. */
async function refused(context: ServerContext, account: AccountRow | null): Promise<HttpProblem> {
  const subject = account?.person ?? 'nobody';
  await inTransaction(context.pool, (client) =>
    note(context, client, { actor: 'kaimen', act: 'session.refused', subject, detail: {} }),
  );
  return new HttpProblem('unauthenticated', {
    detail: 'name, password or code is not right',
    mend: 'check all three; a one-time code is good for half a minute and only once',
  });
}

function note(context: ServerContext, client: PoolClient, act: Act): Promise<void> {
  return appendAct(client, context.node, context.now(), act);
}
