// What a camera sees, as the file that Chromium plays in its place: YUV4MPEG2, uncompressed, looped.
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { encodeQR } from 'qr';

const WIDTH = 640;
const HEIGHT = 480;
const FRAMES_A_SECOND = 10;
/** A wall behind the phone that is held up. */
const WALL = 96;

/** A scene: a code in the middle, or none, for so long. */
export type Scene = { readonly code: string | null; readonly seconds: number };

/** The file is read when a page opens the camera, so what it shows can be changed between two openings. */
export class CameraVideo implements Disposable {
  readonly file: string;
  readonly #folder = mkdtempSync(path.join(os.tmpdir(), 'kaimen-camera-'));

  constructor(...scenes: readonly Scene[]) {
    this.file = path.join(this.#folder, 'camera.y4m');
    this.show(...scenes);
  }

  show(...scenes: readonly Scene[]): void {
    const frames = scenes.flatMap(({ code, seconds }) => {
      const frame = frameOf(code);
      return Array.from({ length: Math.round(seconds * FRAMES_A_SECOND) }, () => frame);
    });
    const head = Buffer.from(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F${FRAMES_A_SECOND}:1 Ip A1:1 C420\n`);
    // In place of the old one as a whole: a camera that is open goes on with what it has.
    const next = `${this.file}.next`;
    writeFileSync(next, Buffer.concat([head, ...frames]));
    renameSync(next, this.file);
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** A code of v2 is 300 pixels wide here: a phone held at 20 cm. */
function frameOf(code: string | null): Buffer {
  const luma = Buffer.alloc(WIDTH * HEIGHT, WALL);
  if (code !== null) drawCode(luma, code);
  const chroma = Buffer.alloc((WIDTH * HEIGHT) / 2, 128);
  return Buffer.concat([Buffer.from('FRAME\n'), luma, chroma]);
}

function drawCode(luma: Buffer, code: string): void {
  const rows = encodeQR(code, 'raw', { ecc: 'quartile', border: 4 });
  const scale = Math.floor(300 / rows.length);
  const size = rows.length * scale;
  const [left, top] = [(WIDTH - size) >> 1, (HEIGHT - size) >> 1];
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      const isDark = rows[Math.floor(y / scale)]?.[Math.floor(x / scale)] === true;
      luma[(top + y) * WIDTH + left + x] = isDark ? 24 : 232;
    }
  }
}
