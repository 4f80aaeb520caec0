// A reader that types like a keyboard, told from a person by its speed. It sends key positions for some
// country's layout, so each scan is kept twice: as the system understood the keys, and as a US keyboard has
// them. Whichever is a code of ours is what was scanned.
import { isUnfinishedCode } from '#domain/credentials/reading.ts';

export type KeyPress = {
  readonly key: string;
  readonly code: string;
  readonly isShifted: boolean;
  readonly atMs: number;
};

export type Burst = { readonly byKey: string; readonly byPosition: string };

/** A person needs longer between two keys; the slowest readers over Bluetooth need 50 ms. */
const GAP_MAX_MS = 60;
/**
 * How long the rest of a code of ours may be on its way: radio repeats in a crowd what it has lost, and a phone that is
 * busy hears its keys late. Shorter, and one scan would be two, neither of them readable.
 */
const PAUSE_MAX_MS = 1_000;
/** Silence is noticed by a timer, and keys carry times of their own. */
const MARGIN_MS = 50;
const LENGTH_MIN = 6;

/**
 * Collects presses; a burst ends with Enter or Tab, or when {@link ends} finds that nothing follows. All times are
 * milliseconds of one clock.
 */
export class KeyBurst {
  #byKey = '';
  #byPosition = '';
  #lastMs = Number.NEGATIVE_INFINITY;

  /** @returns what was scanned, when this press ends it; `isBurst`: it was typed by no person */
  press(press: KeyPress): { readonly burst: Burst | null; readonly isBurst: boolean } {
    if (press.atMs - this.#lastMs > this.#gapMaxMs) this.#clear();
    if (press.key === 'Enter' || press.key === 'Tab') {
      const burst = this.#taken();
      return { burst, isBurst: burst !== null };
    }
    const position = onUsKeyboard(press);
    if (press.key.length !== 1 && position === '') return { burst: null, isBurst: false };
    this.#lastMs = press.atMs;
    this.#byKey += press.key.length === 1 ? press.key : '';
    this.#byPosition += position;
    // The first key might be a person's; from the second, faster than a hand, it is a reader's.
    return { burst: null, isBurst: this.#byPosition.length > 1 };
  }

  /** How long nothing must follow the last key before {@link ends} is worth asking. */
  get silenceMs(): number {
    return this.#gapMaxMs + MARGIN_MS;
  }

  /** For readers that send nothing at the end. Too short for a scan, it may still be the beginning of one. */
  ends(nowMs: number): Burst | null {
    if (this.#length < LENGTH_MIN || nowMs - this.#lastMs <= this.#gapMaxMs) return null;
    return this.#taken();
  }

  get #length(): number {
    return Math.max(this.#byKey.length, this.#byPosition.length);
  }

  get #gapMaxMs(): number {
    // The first key alone might be a person's.
    const isBegun = (text: string) => text.length > 1 && isUnfinishedCode(text);
    return isBegun(this.#byKey) || isBegun(this.#byPosition) ? PAUSE_MAX_MS : GAP_MAX_MS;
  }

  #taken(): Burst | null {
    const burst = { byKey: this.#byKey, byPosition: this.#byPosition };
    const isScan = this.#length >= LENGTH_MIN;
    this.#clear();
    return isScan ? burst : null;
  }

  #clear(): void {
    this.#byKey = '';
    this.#byPosition = '';
  }
}

/** What a key at this place writes on a US keyboard; nothing for keys that write nothing. */
function onUsKeyboard({ code, isShifted }: KeyPress): string {
  const letter = /^Key([A-Z])$/.exec(code)?.[1];
  if (letter !== undefined) return isShifted ? letter : letter.toLowerCase();
  const digit = /^(Digit|Numpad)(\d)$/.exec(code);
  const number = Number(digit?.[2]);
  if (digit !== null)
    return digit[1] === 'Digit' && isShifted ? (')!@#$%^&*('[number] ?? '') : String(number);
  const signs = SIGNS[code];
  return signs === undefined ? '' : (signs[isShifted ? 1 : 0] ?? '');
}

const SIGNS: Readonly<Record<string, string>> = {
  Minus: '-_',
  NumpadSubtract: '--',
  Equal: '=+',
  BracketLeft: '[{',
  BracketRight: ']}',
  Backslash: '\\|',
  Semicolon: ';:',
  Quote: '\'"',
  Comma: ',<',
  Period: '.>',
  NumpadDecimal: '..',
  Slash: '/?',
  NumpadDivide: '//',
  Space: '  ',
};
