// Frames of the camera into the decoder, one after the other: the next is taken when the last has been
// looked at, so a slow phone skips frames and never falls behind.
import type { ReadCode } from '#lane/decoding/read-picture.ts';
import type { CodeReader } from './code-reader.ts';
import type { Frame } from './decode-messages.ts';

const PAUSE_MS = 15;
const REST_MS = 60;

/**
 * @param isResting - true while a code that was read would be let fall: the phone has better to do
 * @returns stops it
 */
export function watchFrames(
  video: HTMLVideoElement,
  reader: CodeReader,
  isResting: () => boolean,
  found: (code: ReadCode) => void,
): () => void {
  let isStopped = false;

  async function look(): Promise<void> {
    while (!isStopped) {
      const frame = document.hidden || isResting() ? null : await grab(video);
      const code = frame === null ? null : await reader.frame(frame);
      if (isStopped) return;
      if (code !== null && !isResting()) found(code);
      await new Promise((resolve) => setTimeout(resolve, frame === null ? REST_MS : PAUSE_MS));
    }
  }

  void look();
  return () => {
    isStopped = true;
  };
}

async function grab(video: HTMLVideoElement): Promise<Frame | null> {
  if (video.videoWidth === 0 || video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return null;
  try {
    // Where the browser has it, a frame can be passed on without its pixels being touched here.
    return 'VideoFrame' in globalThis ? new VideoFrame(video) : await createImageBitmap(video);
  } catch {
    // The camera may be taken away between two frames.
    return null;
  }
}
