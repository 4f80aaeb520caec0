import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fc } from '#testing/properties.ts';
import { type CsvRow, readCsv } from './csv.ts';
import { CsvFileError, type Encoding } from './csv-text.ts';

const COLUMNS = { known: ['ref', 'name', 'seat'], required: ['ref'] } as const;
/** 你 and 模 in GBK; the second is also a letter of two bytes in UTF-8. */
const NI = Buffer.from([0xc4, 0xe3]);
const MO = Buffer.from([0xc4, 0xa3]);

type Read = { readonly rows: readonly CsvRow[]; readonly encoding: Encoding };

async function read(...parts: readonly (string | Buffer)[]): Promise<Read> {
  const file = await readCsv(inParts(parts), COLUMNS);
  const rows: CsvRow[] = [];
  for await (const row of file.rows) rows.push(row);
  return { rows, encoding: file.encoding() };
}

async function* inParts(parts: readonly (string | Buffer)[]): AsyncGenerator<Buffer> {
  for (const part of parts) yield Buffer.from(part as string);
}

async function cells(...parts: readonly (string | Buffer)[]): Promise<string[][]> {
  return (await read(...parts)).rows.map((row) => [...row.cells]);
}

/** Line and words with which a file is refused. */
async function refusal(...parts: readonly (string | Buffer)[]): Promise<[number, string]> {
  try {
    await read(...parts);
  } catch (error) {
    assert.ok(error instanceof CsvFileError, String(error));
    return [error.line, error.message];
  }
  assert.fail('the file was taken');
}

function csv(...parts: readonly (string | Buffer)[]): Buffer {
  return Buffer.concat(parts.map((part) => Buffer.from(part as string)));
}

for (const [how, text] of [
  ['LF', 'ref,name\nA,x\nB,y\n'],
  ['CRLF', 'ref,name\r\nA,x\r\nB,y\r\n'],
  ['CR', 'ref,name\rA,x\rB,y\r'],
  ['CRLF and LF mixed', 'ref,name\r\nA,x\nB,y\r\n'],
  ['no newline at the end', 'ref,name\nA,x\nB,y'],
  ['blank lines between and after', 'ref,name\n\nA,x\n\r\nB,y\n\n\n'],
  ['a BOM', '\ufeffref,name\nA,x\nB,y\n'],
  ['a BOM and quotes', '\ufeff"ref","name"\r\n"A","x"\r\n"B","y"\r\n'],
  ['spaces and capitals in the header', ' Ref , NAME \nA,x\nB,y\n'],
] as const) {
  test(`reads a file with ${how}`, async () => {
    assert.deepEqual(await cells(text), [
      ['A', 'x'],
      ['B', 'y'],
    ]);
  });
}

test('says on which line each row begins, also after quoted newlines', async () => {
  for (const newline of ['\n', '\r\n']) {
    const text = ['ref,name', 'A,"x', 'y"', 'B,z', '', 'C,"p', '', 'q"', 'D,r'].join(newline);
    const { rows } = await read(text);
    assert.deepEqual(
      rows.map((row) => row.line),
      [2, 4, 6, 9],
    );
    assert.equal(rows[0]?.cells[1], `x${newline}y`);
  }
});

test('keeps commas, doubled quotes and rows of any width for whoever judges them', async () => {
  assert.deepEqual(await cells('ref,name\n"A,1","say ""hi"""\nB\nC,1,2,3\n'), [
    ['A,1', 'say "hi"'],
    ['B'],
    ['C', '1', '2', '3'],
  ]);
});

test('recognises GBK, however the bytes were cut on their way', async () => {
  const whole = csv('ref,name\r\nA,', NI, '\r\nB,', MO, '\r\n');
  const byteByByte = Array.from(whole, (byte) => Buffer.from([byte]));
  for (const parts of [[whole], byteByByte]) {
    const { rows, encoding } = await read(...parts);
    assert.equal(encoding, 'gbk');
    assert.deepEqual(
      rows.map((row) => row.cells[1]),
      ['你', '模'],
    );
  }
});

test('a first letter that could be either does not settle the encoding', async () => {
  const { rows, encoding } = await read(csv('ref,name\nA,', MO, '\n'), csv('B,', NI, '\n'));
  assert.equal(encoding, 'gbk');
  assert.deepEqual(
    rows.map((row) => row.cells[1]),
    ['模', '你'],
  );
});

test('finds GBK in the last line of a long file whose every other line is ASCII', async () => {
  const ascii = Buffer.from(`ref,name\n${'A,x\n'.repeat(100_000)}`);
  const { rows, encoding } = await read(ascii, csv('Z,', NI.subarray(0, 1)), NI.subarray(1));
  assert.equal(encoding, 'gbk');
  assert.deepEqual([rows.length, rows.at(-1)?.cells], [100_001, ['Z', '你']]);
});

test('reads UTF-8 cut in the middle of a letter', async () => {
  const whole = Buffer.from('ref,name\nA,你好🎫\n');
  for (let cut = 1; cut < whole.length; cut++) {
    assert.deepEqual(await cells(whole.subarray(0, cut), whole.subarray(cut)), [['A', '你好🎫']]);
  }
});

test('refuses a file of two encodings and names the line where it changes', async () => {
  const utf8First = csv('ref,name\nA,你\nB,x\n', 'C,', NI, '\n');
  const [line, why] = await refusal(utf8First);
  assert.equal(line, 4);
  assert.match(why, /not UTF-8: save the whole file as UTF-8/);
  const longUtf8 = csv('ref,name\n', 'A,你\n'.repeat(20_000), 'C,', NI, '\n');
  assert.equal((await refusal(longUtf8))[0], 20_002);
  const gbkFirst = csv('ref,name\nA,', NI, '\nB,', Buffer.from([0xff, 0xff]), '\n');
  assert.deepEqual(await refusal(gbkFirst), [
    3,
    'bytes that are not GBK: save the whole file as UTF-8',
  ]);
});

test('refuses UTF-16 in so many words', async () => {
  const [line, why] = await refusal(Buffer.from('ref,name\nA,x\n', 'utf16le'));
  assert.equal(line, 1);
  assert.match(why, /UTF-16 .* save the file as UTF-8/);
});

for (const [what, text, refused] of [
  ['an empty file', '', [1, 'the file is empty: it has no header']],
  ['a BOM and nothing else', '\ufeff', [1, 'the file is empty: it has no header']],
  ['a column that nobody knows', 'ref,colour\nA,x\n', [1, /“colour”; known are ref, name, seat/]],
  ['a column twice', 'ref,name,NAME\nA,x,y\n', [1, 'column “name” stands twice']],
  ['a missing column', 'name,seat\nx,y\n', [1, 'column “ref” is missing']],
  ['a quote that is never closed', 'ref,name\nA,x\nB,"y\nC,z\n', [4, /never closed/]],
  ['a quote in mid-cell', 'ref,name\nA,5" seat\n', [2, /does not begin with one/]],
  ['letters after a closing quote', 'ref,name\nA,"x"y\n', [2, /neither comma nor end/]],
  ['a line without end', `ref,name\nA,${'x'.repeat(200_000)}\n`, [2, /longer than 100,000/]],
] as const) {
  test(`refuses ${what}`, async () => {
    const [line, why] = await refusal(text);
    assert.equal(line, refused[0]);
    if (typeof refused[1] === 'string') assert.equal(why, refused[1]);
    else assert.match(why, refused[1]);
  });
}

test('a header alone is a file without rows', async () => {
  assert.deepEqual(await cells('ref,name\n'), []);
  assert.deepEqual(await cells('ref,name'), []);
});

test('passes on why the bytes stopped coming', async () => {
  async function* broken() {
    yield Buffer.from('ref,name\nA,x\n');
    throw new Error('the line broke');
  }
  await assert.rejects(async () => {
    const file = await readCsv(broken(), COLUMNS);
    for await (const row of file.rows) assert.ok(row.line > 0);
  }, /the line broke/);
});

test('reads what was written, quoted where it must be or everywhere, however it was cut', async () => {
  const cell = fc.string({
    unit: fc.constantFrom('a', '座', ',', '"', '\n', '\r\n', ' '),
    maxLength: 6,
  });
  const rows = fc.array(fc.array(cell, { minLength: 2, maxLength: 3 }), { maxLength: 8 });
  const newline = fc.constantFrom('\n', '\r\n');
  await fc.assert(
    fc.asyncProperty(rows, newline, fc.boolean(), fc.nat(200), async (table, end, always, cut) => {
      const written = table.map((row) => row.map((text) => quotedCell(text, always)).join(','));
      const bytes = Buffer.from(['ref,name', ...written, ''].join(end));
      assert.deepEqual(await cells(bytes.subarray(0, cut), bytes.subarray(cut)), table);
    }),
    { numRuns: 300 },
  );
});

function quotedCell(text: string, always: boolean): string {
  return always || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
