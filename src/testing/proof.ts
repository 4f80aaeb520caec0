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

/** A QR code as a reader sees it; its width is without the quiet zone. */
export type FoundCode = { readonly text: string; readonly widthPx: number };

/** Every QR code in a picture, or in the bytes of an image file. */
export async function findCodes(image: Picture | Uint8Array): Promise<FoundCode[]> {
  await readerReady;
  const input = image instanceof Uint8Array ? new Uint8Array(image) : imageData(image);
  const symbols = await readBarcodes(input, {
    formats: ['QRCode'],
    textMode: 'Plain',
    maxNumberOfSymbols: 0,
  });
  return symbols.map(({ text, position: { topLeft, topRight } }) => ({
    text,
    widthPx: Math.hypot(topRight.x - topLeft.x, topRight.y - topLeft.y),
  }));
}

export async function readCodes(image: Picture | Uint8Array): Promise<string[]> {
  const found = await findCodes(image);
  return found.map(({ text }) => text);
}

/** How dark a part of a picture is: 0 is white, 1 is black. */
export function inkIn(
  { pixels, width }: Picture,
  part: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
): number {
  let ink = 0;
  for (let y = part.y; y < part.y + part.height; y += 1) {
    for (let x = part.x; x < part.x + part.width; x += 1) {
      ink += 1 - (pixels[(y * width + x) * 4] ?? 255) / 255;
    }
  }
  return ink / (part.width * part.height);
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

/** The text of each page, as it is copied out of the document; that it can be seen is proved by pixels. */
export async function textOf(pdf: Uint8Array): Promise<string[]> {
  const document = await (await pdfium).loadDocument(pdf);
  const texts = [...document.pages()].map((page) => page.getText());
  document.destroy();
  return texts;
}
