// How far a listener has come, as the id of each event: whoever reconnects, to whichever node, says it
// (Last-Event-ID) and is told what came meanwhile. Numbers are those of one store: a box counts notices
// of its own.

type StreamPosition = {
  /** `hub`, or the name of a box. */
  readonly store: string;
  /** Revision up to which all verdicts were told. */
  readonly scans: number;
  /** Number of the last notice. */
  readonly notices: number;
};

const POSITION = /^([a-z0-9-]{1,64})\.(\d{1,15})\.(\d{1,15})$/;

export function positionText({ store, scans, notices }: StreamPosition): string {
  return `${store}.${scans}.${notices}`;
}

/** @returns null for what is no position in this store: then the stream begins anew */
export function readPosition(text: string, store: string): StreamPosition | null {
  const [, of = '', scans, notices] = POSITION.exec(text) ?? [];
  if (of !== store) return null;
  return { store, scans: Number(scans), notices: Number(notices) };
}
