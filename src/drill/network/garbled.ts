// What a bad line makes of a page of the ticket list: of the same length, so that HTTP notices nothing.

/** The sum at the end of a list, and the beginning of a row. */
const SUM = /("whole":\{"count":\d+,"hash":")([0-9a-f])/g;
const ROW = /("tickets":\[)\[/g;

let pages = 0;

/** Every second page has a wrong sum, the others are no JSON any more. What is no page of a list stays. */
export function garbled(bytes: Buffer): Buffer {
  const text = bytes.toString('latin1');
  if (!(text.includes('"tickets":[[') || text.includes('"whole":{'))) return bytes;
  pages += 1;
  const spoilt =
    pages % 2 === 0
      ? text.replace(
          SUM,
          (_, before: string, digit: string) => before + (digit === '0' ? '1' : '0'),
        )
      : text.replace(ROW, (_, before: string) => `${before}{`);
  return Buffer.from(spoilt, 'latin1');
}
