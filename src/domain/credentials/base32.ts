// Base32 of RFC 4648 §6 without padding: the only letters that survive every keyboard wedge,
// Caps Lock and QR alphanumeric mode unharmed.

export const BASE32_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const VALUE_OF = new Int8Array(128).fill(-1);
for (let value = 0; value < BASE32_ALPHABET.length; value++)
  VALUE_OF[BASE32_ALPHABET.charCodeAt(value)] = value;

export function encodeBase32(bytes: Uint8Array): string {
  let text = '';
  let buffer = 0;
  let bits = 0;
  for (const byte of bytes) {
    buffer = (buffer << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += BASE32_ALPHABET[(buffer >>> bits) & 31];
    }
    buffer &= (1 << bits) - 1;
  }
  return bits === 0 ? text : text + BASE32_ALPHABET[(buffer << (5 - bits)) & 31];
}

/**
 * Reads canonical text only: upper case, no padding, unused bits zero, so that each value has
 * exactly one spelling and a code cannot be altered without being another code.
 *
 * @returns null for anything else
 */
export function decodeBase32(text: string): Uint8Array | null {
  const spare = (text.length * 5) % 8;
  if (spare >= 5) return null;
  const bytes = new Uint8Array((text.length * 5 - spare) / 8);
  let buffer = 0;
  let bits = 0;
  let at = 0;
  for (let index = 0; index < text.length; index++) {
    const value = VALUE_OF[text.charCodeAt(index)] ?? -1;
    if (value < 0) return null;
    buffer = (buffer << 5) | value;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = buffer >>> bits;
    }
    buffer &= (1 << bits) - 1;
  }
  return buffer === 0 ? bytes : null;
}
