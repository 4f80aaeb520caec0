// The phone's camera: the one at the back, sharp at arm's length, with its lamp and its zoom where it has
// them. Each browser lacks something (docs/devices.md), so nothing here is relied on but the picture.

export type CameraFault = 'denied' | 'missing' | 'busy' | 'unsupported';

export type Camera = {
  readonly stream: MediaStream;
  readonly hasTorch: boolean;
  readonly zoom: { readonly min: number; readonly max: number; readonly step: number } | null;
  setTorch(isOn: boolean): Promise<void>;
  setZoom(factor: number): Promise<void>;
  stop(): void;
};

/** What the browsers know and the type library does not. */
type MoreCapabilities = MediaTrackCapabilities & {
  readonly torch?: boolean;
  readonly focusMode?: readonly string[];
  readonly zoom?: { readonly min: number; readonly max: number; readonly step?: number };
};

export async function openCamera(): Promise<Camera | CameraFault> {
  if (!('mediaDevices' in navigator)) return 'unsupported';
  let stream: MediaStream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({
      audio: false,
      video: {
        facingMode: { ideal: 'environment' },
        width: { ideal: 1280 },
        height: { ideal: 720 },
      },
    });
  } catch (error) {
    return faultOf(error);
  }
  const [track] = stream.getVideoTracks();
  if (track === undefined) return 'missing';
  const able: MoreCapabilities = track.getCapabilities?.() ?? {};
  const apply = (constraint: Record<string, unknown>) =>
    track.applyConstraints({ advanced: [constraint] }).catch(() => {});
  // Asked for at the start it is ignored by some phones; asked for afterwards it holds.
  if (able.focusMode?.includes('continuous') === true) await apply({ focusMode: 'continuous' });
  const { zoom } = able;
  return {
    stream,
    hasTorch: able.torch === true,
    zoom: zoom === undefined ? null : { min: zoom.min, max: zoom.max, step: zoom.step ?? 0.1 },
    setTorch: (isOn) => apply({ torch: isOn }),
    setZoom: (factor) => apply({ zoom: factor }),
    stop() {
      for (const each of stream.getTracks()) each.stop();
    },
  };
}

function faultOf(error: unknown): CameraFault {
  const name = error instanceof DOMException ? error.name : '';
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'denied';
  if (name === 'NotFoundError' || name === 'OverconstrainedError') return 'missing';
  return 'busy';
}
