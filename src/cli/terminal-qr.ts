// A QR code that a phone reads off a terminal: two modules in each character, dark on white whatever the
// terminal's own colours are, with the quiet zone that readers need.
import { encodeQR } from 'qr';

const QUIET_ZONE = 4;
const DARK_ON_WHITE = '\u001b[38;5;16;48;5;231m';
const RESET = '\u001b[0m';
/** By whether the upper and the lower module are dark. */
const BLOCKS = [' ', '▄', '▀', '█'];

export function terminalQr(text: string): string[] {
  const rows = encodeQR(text, 'raw', { ecc: 'medium', border: QUIET_ZONE });
  const lines: string[] = [];
  for (let y = 0; y < rows.length; y += 2) {
    const line = (rows[y] ?? []).map((isDark, x) => {
      const below = rows[y + 1]?.[x] ?? false;
      return BLOCKS[(isDark ? 2 : 0) + (below ? 1 : 0)];
    });
    lines.push(`${DARK_ON_WHITE}${line.join('')}${RESET}`);
  }
  return lines;
}
