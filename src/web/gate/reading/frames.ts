// Frames of the camera into the decoder, one after the other: the next is taken when the last has been
// looked at, so a slow phone skips frames and never falls behind.
import type { ReadCode } from '#lane/decoding/read-picture.ts';
import type { CodeReader } from './code-reader.ts';

/** Larger frames take four times as long and find one per cent more. */
const EDGE_MAX = 1280;
const PAUSE_MS = 15;

/** @returns stops it */
export function watchFrames(
  video: HTMLVideoElement,
  reader: CodeReader,
  found: (code: ReadCode) => void,
): () => void {
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d', { willReadFrequently: true });
  let isStopped = false;

  async function look(): Promise<void> {
    while (!isStopped) {
      const image = document.hidden ? null : grab();
      const code = image === null ? null : await reader.frame(image);
      if (isStopped) return;
      if (code !== null) found(code);
      await new Promise((resolve) => setTimeout(resolve, image === null ? 100 : PAUSE_MS));
    }
  }

  function grab(): ImageData | null {
    const { videoWidth, videoHeight } = video;
    if (context === null || videoWidth === 0 || video.readyState < 2) return null;
    const scale = Math.min(1, EDGE_MAX / Math.max(videoWidth, videoHeight));
    const [width, height] = [Math.round(videoWidth * scale), Math.round(videoHeight * scale)];
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
    context.drawImage(video, 0, 0, width, height);
    return context.getImageData(0, 0, width, height);
  }

  void look();
  return () => {
    isStopped = true;
  };
}
