// Certificates of a private authority (RFC 5280). The authority may sign for the names of one ground and for
// nothing else: whoever steals its key cannot stand in for any other site on the devices that trust it.
import { createHash, type KeyObject, randomBytes, sign, type X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import {
  bits,
  der,
  elementsOf,
  integer,
  octets,
  oid,
  sequence,
  set,
  time,
  utf8,
  yes,
} from './der.ts';

export type Names = { readonly domains: readonly string[]; readonly networks: readonly string[] };

type Issuer = { readonly name: Buffer; readonly key: KeyObject; readonly publicKey: KeyObject };

const SERIAL_BYTES = 16;
const ECDSA_WITH_SHA256 = sequence(oid('1.2.840.10045.4.3.2'));
const COMMON_NAME = '2.5.4.3';
const DNS_NAME = 0x82;
const IP_ADDRESS = 0x87;

/** The authority's own, signed by itself, for the names given. */
export function authorityCertificate(
  name: string,
  keys: { readonly privateKey: KeyObject; readonly publicKey: KeyObject },
  permitted: Names,
  valid: { readonly from: Date; readonly until: Date },
): string {
  const subject = nameOf(name);
  const issuer = { name: subject, key: keys.privateKey, publicKey: keys.publicKey };
  return certificate(issuer, subject, keys.publicKey, valid, [
    // No further authorities below this one.
    extension('2.5.29.19', true, sequence(yes(), integer(Buffer.from([0])))),
    // keyCertSign, cRLSign.
    extension('2.5.29.15', true, bits(Buffer.from([0b0000_0110]), 1)),
    extension('2.5.29.30', true, nameConstraints(permitted)),
    extension('2.5.29.14', false, octets(keyId(keys.publicKey))),
  ]);
}

export type Use = 'server' | 'member' | 'client';

/** Extended key usage: a member of a cluster dials the others, and answers them. */
const PURPOSES = {
  server: ['1.3.6.1.5.5.7.3.1'],
  member: ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'],
  client: ['1.3.6.1.5.5.7.3.2'],
} as const satisfies Record<Use, readonly string[]>;

/** @param name - its common name, which PostgreSQL takes for the role of a client; null: none, as etcd wants it */
export function machineCertificate(
  issuer: Issuer,
  machine: {
    readonly use: Use;
    readonly name: string | null;
    readonly hosts: readonly string[];
    readonly publicKey: KeyObject;
  },
  valid: { readonly from: Date; readonly until: Date },
): string {
  const { use, name, hosts, publicKey } = machine;
  const subject = name === null ? sequence() : nameOf(name);
  return certificate(issuer, subject, publicKey, valid, [
    extension('2.5.29.19', true, sequence()),
    // digitalSignature.
    extension('2.5.29.15', true, bits(Buffer.from([0b1000_0000]), 7)),
    extension('2.5.29.37', false, sequence(...PURPOSES[use].map(oid))),
    // Critical where nothing else says whose it is (RFC 5280, 4.2.1.6).
    extension('2.5.29.17', name === null, sequence(...hosts.map(hostName))),
    extension('2.5.29.14', false, octets(keyId(publicKey))),
    extension('2.5.29.35', false, sequence(der(0x80, keyId(issuer.publicKey)))),
  ]);
}

/** Who a certificate is for, byte for byte: what it signs names it so. */
export function subjectOf({ raw }: X509Certificate): Buffer {
  const [body] = elementsOf(raw);
  // Version, serial, algorithm, issuer, validity, subject.
  const subject = body === undefined ? undefined : elementsOf(body)[5];
  if (subject === undefined) throw new Error('a certificate has a subject');
  return subject;
}

function nameOf(commonName: string): Buffer {
  return sequence(set(sequence(oid(COMMON_NAME), utf8(commonName))));
}

function certificate(
  issuer: Issuer,
  subject: Buffer,
  publicKey: KeyObject,
  valid: { readonly from: Date; readonly until: Date },
  extensions: readonly Buffer[],
): string {
  const body = sequence(
    der(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(SERIAL_BYTES)])),
    ECDSA_WITH_SHA256,
    issuer.name,
    sequence(time(valid.from), time(valid.until)),
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...extensions)),
  );
  const signature = sign('sha256', body, issuer.key);
  const whole = sequence(body, ECDSA_WITH_SHA256, bits(signature));
  const lines = whole.toString('base64').replace(/.{64}(?=.)/g, '$&\n');
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}

function extension(id: string, isCritical: boolean, value: Buffer): Buffer {
  return sequence(oid(id), ...(isCritical ? [yes()] : []), octets(value));
}

/** RFC 5280 §4.2.1.10. Without networks no address may be signed for, and without domains no name. */
function nameConstraints({ domains, networks }: Names): Buffer {
  const names = domains.map((domain) => sequence(der(DNS_NAME, Buffer.from(domain))));
  const ranges = networks.map((network) => sequence(der(IP_ADDRESS, rangeOf(network))));
  const nowhere = [Buffer.alloc(8), Buffer.alloc(32)].map((all) => sequence(der(IP_ADDRESS, all)));
  const permitted = der(0xa0, ...names, ...ranges);
  // A kind of which nothing is permitted is not restricted, unless all of it is excluded.
  const excluded = networks.length === 0 ? [der(0xa1, ...nowhere)] : [];
  return sequence(permitted, ...excluded);
}

function hostName(host: string): Buffer {
  return isIP(host) === 0 ? der(DNS_NAME, Buffer.from(host)) : der(IP_ADDRESS, bytesOf(host));
}

/** `10.20.0.0/16`: the address and its mask. */
function rangeOf(network: string): Buffer {
  const [address = '', prefix = ''] = network.split('/');
  const bytes = bytesOf(address);
  const mask = bytes.map((_, index) => {
    const left = Math.min(Math.max(Number(prefix) - index * 8, 0), 8);
    return (0xff << (8 - left)) & 0xff;
  });
  return Buffer.concat([bytes.map((byte, index) => byte & (mask[index] ?? 0)), mask]);
}

function bytesOf(address: string): Buffer {
  if (isIP(address) === 4) return Buffer.from(address.split('.').map(Number));
  const [head = '', tail = ''] = address.split('::');
  const groups = (text: string) => (text === '' ? [] : text.split(':'));
  const missing = 8 - groups(head).length - groups(tail).length;
  const all = [...groups(head), ...new Array(missing).fill('0'), ...groups(tail)];
  return Buffer.from(
    all.flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff]),
  );
}

function keyId(publicKey: KeyObject): Buffer {
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(spki).digest().subarray(0, 20);
}
