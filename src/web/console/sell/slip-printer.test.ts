// Against a printer that speaks bytes, with paper that ends and jams.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ByteLine, SlipPrinter } from './slip-printer.ts';

const FAST = { answerMs: 15, jobMs: 200 };
const SLIP = new TextEncoder().encode('a ticket\n');

/** Fixed bits of answers to DLE EOT, and what each kind says. */
class BytePrinter implements ByteLine {
  readonly says: Record<1 | 2 | 3 | 4, number> = { 1: 0, 2: 0, 3: 0, 4: 0 };
  readonly received: number[] = [];
  isDead = false;
  /** Happens to it once the slip is on its way. */
  onSlip: (() => void) | null = null;
  #isStuck = false;
  readonly #answers: number[] = [];

  write(bytes: Uint8Array): Promise<void> {
    const [first, second, third = 0] = bytes;
    if (this.isDead) return Promise.resolve();
    if (first === 0x10 && second === 0x04) {
      this.#answers.push(0x12 | this.says[third as 1]);
    } else if (first === 0x1d && second === 0x72) {
      if (!this.#isStuck) this.#answers.push(0x00);
    } else {
      this.received.push(...bytes);
      this.onSlip?.();
      this.#isStuck = this.onSlip !== null;
    }
    return Promise.resolve();
  }

  async read(withinMs: number): Promise<number | null> {
    const byte = this.#answers.shift();
    if (byte !== undefined) return byte;
    await new Promise((resolve) => setTimeout(resolve, Math.min(withinMs, 5)));
    return null;
  }
}

test('prints, and says so once the printer does', async () => {
  const line = new BytePrinter();
  const printer = new SlipPrinter(line, false, FAST);
  assert.equal(await printer.trouble(), null);
  assert.equal(await printer.print(SLIP), 'printed');
  assert.deepEqual(line.received, [...SLIP]);
});

for (const [kind, bits, trouble] of [
  [4, 0x60, 'paper-out'],
  [2, 0x20, 'paper-out'],
  [2, 0x04, 'cover-open'],
  [3, 0x08, 'jam'],
  [3, 0x04, 'jam'],
  [3, 0x20, 'unknown'],
  [2, 0x40, 'unknown'],
  [1, 0x08, 'offline'],
] as const) {
  test(`sends nothing while the printer says 0x${bits.toString(16)} to ${kind}: ${trouble}`, async () => {
    const line = new BytePrinter();
    line.says[kind] = bits;
    assert.equal(await new SlipPrinter(line, false, FAST).trouble(), trouble);
    assert.deepEqual(line.received, []);
  });
}

test('near the end of the roll it still prints', async () => {
  const line = new BytePrinter();
  line.says[4] = 0x0c;
  assert.equal(await new SlipPrinter(line, false, FAST).trouble(), null);
});

test('a jam in the middle of a slip is told, not taken for paper', async () => {
  const line = new BytePrinter();
  line.onSlip = () => {
    line.says[3] = 0x08;
  };
  assert.equal(await new SlipPrinter(line, false, FAST).print(SLIP), 'jam');
});

test('the end of the roll in the middle of a slip is told', async () => {
  const line = new BytePrinter();
  line.onSlip = () => {
    line.says[2] = 0x20;
  };
  assert.equal(await new SlipPrinter(line, false, FAST).print(SLIP), 'paper-out');
});

test('a printer that says nothing more is offline; one that never says anything is looked at', async () => {
  const line = new BytePrinter();
  line.isDead = true;
  assert.equal(await new SlipPrinter(line, false, FAST).trouble(), 'offline');
  assert.equal(await new SlipPrinter(line, false, FAST).print(SLIP), 'offline');
  const mute = new SlipPrinter(line, true, FAST);
  assert.equal(await mute.trouble(), null);
  assert.equal(await mute.print(SLIP), 'unconfirmed');
});
