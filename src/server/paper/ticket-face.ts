/** The two languages of every paper. */
export type Localized = { readonly 'zh-CN': string; readonly en: string };

/** The match as a paper names it. Moments are epoch milliseconds, UTC. */
export type EventFace = {
  readonly name: Localized;
  readonly venue: Localized;
  /** IANA name; every time on paper is the ground's. */
  readonly timeZone: string;
  readonly doorsAt: number;
  readonly startsAt: number;
};

export type SeatFace = {
  readonly stand: string | null;
  readonly section: string | null;
  readonly row: string | null;
  readonly seat: string | null;
};

/** All that is printed of one ticket. */
export type TicketFace = SeatFace & {
  readonly event: EventFace;
  readonly ref: string;
  readonly type: Localized;
  /** Where this ticket may enter; empty when any gate admits it. */
  readonly gates: readonly Localized[];
  /** The earliest moment at which this ticket is admitted. */
  readonly entryFrom: number;
  readonly holderName: string | null;
  readonly orderRef: string | null;
  /** People let in by this one code. */
  readonly admits: number;
  readonly code: string;
  /** What a steward types in when the code cannot be read: ABCD-EFGH. */
  readonly shortId: string;
};

/** A finished paper. */
export type Paper = {
  readonly bytes: Buffer<ArrayBuffer>;
  /**
   * Characters that could not be set, each once; 〓 stands in their place on the paper. Whoever asked
   * for the paper is told, because a name with 〓 in it needs a pen.
   */
  readonly missing: readonly string[];
};
