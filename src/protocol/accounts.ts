// Accounts of people, signing in and out, passkeys.
import { z } from 'zod';
import { ROLES, TOKEN_ROLES } from '#domain/access/roles.ts';
import { id, timeOut, words } from './primitives.ts';

export const PASSWORD_LENGTH_MIN = 12;
export const PASSWORD_LENGTH_MAX = 200;

export const login = z
  .string()
  .toLowerCase()
  .regex(
    /^[\p{L}\p{N}][\p{L}\p{N}._@-]{1,63}$/u,
    'use 2–64 letters, digits, “.”, “_”, “-” or “@”, starting with a letter or digit',
  );

const newPassword = words(PASSWORD_LENGTH_MAX).min(
  PASSWORD_LENGTH_MIN,
  `use at least ${PASSWORD_LENGTH_MIN} characters; a few words in a row are good`,
);

export const signInRequest = z.strictObject({
  login,
  password: words(PASSWORD_LENGTH_MAX).min(1),
  code: words(40).min(1).describe('six digits of the authenticator, or one of the recovery codes'),
});

export const sessionView = z.object({
  person: z.string(),
  name: z.string().nullable().describe('null for a token: it belongs to no account'),
  role: z.enum(ROLES),
  rules: z
    .array(z.object({ action: z.string(), subject: z.string() }))
    .describe('what the role may do, as CASL reads it'),
  serverTime: timeOut,
  expiresAt: timeOut.nullable(),
});
export type SessionView = z.infer<typeof sessionView>;

export const accountRequest = z.strictObject({
  login,
  name: words(80).min(1).describe('as colleagues know the person'),
  role: z.enum(TOKEN_ROLES),
});

export const accountView = z.object({
  person: z.string(),
  login: z.string(),
  name: z.string(),
  role: z.enum(ROLES),
  createdAt: timeOut,
  disabledAt: timeOut.nullable(),
  hasPassword: z.boolean().describe('false until an invitation has been accepted'),
  passkeys: z.int(),
  sessions: z.int().describe('browsers signed in now'),
  lastSeenAt: timeOut.nullable(),
});
export const accountList = z.object({ accounts: z.array(accountView) });
export type AccountView = z.infer<typeof accountView>;

export const accountChange = z.strictObject({
  role: z.enum(TOKEN_ROLES).optional(),
  isDisabled: z.boolean().optional(),
});

export const invitation = z.object({
  person: z.string(),
  code: z.string().describe('good once; shown once. The link is /console/#invitation=CODE'),
  expiresAt: timeOut,
});

/** What the invited person is shown before they choose. */
export const invitationRequest = z.strictObject({ code: words(80).min(1) });
export const invitationView = z.object({
  login: z.string(),
  name: z.string(),
  role: z.enum(ROLES),
  otpauth: z.string().describe('to be shown as a QR code to an authenticator'),
  secret: z.string().describe('the same to be typed'),
  expiresAt: timeOut,
});

export const acceptRequest = z.strictObject({
  code: words(80).min(1),
  password: newPassword,
  oneTimeCode: z.string().regex(/^\d{6}$/, 'write the six digits that the authenticator shows'),
});
export const acceptAnswer = z.object({
  session: sessionView,
  recoveryCodes: z.array(z.string()).describe('good once each; shown once'),
});

/** What a browser is asked to sign, and what it answers: shapes of WebAuthn, passed through as they are. */
export const passkeyOptions = z.object({
  challenge: z.string(),
  options: z.record(z.string(), z.unknown()),
});
export const passkeyAnswer = z.strictObject({
  challenge: words(200).min(1),
  response: z.record(z.string(), z.unknown()),
  label: words(60).optional(),
});

export const passkeyList = z.object({
  passkeys: z.array(
    z.object({
      id: z.string(),
      label: z.string(),
      createdAt: timeOut,
      lastUsedAt: timeOut.nullable(),
    }),
  ),
});

export const accountParams = z.object({ person: id });

/** `POST /session/second`: another person's word for something that takes two. */
export const secondPersonAnswer = z.object({
  person: z.string(),
  token: z.string().describe('to be sent as `secondPerson`; good for two minutes'),
  expiresAt: timeOut,
});
