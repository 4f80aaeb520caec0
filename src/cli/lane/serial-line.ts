// A serial line as a stream. What Node opens as a file it reads on a thread that nothing can call
// back; terminals and pipes it can wait for.
import { spawnSync } from 'node:child_process';
import { constants, createReadStream, fstatSync, openSync, statSync } from 'node:fs';
import { Socket } from 'node:net';
import tty from 'node:tty';

/** @throws when there is no such device */
export function openLine(
  device: string,
  baud: number,
): NodeJS.ReadableStream & { destroy(): unknown } {
  setLine(device, baud);
  // A line without a carrier must not hold the lane up, nor may it become its controlling terminal.
  const fd = openSync(device, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  if (tty.isatty(fd)) return new tty.ReadStream(fd);
  if (fstatSync(fd).isFIFO()) return new Socket({ fd, readable: true, writable: false });
  return createReadStream(device, { fd });
}

/** Raw bytes at this speed, no echo. What is not a terminal line (a pipe, a file) is left as it is. */
export function setLine(device: string, baud: number): void {
  if (!statSync(device).isCharacterDevice()) return;
  const flag = process.platform === 'darwin' ? '-f' : '-F';
  const result = spawnSync('stty', [flag, device, String(baud), 'raw', '-echo'], {
    encoding: 'utf8',
  });
  if (result.error !== undefined) throw result.error;
  if (result.status !== 0) throw new Error(result.stderr.trim());
}
