// The words of etcd's JSON gateway. Keys and values travel as base64; numbers of 64 bits are strings and stay
// strings, because JSON would round them: a member's id that lost its last digits names nobody.

export type Kv = {
  readonly key: string;
  readonly value: string;
  readonly modRevision: string;
  readonly version: string;
};

export type Compare = Readonly<Record<string, string>>;
export type Op = Readonly<Record<string, unknown>>;

export type TxnAnswer = {
  readonly revision: string;
  readonly succeeded: boolean;
  readonly parts: readonly Part[];
};

/** What one operation answered: what was read, or what a nested transaction did. */
export type Part = { readonly kvs: readonly Kv[]; readonly nested: TxnAnswer | null };

export const put = (key: string, value: string): Op => ({
  request_put: { key: base64(key), value: base64(value) },
});

export const get = (key: string): Op => ({ request_range: { key: base64(key) } });

/** Everything that begins with it. */
export const removeAll = (prefix: string): Op => ({
  request_delete_range: { key: base64(prefix), range_end: endOf(prefix) },
});

export const nested = (
  compare: readonly Compare[],
  success: readonly Op[],
  failure: readonly Op[],
): Op => ({ request_txn: { compare, success, failure } });

/** '0': there is no such key. */
export const isAt = (key: string, modRevision: string): Compare => ({
  key: base64(key),
  target: 'MOD',
  result: 'EQUAL',
  mod_revision: modRevision,
});

/** Written fewer times than that since it was made. */
export const isWrittenLess = (key: string, version: number): Compare => ({
  key: base64(key),
  target: 'VERSION',
  result: 'LESS',
  version: String(version),
});

export function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}

/** The first key after all that begin with the prefix, which ends in an ASCII character. */
export function endOf(prefix: string): string {
  const bytes = Buffer.from(prefix, 'utf8');
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) + 1;
  return bytes.toString('base64');
}

type RawKv = { key: string; value?: string; mod_revision: string; version?: string };
type RawTxn = {
  header?: { revision?: string };
  succeeded?: boolean;
  responses?: { response_range?: { kvs?: RawKv[] }; response_txn?: RawTxn }[];
};

export function kvOf({ key, value = '', mod_revision, version = '0' }: RawKv): Kv {
  return { key: plain(key), value: plain(value), modRevision: mod_revision, version };
}

export function txnOf(raw: RawTxn): TxnAnswer {
  return {
    revision: raw.header?.revision ?? '0',
    succeeded: raw.succeeded === true,
    parts: (raw.responses ?? []).map(({ response_range, response_txn }) => ({
      kvs: (response_range?.kvs ?? []).map(kvOf),
      nested: response_txn === undefined ? null : txnOf(response_txn),
    })),
  };
}

function plain(text: string): string {
  return Buffer.from(text, 'base64').toString('utf8');
}
