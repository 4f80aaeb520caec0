/**
 * The network of a rehearsal as machines have it: every party in a network namespace of its own, joined by
 * veth pairs, one for each line. A line that is cut is cut in the kernel: packets leave for an address that
 * nobody has, and nothing comes back. In each namespace a relay carries what leaves and what arrives, so that
 * servers go on listening on their own loopback alone; it also makes lines slow, refuses, and plays the portal.
 */
import {
  BOXES,
  endsOf,
  LINKS,
  type Link,
  NODES,
  type NodeName,
  type Party,
  STANDS,
} from '#drill/catalogue/parties.ts';
import {
  addNamespace,
  clearDead,
  ip,
  joinNamespaces,
  NOBODY,
  removeNamespaces,
} from './kernel-links.ts';
import type { LineState } from './line.ts';
import type { Network } from './network.ts';
import { Relay } from './relay.ts';

const PARTIES: readonly Party[] = [...NODES, ...STANDS];
const SERVER_PORT = 8080;
const ARRIVALS_PORT = 7000;
const PORT_TO: Readonly<Record<NodeName, number>> = {
  hub: 18_080,
  'box-a': 18_081,
  'box-b': 18_082,
};

export class Namespaces implements Network {
  readonly kind = 'namespaces';
  readonly #relays = new Map<Party, Relay>();
  /** Names of what cuts a link now. */
  readonly #cuts = new Map<Link, Set<string>>();
  readonly #remove = () => removeNamespaces(PARTIES.map(namespaceOf));

  /** @throws when this process may not make namespaces */
  static async lay(): Promise<Namespaces> {
    clearDead();
    const network = new Namespaces();
    // However this process ends, but for kill -9: then the next rehearsal clears up.
    process.once('exit', network.#remove);
    try {
      for (const party of PARTIES) addNamespace(namespaceOf(party), addressOf(party));
      for (const link of LINKS) {
        const [one, other] = endsOf(link);
        joinNamespaces(endOf(one, link), endOf(other, link));
      }
      for (const node of NODES) joinNamespaces(deskEnd(node), { ...endOf(node), device: 'desk' });
      await Promise.all(PARTIES.map((party) => network.#layLines(party)));
      return network;
    } catch (error) {
      await network[Symbol.asyncDispose]();
      throw error;
    }
  }

  has(): boolean {
    return true;
  }

  prefix(party: Party): readonly string[] {
    return ['ip', 'netns', 'exec', namespaceOf(party)];
  }

  portOf(): number {
    return SERVER_PORT;
  }

  urlFrom(_: Party, node: NodeName): string {
    return `http://127.0.0.1:${PORT_TO[node]}`;
  }

  deskUrl(node: NodeName): string {
    return `http://${addressOf(node)}:${ARRIVALS_PORT}`;
  }

  befall(link: Link, name: string, state: LineState): void {
    if (state.kind === 'cut') this.#cut(link, name);
    else for (const [relay, line] of this.#linesOf(link)) relay.tell({ befall: line, name, state });
  }

  mend(link: Link, name: string): void {
    this.#join(link, name);
    for (const [relay, line] of this.#linesOf(link)) relay.tell({ mend: line, name });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#relays.values()].map((relay) => relay[Symbol.asyncDispose]()));
    this.#remove();
    process.off('exit', this.#remove);
  }

  async #layLines(party: Party): Promise<void> {
    const isNode = !(party === 'north' || party === 'south');
    const lines = NODES.filter((node) => node !== party).map((node) => ({
      lay: node as string,
      host: '127.0.0.1',
      port: PORT_TO[node],
      to: `http://${addressOf(node)}:${ARRIVALS_PORT}`,
    }));
    if (isNode) {
      const to = `http://127.0.0.1:${SERVER_PORT}`;
      lines.push({ lay: 'arrivals', host: addressOf(party), port: ARRIVALS_PORT, to });
    }
    this.#relays.set(party, await Relay.start(this.prefix(party), lines));
  }

  /** A line is carried by the relay of whoever calls; nodes call each other both ways. */
  #linesOf(link: Link): [Relay, string][] {
    const [one, other] = endsOf(link);
    const ways: [Party, Party][] = [[one, other]];
    if (BOXES.includes(one as never)) ways.push([other, one]);
    return ways.flatMap(([from, to]) => {
      const relay = this.#relays.get(from);
      return relay === undefined ? [] : [[relay, to] as [Relay, string]];
    });
  }

  #cut(link: Link, name: string): void {
    const cuts = this.#cuts.get(link) ?? new Set();
    this.#cuts.set(link, cuts.add(name));
    for (const { namespace, peer, device } of waysOf(link)) {
      ip(
        '-n',
        namespace,
        'neigh',
        'replace',
        peer,
        'lladdr',
        NOBODY,
        'dev',
        device,
        'nud',
        'permanent',
      );
    }
  }

  #join(link: Link, name: string): void {
    const cuts = this.#cuts.get(link);
    if (cuts?.delete(name) !== true || cuts.size > 0) return;
    for (const { namespace, peer, device } of waysOf(link)) {
      ip('-n', namespace, 'neigh', 'del', peer, 'dev', device);
    }
  }
}

function waysOf(link: Link) {
  const [one, other] = endsOf(link);
  const way = (from: Party, to: Party) => {
    const { namespace, device } = endOf(from, link);
    return { namespace, device, peer: addressOf(to) };
  };
  return [way(one, other), way(other, one)];
}

/** Where this process stands; a device of its own for each node. */
function deskEnd(node: NodeName) {
  const device = `kaimen${process.pid % 100_000}${NODES.indexOf(node)}`;
  return { namespace: null, address: subnet(1), device };
}

function endOf(party: Party, link?: Link) {
  const device = link === undefined ? '' : `to${LINKS.indexOf(link)}`;
  return { namespace: namespaceOf(party), address: addressOf(party), device };
}

function namespaceOf(party: Party): string {
  return `kaimen-${process.pid}-${party}`;
}

/** Rehearsals side by side do not meet. */
function number(): number {
  return process.pid % 250;
}

function subnet(host: number): string {
  return `10.77.${number()}.${host}`;
}

function addressOf(party: Party): string {
  return subnet(10 + PARTIES.indexOf(party));
}
