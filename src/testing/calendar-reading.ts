// A calendar read back by the rules of RFC 5545, strictly: what a calendar might overlook is refused here.
import assert from 'node:assert/strict';

/** Of an event that a calendar may take in, each exactly once (§3.6.1). */
const ONCE = ['UID', 'DTSTAMP', 'DTSTART', 'DTEND', 'SEQUENCE', 'SUMMARY', 'STATUS'];

/** @returns its lines, unfolded */
export function readCalendar(text: string): string[] {
  // §3.1: lines end in CRLF and hold 75 octets at most; a line that goes on begins with a space.
  assert.ok(text.endsWith('END:VCALENDAR') || text.endsWith('END:VCALENDAR\r\n'));
  assert.ok(text.replaceAll('\r\n', '').match(/[\r\n]/) === null, 'every line ends in CRLF');
  for (const line of text.split('\r\n')) {
    assert.ok(Buffer.byteLength(line) <= 75, line);
    assert.ok(!line.includes('\uFFFD') && line.isWellFormed(), 'no character is cut in two');
  }
  const lines = text
    .replace(/\r\n[ \t]/g, '')
    .split('\r\n')
    .filter((line) => line !== '');
  assert.deepEqual([lines[0], lines.at(-1)], ['BEGIN:VCALENDAR', 'END:VCALENDAR']);
  const depth: string[] = [];
  for (const line of lines) {
    assert.match(line, /^[A-Z][A-Z0-9-]*(?:;[A-Z-]+=[^:]*)?:/, line);
    if (line.startsWith('BEGIN:')) depth.push(line.slice(6));
    if (line.startsWith('END:')) assert.equal(depth.pop(), line.slice(4));
  }
  assert.deepEqual(depth, []);
  for (const name of ONCE) {
    const found = lines.filter(
      (line) => line.startsWith(`${name}:`) || line.startsWith(`${name};`),
    );
    assert.equal(found.length, 1, name);
  }
  return lines;
}

/** Of the first property of this name, as it was meant (§3.3.11). */
export function propertyOf(lines: readonly string[], name: string): string | undefined {
  const line = lines.find((each) => each.startsWith(`${name}:`) || each.startsWith(`${name};`));
  return line
    ?.slice(line.indexOf(':') + 1)
    .replace(/\\([,;\\nN])/g, (_, one: string) => (one.toLowerCase() === 'n' ? '\n' : one));
}
