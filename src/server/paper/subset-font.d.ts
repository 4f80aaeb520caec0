declare module 'subset-font' {
  type SubsetOptions = {
    readonly targetFormat?: 'truetype' | 'woff' | 'woff2';
    readonly keepFeatures?: readonly string[];
    readonly noLayoutClosure?: boolean;
    readonly noHinting?: boolean;
    readonly keepAllGlyphs?: boolean;
    readonly dropTables?: readonly string[];
  };
  function subsetFont(
    font: Buffer,
    text: string | undefined,
    options?: SubsetOptions,
  ): Promise<Buffer>;
  export = subsetFont;
}
