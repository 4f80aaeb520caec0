import { malformedField } from '../http/problem.ts';

export const KEY_HEADER = 'idempotency-key';
const KEY = /^[\x21\x23-\x5b\x5d-\x7e]{8,128}$/;

/** For the API's own description. */
export const KEY_PARAMETER = {
  type: 'object',
  properties: {
    'Idempotency-Key': {
      type: 'string',
      description:
        'Names this write, in quotes: 8 to 128 characters that nobody else chooses, such as a UUID. The same request again under the same key is done once and answered the same, at any node, for 24 hours; while the first is under way 409 with Retry-After; with another request 422.',
      example: '"8e03978e-40d5-43dd-bc93-6894a57f9324"',
    },
  },
} as const;

/**
 * A quoted string, as draft-ietf-httpapi-idempotency-key-header has it; without quotes it is taken too.
 *
 * @throws HttpProblem `malformed-request`
 */
export function readKeyHeader(header: string | readonly string[] | undefined): string | null {
  if (header === undefined) return null;
  const text = typeof header === 'string' ? header.trim() : '';
  const key = text.replace(/^"(.*)"$/, '$1');
  if (KEY.test(key)) return key;
  throw malformedField(
    'Idempotency-Key',
    'write one string of 8 to 128 printable characters in quotes, such as a UUID',
  );
}
