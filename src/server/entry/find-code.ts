// From what was read to what to look up. Genuineness is settled here, by the event's key; whether the
// code is current, blocked or used is for the ticket and its claims to say.
import { lessonOf } from '#domain/credentials/practice-code.ts';
import { codeHash, outlineOf, type Reading, readCode } from '#domain/credentials/reading.ts';
import { openShortId, readShortId } from '#domain/credentials/short-id.ts';
import { claimedEventOf, openSignedCode } from '#domain/credentials/signed-code.ts';
import { isGenuine } from '#domain/credentials/ticket-code.ts';
import { hmacSha256, sha256 } from '#server/platform/crypto.ts';
import { type EventKey, mediumHash, verifierOf } from './event-key.ts';

export type Lookup =
  | { readonly kind: 'none'; readonly reason: 'unreadable' | 'forged' | 'unknown' | 'wrong-event' }
  | { readonly kind: 'serial'; readonly serial: number; readonly issue: number }
  /** Hashes under which an imported code, card or document may be known. */
  | {
      readonly kind: 'media';
      readonly hashes: readonly Uint8Array[];
      readonly isOutlineKnown: boolean;
    };

export type Found = { readonly lookup: Lookup; readonly codeHash: Uint8Array };

export type Keyring = {
  readonly own: EventKey;
  /** Keys of every event of this hub by number, to tell another match's ticket from a forged one. */
  readonly byNumber: ReadonlyMap<number, EventKey>;
  readonly outlines: ReadonlySet<string>;
};

/** What somebody typed in stands for, by the same key; it says which issue it was printed with. */
export function findShortId(typed: string, { own }: Keyring): Found {
  const text = readShortId(typed);
  const found = codeHash(own.eventId, text ?? typed, sha256);
  if (text === null) return { lookup: { kind: 'none', reason: 'unreadable' }, codeHash: found };
  const fields = openShortId(text, own.secret, hmacSha256);
  const lookup: Lookup =
    fields === null ? { kind: 'none', reason: 'unknown' } : { kind: 'serial', ...fields };
  return { lookup, codeHash: found };
}

export function findCode(scanned: string, keyring: Keyring): Found {
  const reading = readCode(scanned);
  const text = reading.kind === 'unreadable' ? scanned : reading.text;
  return {
    lookup: lookupOf(reading, keyring),
    codeHash: codeHash(keyring.own.eventId, text, sha256),
  };
}

function lookupOf(reading: Reading, { own, byNumber, outlines }: Keyring): Lookup {
  switch (reading.kind) {
    case 'unreadable':
      return { kind: 'none', reason: 'unreadable' };
    case 'counterfeit':
      return { kind: 'none', reason: 'forged' };
    case 'ticket-code': {
      const key = byNumber.get(reading.code.event);
      if (key === undefined) return { kind: 'none', reason: 'unknown' };
      if (!isGenuine(reading.code, key.secret, hmacSha256))
        return { kind: 'none', reason: 'forged' };
      return ofEvent(own, reading.code);
    }
    case 'signed-code': {
      const key = byNumber.get(claimedEventOf(reading.text) ?? 0);
      if (key === undefined) return { kind: 'none', reason: 'unknown' };
      const fields = openSignedCode(reading.text, verifierOf(key));
      if (fields === null || fields === 'forged') return { kind: 'none', reason: 'forged' };
      return ofEvent(own, fields);
    }
    case 'foreign':
      // A practice code at a gate that is not practising: no ticket, whatever imported codes look like.
      if (lessonOf(reading.text, sha256) !== null) return { kind: 'none', reason: 'unknown' };
      return {
        kind: 'media',
        hashes: [codeHash(own.eventId, reading.text, sha256), mediumHash(own, reading.text)],
        isOutlineKnown: outlines.has(outlineOf(reading.text)),
      };
  }
}

function ofEvent(own: EventKey, fields: { event: number; serial: number; issue: number }): Lookup {
  return fields.event === own.number
    ? { kind: 'serial', serial: fields.serial, issue: fields.issue }
    : { kind: 'none', reason: 'wrong-event' };
}
