// What a rehearsal needs of the network between its parties, whether that is made of proxies or of namespaces.
import type { Link, NodeName, Party } from '#drill/catalogue/parties.ts';
import type { LineState } from './line.ts';

export type Network = AsyncDisposable & {
  readonly kind: 'wires' | 'namespaces' | 'elsewhere';
  has(node: NodeName): boolean;
  /** What stands before the command of a program, so that it runs where the party stands. */
  prefix(party: Party): readonly string[];
  /** Where a node listens, on the loopback of its own machine. */
  portOf(node: NodeName): number;
  /** What one party calls another by. */
  urlFrom(party: Party, node: NodeName): string;
  /** From here, past everything that may be broken. */
  deskUrl(node: NodeName): string;
  befall(link: Link, name: string, state: LineState): void;
  mend(link: Link, name: string): void;
};
