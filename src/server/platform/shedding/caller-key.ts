// By what a caller is told from others, before anybody has asked the database who it is.
import type { FastifyRequest } from 'fastify';
import { PROOF_SCHEME } from '#protocol/proof.ts';
import { cookieOf, SESSION_COOKIE } from '../http/browser.ts';
import type { Peek } from './shedding.ts';

const PROOF = `${PROOF_SCHEME} `;
const BEARER = 'Bearer ';
const LENGTH_MAX = 512;

export type CallerKey = {
  /** Known callers each by their credential; all strangers of an address together. */
  readonly key: string;
  readonly isLaneShaped: boolean;
  readonly isKnown: boolean;
  /** Without a credential, or with one that we never gave to anybody: refusing it takes no look into the database. */
  readonly isNobody: boolean;
};

export function callerOf(request: FastifyRequest, peek: Peek): CallerKey {
  const { credential, isProof, isBearer } = credentialOf(request);
  const known = credential === null ? null : peek(credential);
  return {
    key: known === null || credential === null ? request.ip : credential,
    isLaneShaped: known === 'lane' || isProof || credential?.startsWith(DEVICE_PREFIX) === true,
    isKnown: known !== null,
    isNobody: credential === null || (isBearer && !OUR_TOKEN.test(credential)),
  };
}

const DEVICE_PREFIX = 'kmd_';
const OUR_TOKEN = /^km[a-z]_[a-z2-7]{32}$/;

type Credential = {
  readonly credential: string | null;
  readonly isProof: boolean;
  readonly isBearer: boolean;
};

function credentialOf(request: FastifyRequest): Credential {
  const { authorization } = request.headers;
  if (authorization === undefined) {
    return { credential: cookieOf(request, SESSION_COOKIE), isProof: false, isBearer: false };
  }
  if (authorization.startsWith(BEARER)) {
    const token = authorization.slice(BEARER.length, LENGTH_MAX);
    return { credential: token, isProof: false, isBearer: true };
  }
  // Its head names the key, and is the same with each request.
  const isProof = authorization.startsWith(PROOF);
  const head = isProof ? authorization.slice(PROOF.length, LENGTH_MAX).split('.', 1)[0] : null;
  return { credential: head ?? null, isProof, isBearer: false };
}
