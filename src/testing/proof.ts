import { readFile } from 'node:fs/promises';
import { PDFiumLibrary } from '@hyzyla/pdfium';
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader';

/**
 * What a printed page really shows. Text extraction finds text whose glyphs are missing, so papers
 * are proved on their pixels.
 */

/** Four bytes a pixel, from the top left. */
export type Picture = {
  readonly pixels: Uint8Array | Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
};

const readerReady = startReader();

async function startReader(): Promise<void> {
  const wasm = await readFile(new URL(import.meta.resolve('zxing-wasm/reader/zxing_reader.wasm')));
  const wasmBinary = new Uint8Array(wasm).buffer;
  await prepareZXingModule({ overrides: { wasmBinary }, fireImmediately: true });
}

/** Every QR code in a picture, or in the bytes of an image file, in the order found. */
export async function readCodes(image: Picture | Uint8Array): Promise<string[]> {
  await readerReady;
  const input = image instanceof Uint8Array ? new Uint8Array(image) : imageData(image);
  const symbols = await readBarcodes(input, {
    formats: ['QRCode'],
    textMode: 'Plain',
    maxNumberOfSymbols: 0,
  });
  return symbols.map((symbol) => symbol.text);
}

function imageData({ pixels, width, height }: Picture) {
  return { data: new Uint8ClampedArray(pixels), width, height, colorSpace: 'srgb' } as const;
}

const pdfium = startPdfium();

async function startPdfium(): Promise<PDFiumLibrary> {
  return PDFiumLibrary.init();
}

export type ProofPage = Picture & {
  readonly widthMm: number;
  readonly heightMm: number;
};

/** Each page of a PDF as a printer would put it on paper. */
export async function proofPages(pdf: Uint8Array, dotsPerInch: number): Promise<ProofPage[]> {
  const document = await (await pdfium).loadDocument(pdf);
  const pages: ProofPage[] = [];
  for (const page of document.pages()) {
    const { data, width, height, originalWidth, originalHeight } = await page.render({
      scale: dotsPerInch / 72,
    });
    pages.push({
      pixels: data,
      width,
      height,
      widthMm: (originalWidth / 72) * 25.4,
      heightMm: (originalHeight / 72) * 25.4,
    });
  }
  document.destroy();
  return pages;
}
