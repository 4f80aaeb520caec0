// What a command says. With --json, stdout holds exactly one document and everything else goes to
// stderr, so that `kaimen … --json | jq` never meets a word meant for people.

export type Sink = { write(text: string): unknown };

export type Output = {
  readonly isJson: boolean;
  /** The result: the document with --json, else the words. */
  result(document: unknown, words: string | readonly string[]): void;
  /** One document of several, for commands that go on: a line each. */
  line(document: unknown, words: string): void;
  /** What is going on; never part of the result. */
  note(words: string): void;
};

export function createOutput(isJson: boolean, stdout: Sink, stderr: Sink): Output {
  return {
    isJson,
    result(document, words) {
      if (isJson) stdout.write(`${JSON.stringify(document, null, 2)}\n`);
      else stdout.write(`${typeof words === 'string' ? words : words.join('\n')}\n`);
    },
    line(document, words) {
      stdout.write(isJson ? `${JSON.stringify(document)}\n` : `${words}\n`);
    },
    note(words) {
      stderr.write(`${words}\n`);
    },
  };
}

/** Rows under their headings; columns as wide as what is in them. */
export function table(
  headings: readonly string[],
  rows: readonly (readonly (string | number | null | undefined)[])[],
): string[] {
  const cells = [headings, ...rows.map((row) => row.map((cell) => String(cell ?? '–')))];
  const widths = headings.map((_, column) =>
    Math.max(...cells.map((row) => widthOf(row[column] ?? ''))),
  );
  return cells.map((row) =>
    row
      .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - widthOf(cell)))
      .join('  ')
      .trimEnd(),
  );
}

/** Chinese characters take two columns of a terminal. */
function widthOf(text: string): number {
  let width = 0;
  for (const character of text)
    width +=
      /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]/u.test(
        character,
      )
        ? 2
        : 1;
  return width;
}

export function count(n: number, one: string, many = `${one}s`): string {
  return `${n.toLocaleString('en')} ${n === 1 ? one : many}`;
}

export function byteText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${(bytes / 1000).toFixed(1)} kB`;
  if (bytes < 1_000_000_000) return `${(bytes / 1_000_000).toFixed(1)} MB`;
  return `${(bytes / 1_000_000_000).toFixed(2)} GB`;
}
