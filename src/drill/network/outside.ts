// A system that runs elsewhere: only the lanes’ lines to it lead through this machine, and can be broken here.
import {
  endsOf,
  LINKS,
  type Link,
  type NodeName,
  type Party,
  STANDS,
} from '#drill/catalogue/parties.ts';
import { Line, type LineState } from './line.ts';
import type { Network } from './network.ts';

export type Elsewhere = {
  readonly hub: string;
  /** In the order of the boxes: the first stands in the north. */
  readonly boxes: readonly string[];
  readonly ca: string | undefined;
};

export class Outside implements Network {
  readonly kind = 'elsewhere';
  readonly #lines: ReadonlyMap<string, Line>;

  private constructor(lines: ReadonlyMap<string, Line>) {
    this.#lines = lines;
  }

  static async lay({ hub, boxes, ca }: Elsewhere): Promise<Outside> {
    const nodes: [NodeName, string | undefined][] = [
      ['hub', hub],
      ['box-a', boxes[0]],
      ['box-b', boxes[1]],
    ];
    const lines = new Map<string, Line>();
    for (const [node, to] of nodes) {
      if (to === undefined) continue;
      for (const from of [...STANDS, 'desk']) {
        const listen = { host: '127.0.0.1', port: 0 };
        lines.set(`${from}>${node}`, await Line.lay({ listen, to, ca }));
      }
    }
    return new Outside(lines);
  }

  has(node: NodeName): boolean {
    return this.#lines.has(`desk>${node}`);
  }

  prefix(): readonly string[] {
    return [];
  }

  portOf(): number {
    throw new Error('a node that runs elsewhere has its own port');
  }

  urlFrom(party: Party, node: NodeName): string {
    return this.#line(`${party}>${node}`).url;
  }

  deskUrl(node: NodeName): string {
    return this.#line(`desk>${node}`).url;
  }

  befall(link: Link, name: string, state: LineState): void {
    for (const line of this.#leadingThroughHere(link)) line.befall(`${name} ${link}`, state);
  }

  mend(link: Link, name: string): void {
    for (const line of this.#leadingThroughHere(link)) line.mend(`${name} ${link}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#lines.values()].map((line) => line[Symbol.asyncDispose]()));
  }

  #leadingThroughHere(link: Link): Line[] {
    const line = this.#lines.get(endsOf(link).join('>'));
    return line === undefined ? [] : [line];
  }

  #line(key: string): Line {
    const line = this.#lines.get(key);
    if (line === undefined) throw new Error(`no line ${key} leads through this machine`);
    return line;
  }
}

/** Lines that a rehearsal of a system elsewhere can break. */
export function linksThroughHere(boxes: number): readonly Link[] {
  const there: readonly string[] = ['hub', 'box-a', 'box-b'].slice(0, 1 + boxes);
  return LINKS.filter((link) => {
    const [from, to] = endsOf(link);
    return STANDS.includes(from as never) && there.includes(to);
  });
}
