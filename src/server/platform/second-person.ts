// What one person may not do alone: another says so with a token of their own, their own session's or one of two
// minutes that POST /api/v1/session/second gives at the first one's screen.
import { may, type Permission } from '#domain/access/roles.ts';
import { actorOf } from './acts.ts';
import { malformedField } from './http/problem.ts';
import type { Principal } from './principal.ts';

type Access = { authenticate(token: string): Promise<Principal | null> };

/**
 * @returns the pseudonymous id of whoever `token` is of: not `first`, and somebody who may do it too
 * @throws HttpProblem `malformed-request` naming `secondPerson`, for any other token and for none
 */
export async function secondPerson(
  access: Access,
  first: Principal | null,
  token: string | undefined,
  permission: Permission,
): Promise<string> {
  if (token === undefined) throw refusal('this takes two: give the token of another person');
  const second = await access.authenticate(token);
  if (second?.kind !== 'operator' || !may(second.role, permission)) {
    throw refusal('is not the token of a person who may do this');
  }
  if (second.person === actorOf(first)) throw refusal('is the same person’s: it takes two');
  return second.person;
}

/** @returns null where nobody was named: for what one person may do alone within a bound */
export async function secondPersonIfNamed(
  access: Access,
  first: Principal | null,
  token: string | undefined,
  permission: Permission,
): Promise<string | null> {
  return token === undefined ? null : await secondPerson(access, first, token, permission);
}

function refusal(message: string) {
  const mend = 'POST /api/v1/session/second gives one for two minutes; or use a token of theirs';
  return malformedField('secondPerson', message, mend);
}
