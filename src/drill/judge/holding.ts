// What must hold, whatever breaks. Each rule looks at what people saw at the lanes first, and at what the
// system says of it second.

export type Rule =
  | 'live-at-first'
  | 'verdict-in-time'
  | 'no-exact-double'
  | 'doubles-reported'
  | 'nothing-lost'
  | 'control-obeyed'
  | 'forged-stays-out'
  | 'holder-gets-in'
  | 'recovered';

export type Finding = {
  readonly rule: Rule;
  /** What was looked at. */
  readonly checked: number;
  /** Each is one breach, in words. */
  readonly breaches: readonly string[];
};
