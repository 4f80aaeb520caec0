import {
  BOXES,
  endsOf,
  type Link,
  NODES,
  type NodeName,
  type Party,
  STANDS,
} from '#drill/catalogue/parties.ts';
import { freePort } from './free-port.ts';
import { Line, type LineState } from './line.ts';
import type { Network } from './network.ts';

export class Wires implements Network {
  readonly kind = 'wires';
  readonly #ports: ReadonlyMap<NodeName, number>;
  readonly #lines: ReadonlyMap<string, Line>;

  private constructor(ports: ReadonlyMap<NodeName, number>, lines: ReadonlyMap<string, Line>) {
    this.#ports = ports;
    this.#lines = lines;
  }

  static async lay(): Promise<Wires> {
    const ports = new Map<NodeName, number>();
    for (const node of NODES) ports.set(node, await freePort());
    const lines = new Map<string, Line>();
    const lay = async (from: string, node: NodeName) => {
      const to = `http://127.0.0.1:${ports.get(node)}`;
      lines.set(`${from}>${node}`, await Line.lay({ listen: { host: '127.0.0.1', port: 0 }, to }));
    };
    for (const stand of STANDS) for (const node of NODES) await lay(stand, node);
    for (const box of BOXES) {
      await lay(box, 'hub');
      // A box has one address, by which hub and boxes both call it.
      await lay('nodes', box);
    }
    return new Wires(ports, lines);
  }

  has(): boolean {
    return true;
  }

  prefix(): readonly string[] {
    return [];
  }

  portOf(node: NodeName): number {
    return this.#ports.get(node) ?? 0;
  }

  urlFrom(party: Party, node: NodeName): string {
    return this.#line(lineKey(party, node)).url;
  }

  deskUrl(node: NodeName): string {
    return `http://127.0.0.1:${this.portOf(node)}`;
  }

  befall(link: Link, name: string, state: LineState): void {
    for (const key of keysOf(link)) this.#line(key).befall(`${name} ${link}`, state);
  }

  mend(link: Link, name: string): void {
    for (const key of keysOf(link)) this.#line(key).mend(`${name} ${link}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#lines.values()].map((line) => line[Symbol.asyncDispose]()));
  }

  #line(key: string): Line {
    const line = this.#lines.get(key);
    if (line === undefined) throw new Error(`there is no line ${key}`);
    return line;
  }
}

function lineKey(from: Party, to: NodeName): string {
  const isStand = from === 'north' || from === 'south';
  return isStand || to === 'hub' ? `${from}>${to}` : `nodes>${to}`;
}

/** Nodes call each other both ways. */
function keysOf(link: Link): string[] {
  const [one, other] = endsOf(link);
  if (one === 'north' || one === 'south') return [lineKey(one, other)];
  return [lineKey(one, other), lineKey(other, one)];
}
