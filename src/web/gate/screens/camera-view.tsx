// The camera over the whole screen, with the frame to hold a code in; what it reads goes to `onCode`.
import { useCallback, useEffect, useRef, useState } from 'react';
import { useIntl } from 'react-intl';
import { Button } from '#web/ui/button.tsx';
import { type Camera, type CameraFault, openCamera } from '../reading/camera.ts';
import { CodeReader } from '../reading/code-reader.ts';
import { watchFrames } from '../reading/frames.ts';

/** One decoder for the whole life of the page: its WebAssembly is compiled once. */
let sharedReader: CodeReader | null = null;

export function codeReader(): CodeReader {
  sharedReader ??= new CodeReader();
  return sharedReader;
}

export function CameraView({
  onCode,
  onState,
  isResting = never,
  isBare = false,
}: {
  readonly onCode: (text: string) => void;
  readonly onState?: (state: 'ok' | CameraFault) => void;
  /** While a code that was read would be let fall. */
  readonly isResting?: () => boolean;
  /** Without torch and zoom: a small view in a page. */
  readonly isBare?: boolean;
}) {
  const intl = useIntl();
  const video = useRef<HTMLVideoElement>(null);
  const [camera, setCamera] = useState<Camera | null>(null);
  const [fault, setFault] = useState<CameraFault | null>(null);
  const [tries, setTries] = useState(0);
  const onCodeNow = useRef(onCode);
  onCodeNow.current = onCode;
  const isRestingNow = useRef(isResting);
  isRestingNow.current = isResting;
  const onStateNow = useRef(onState);
  onStateNow.current = onState;

  // biome-ignore lint/correctness/useExhaustiveDependencies: another try opens the camera again
  useEffect(() => {
    let isGone = false;
    let opened: Camera | null = null;
    let stopFrames = () => {};
    setFault(null);
    void openCamera().then(async (result) => {
      if (typeof result === 'string') {
        if (!isGone) {
          setFault(result);
          onStateNow.current?.(result);
        }
        return;
      }
      const screen = video.current;
      if (isGone || screen === null) return result.stop();
      opened = result;
      screen.srcObject = result.stream;
      await screen.play().catch(() => {});
      // Control may have put another screen here meanwhile; the camera has been stopped with this one.
      if (isGone) return;
      setCamera(result);
      onStateNow.current?.('ok');
      stopFrames = watchFrames(
        screen,
        codeReader(),
        () => isRestingNow.current(),
        ({ text }) => onCodeNow.current(text),
      );
    });
    return () => {
      isGone = true;
      stopFrames();
      opened?.stop();
      setCamera(null);
    };
  }, [tries]);

  const again = useCallback(() => setTries((count) => count + 1), []);
  if (fault !== null) {
    return (
      <div className="flex h-full flex-col items-center justify-center gap-4 bg-ink p-6 text-center text-paper">
        <p className="text-balance text-lg">{intl.formatMessage({ id: `scan.camera.${fault}` })}</p>
        {fault !== 'unsupported' && (
          <Button size="lane" onClick={again}>
            {intl.formatMessage({ id: 'shared.retry' })}
          </Button>
        )}
      </div>
    );
  }
  return (
    <div className="relative h-full overflow-hidden bg-ink">
      <video ref={video} muted playsInline className="h-full w-full object-cover" />
      <div aria-hidden="true" className="absolute inset-0 flex items-center justify-center">
        <div className="aspect-square h-[min(70%,70vw)] rounded-md border-4 border-paper/70" />
      </div>
      {!isBare && camera !== null && <CameraControls camera={camera} />}
    </div>
  );
}

function never(): boolean {
  return false;
}

function CameraControls({ camera }: { readonly camera: Camera }) {
  const intl = useIntl();
  const [isLit, setIsLit] = useState(false);
  const [zoom, setZoom] = useState(1);
  const { zoom: range } = camera;
  const nextZoom = () => {
    if (range === null) return;
    const factor = zoom * 2 > Math.min(range.max, 4) ? range.min : zoom * 2;
    setZoom(factor);
    void camera.setZoom(factor);
  };
  return (
    <div className="absolute top-20 right-3 flex flex-col gap-2">
      {camera.hasTorch && (
        <Button
          size="lane"
          aria-pressed={isLit}
          onClick={() => {
            setIsLit(!isLit);
            void camera.setTorch(!isLit);
          }}
        >
          {intl.formatMessage({ id: isLit ? 'scan.torch.off' : 'scan.torch' })}
        </Button>
      )}
      {range !== null && (
        <Button size="lane" onClick={nextZoom}>
          {intl.formatMessage({ id: 'scan.zoom' })} {zoom.toFixed(0)}×
        </Button>
      )}
    </div>
  );
}
