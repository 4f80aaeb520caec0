// Readers on a cable of their own, where the browser has it: a serial line (Web Serial), or a HID device
// with the point-of-sale page (WebHID). Allowed once by a tap, found again by themselves afterwards.

export type WiredReader = { close(): Promise<void> };

/** The parts of the two interfaces that are used here; browsers without them have neither. */
type SerialPort = {
  readonly readable: ReadableStream<Uint8Array<ArrayBuffer>> | null;
  open(options: { baudRate: number }): Promise<void>;
  close(): Promise<void>;
};
type Serial = { requestPort(): Promise<SerialPort>; getPorts(): Promise<SerialPort[]> };
type HidReport = Event & { readonly data: DataView };
type HidDevice = EventTarget & {
  readonly opened: boolean;
  readonly collections: readonly { readonly usagePage: number }[];
  open(): Promise<void>;
  close(): Promise<void>;
};
type Hid = {
  requestDevice(options: { filters: { usagePage: number }[] }): Promise<HidDevice[]>;
  getDevices(): Promise<HidDevice[]>;
};

const BAUD = 9_600;
/** Bar Code Scanner (HID Point of Sale usage tables). */
const SCANNER_PAGE = 0x8c;
const LINE_LENGTH_MAX = 512;

const browser = navigator as { readonly serial?: Serial; readonly hid?: Hid };

export const hasSerial = browser.serial !== undefined;
export const hasHid = browser.hid !== undefined;

/** @param ask - null: only what was allowed before. @returns null when there is none */
export async function openSerial(
  ask: 'ask' | null,
  onCode: (text: string) => void,
): Promise<WiredReader | null> {
  const { serial } = browser;
  if (serial === undefined) return null;
  const port = ask === null ? (await serial.getPorts())[0] : await serial.requestPort();
  if (port === undefined) return null;
  await port.open({ baudRate: BAUD });
  const reader = port.readable?.pipeThrough(new TextDecoderStream()).getReader();
  const done = (async () => {
    let rest = '';
    for (;;) {
      const { value, done: isOver } = (await reader?.read()) ?? { value: '', done: true };
      if (isOver) return;
      const lines = (rest + value).split(/[\r\n\t\0]+/);
      rest = (lines.pop() ?? '').slice(-LINE_LENGTH_MAX);
      for (const line of lines) if (line !== '') onCode(line);
    }
  })().catch(() => {});
  return {
    async close() {
      await reader?.cancel().catch(() => {});
      await done;
      await port.close().catch(() => {});
    },
  };
}

export async function openHid(
  ask: 'ask' | null,
  onCode: (text: string) => void,
): Promise<WiredReader | null> {
  const { hid } = browser;
  if (hid === undefined) return null;
  const isScanner = (each: HidDevice) =>
    each.collections.some(({ usagePage }) => usagePage === SCANNER_PAGE);
  const devices =
    ask === null
      ? await hid.getDevices()
      : await hid.requestDevice({ filters: [{ usagePage: SCANNER_PAGE }] });
  const device = devices.find(isScanner);
  if (device === undefined) return null;
  if (!device.opened) await device.open();
  const onReport = (event: Event) => {
    const text = textOfReport((event as HidReport).data);
    if (text !== '') onCode(text);
  };
  device.addEventListener('inputreport', onReport);
  return {
    async close() {
      device.removeEventListener('inputreport', onReport);
      await device.close().catch(() => {});
    },
  };
}

/** A scan as one report: its length, three bytes of symbology, then the text. */
export function textOfReport(data: DataView): string {
  const length = data.byteLength === 0 ? 0 : data.getUint8(0);
  const end = Math.min(data.byteLength, 4 + length);
  let text = '';
  for (let at = 4; at < end; at += 1) {
    const value = data.getUint8(at);
    if (value >= 0x20 && value < 0x7f) text += String.fromCharCode(value);
  }
  return text;
}
