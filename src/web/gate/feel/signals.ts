// What a verdict sounds and feels like: told apart in a crowd, with eyes elsewhere. Made by the browser
// itself, so that no sound file has to be loaded.
import type { Hue } from '#web/ui/verdict-shape.tsx';

type Tone = {
  readonly hz: number;
  readonly toHz?: number;
  readonly atMs: number;
  readonly ms: number;
};

const TONES: Readonly<Record<Hue, readonly Tone[]>> = {
  admitted: [{ hz: 880, toHz: 1_320, atMs: 0, ms: 130 }],
  provisional: [
    { hz: 880, toHz: 1_100, atMs: 0, ms: 90 },
    { hz: 1_100, toHz: 1_320, atMs: 130, ms: 90 },
  ],
  refused: [
    { hz: 190, atMs: 0, ms: 180 },
    { hz: 190, atMs: 260, ms: 220 },
  ],
  refer: [
    { hz: 520, atMs: 0, ms: 120 },
    { hz: 520, atMs: 180, ms: 120 },
    { hz: 390, atMs: 360, ms: 160 },
  ],
  unknown: [{ hz: 300, atMs: 0, ms: 160 }],
};

const VIBRATIONS: Readonly<Record<Hue, readonly number[]>> = {
  admitted: [60],
  provisional: [60, 40, 60],
  refused: [250, 100, 250],
  refer: [120, 60, 120, 60, 120],
  unknown: [120],
};

const LOUDNESS = 0.5;
let context: AudioContext | null = null;

/** Browsers let a page sound only after it was touched: call it in the first tap. */
export function unlockSound(): void {
  context ??= new AudioContext();
  void context.resume().catch(() => {});
}

export function signal(hue: Hue): void {
  if ('vibrate' in navigator) navigator.vibrate([...VIBRATIONS[hue]]);
  if (context === null || context.state !== 'running') return;
  for (const tone of TONES[hue]) play(context, tone);
}

function play(audio: AudioContext, { hz, toHz, atMs, ms }: Tone): void {
  const from = audio.currentTime + atMs / 1_000;
  const until = from + ms / 1_000;
  const oscillator = audio.createOscillator();
  const volume = audio.createGain();
  oscillator.type = 'triangle';
  oscillator.frequency.setValueAtTime(hz, from);
  if (toHz !== undefined) oscillator.frequency.linearRampToValueAtTime(toHz, until);
  // Without the slopes every tone begins and ends with a click.
  volume.gain.setValueAtTime(0, from);
  volume.gain.linearRampToValueAtTime(LOUDNESS, from + 0.01);
  volume.gain.setValueAtTime(LOUDNESS, until - 0.02);
  volume.gain.linearRampToValueAtTime(0, until);
  oscillator.connect(volume).connect(audio.destination);
  oscillator.start(from);
  oscillator.stop(until);
}
