// The house colours on ink: brass for what is ours, the reserved hues for verdicts and states. On a dark
// ground they are lighter than on paper, of the same hue.

export type Tone = 'paper' | 'quiet' | 'hairline' | 'brass' | 'green' | 'red' | 'amber' | 'blue';

export type Palette = {
  paint(tone: Tone, text: string): string;
  bold(text: string): string;
  /** Written once at the start of a page: its ground and its ink. */
  readonly ground: string;
};

type Rgb = readonly [number, number, number];

const INK: Rgb = [0x14, 0x16, 0x1a];
const TONES: Readonly<Record<Tone, Rgb>> = {
  paper: [0xfa, 0xf8, 0xf3],
  quiet: [0x9a, 0x95, 0x8b],
  hairline: [0x4a, 0x48, 0x44],
  brass: [0xe0, 0xb4, 0x5c],
  green: [0x3f, 0xb6, 0x84],
  red: [0xf0, 0x7a, 0x70],
  amber: [0xe6, 0xa0, 0x3c],
  blue: [0x7f, 0xab, 0xf2],
};

/** @param depth - bits of colour, as `tty.WriteStream.getColorDepth` says */
export function paletteOf(depth: number): Palette {
  const foreground = (rgb: Rgb) => `38;${colour(rgb, depth)}`;
  const paper = foreground(TONES.paper);
  return {
    ground: `\x1b[48;${colour(INK, depth)};${paper}m`,
    paint: (tone, text) =>
      tone === 'paper' ? text : `\x1b[${foreground(TONES[tone])}m${text}\x1b[${paper}m`,
    bold: (text) => `\x1b[1m${text}\x1b[22m`,
  };
}

const TRUE_COLOUR_BITS = 24;

function colour([red, green, blue]: Rgb, depth: number): string {
  if (depth >= TRUE_COLOUR_BITS) return `2;${red};${green};${blue}`;
  const level = (value: number) => Math.round((value / 255) * 5);
  const isGrey = Math.max(red, green, blue) - Math.min(red, green, blue) < 12;
  // The 24 greys of the 256 colours begin at 8 and go up by 10.
  if (isGrey) return `5;${Math.min(255, 232 + Math.round((red - 8) / 10))}`;
  return `5;${16 + 36 * level(red) + 6 * level(green) + level(blue)}`;
}
