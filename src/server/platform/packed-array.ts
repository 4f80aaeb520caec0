// A list in PostgreSQL's binary form of an array: neither side has to write or read digits, quotes and backslashes.
// For what is sent for every scan; elsewhere `arrayLiteral` is easier to read in a log.
// Source: PostgreSQL 18, src/backend/utils/adt/arrayfuncs.c, `array_recv`, and the `…_recv` of each type.

/** Each type with its oid, which is the same in every database (pg_type.dat), and how one value is written. */
const TYPES = {
  text: { oid: 25, write: writeText },
  json: { oid: 114, write: writeText },
  jsonb: { oid: 3802, write: writeJsonb },
  bytea: { oid: 17, write: writeBytes },
  integer: { oid: 23, write: writeInteger },
  bigint: { oid: 20, write: writeBigint },
  timestamptz: { oid: 1184, write: writeInstant },
} as const;

export type PackedType = keyof typeof TYPES;
export type PackedValue = string | number | null;

type Writer = { readonly oid: number; readonly write: (value: string | number) => void };

const HEADER_BYTES = 20;
const JSONB_VERSION = 1;
/** Instants are counted from 1 January 2000, in microseconds. */
const EPOCH_MS = Date.UTC(2000, 0, 1);

let scratch = Buffer.allocUnsafe(64 * 1024);
let end = 0;

/**
 * @param cellOf - whole numbers within their type; bytes as PostgreSQL writes them, `\\x…`; instants in ISO 8601, kept
 *   to the millisecond; else text
 * @returns to be passed for `$n::type[]`
 * @throws TypeError, RangeError - a value that the type does not have
 */
export function packedArray<Item>(
  type: PackedType,
  items: readonly Item[],
  cellOf: (item: Item) => PackedValue,
): Buffer {
  const { oid, write } = TYPES[type] as Writer;
  end = 0;
  reserve(HEADER_BYTES);
  // An array without values has no dimension either.
  writeInteger(items.length === 0 ? 0 : 1);
  const hasNullAt = end;
  writeInteger(0);
  writeInteger(oid);
  if (items.length > 0) {
    writeInteger(items.length);
    writeInteger(1);
  }
  for (const item of items) {
    const value = cellOf(item);
    reserve(4);
    const sizeAt = end;
    end += 4;
    if (value === null) scratch.writeInt32BE(1, hasNullAt);
    else write(value);
    scratch.writeInt32BE(value === null ? -1 : end - sizeAt - 4, sizeAt);
  }
  return Buffer.from(scratch.subarray(0, end));
}

function reserve(bytes: number): void {
  if (end + bytes <= scratch.length) return;
  const larger = Buffer.allocUnsafe(2 * (end + bytes));
  scratch.copy(larger, 0, 0, end);
  scratch = larger;
}

function writeText(value: string): void {
  if (typeof value !== 'string') throw new TypeError(`not a text: ${value}`);
  reserve(3 * value.length);
  end += scratch.write(value, end);
}

function writeJsonb(value: string): void {
  reserve(1);
  end = scratch.writeUInt8(JSONB_VERSION, end);
  writeText(value);
}

function writeBytes(value: string): void {
  reserve(value.length);
  end += scratch.write(value.slice('\\x'.length), end, 'hex');
}

function writeInteger(value: number): void {
  reserve(4);
  end = scratch.writeInt32BE(whole(value), end);
}

function writeBigint(value: number): void {
  writeInt64(BigInt(whole(value)));
}

function writeInstant(value: string): void {
  const ms = Date.parse(value);
  if (Number.isNaN(ms)) throw new RangeError(`not an instant: ${value}`);
  // From the year 2285 on microseconds are more than a number holds exactly.
  writeInt64(BigInt(ms - EPOCH_MS) * 1_000n);
}

function writeInt64(value: bigint): void {
  reserve(8);
  end = scratch.writeBigInt64BE(value, end);
}

function whole(value: number): number {
  if (!Number.isSafeInteger(value)) throw new RangeError(`not a whole number: ${value}`);
  return value;
}
