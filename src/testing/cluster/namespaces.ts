// Machines of their own on one machine: a network namespace each, joined by bridges that stand for the lines
// between them. A line that is cut drops what it is given, as a real one does; nobody is told.
import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';

/** A place with machines in it, whose lines to everybody else can be cut all at once. */
export type Site = { readonly name: string; readonly machines: readonly string[] };

export class Namespaces implements Disposable {
  readonly #id = randomInt(1, 4_000);
  readonly #sites: readonly Site[];
  readonly #machines: readonly string[];

  private constructor(sites: readonly Site[]) {
    this.#sites = sites;
    this.#machines = sites.flatMap(({ machines }) => machines);
  }

  /** Why this machine cannot have any; null when it can. */
  static missing(): string | null {
    if (process.getuid?.() !== 0) return 'network namespaces are made by root alone: run as root';
    const probe = `km-probe-${process.pid}`;
    const added = run(['ip', 'netns', 'add', probe]);
    if (added !== null) return `this machine gives no network namespaces: ${added}`;
    run(['ip', 'netns', 'delete', probe]);
    return null;
  }

  /** The sites, and this process, which is beyond all of them. */
  static open(sites: readonly Site[]): Namespaces {
    const namespaces = new Namespaces(sites);
    try {
      namespaces.#open();
      return namespaces;
    } catch (error) {
      namespaces[Symbol.dispose]();
      throw error;
    }
  }

  address(machine: string): string {
    return `${this.#subnet}.${this.#machines.indexOf(machine) + 1}`;
  }

  /** What goes before a command that is to run there. */
  within(machine: string): readonly string[] {
    return ['ip', 'netns', 'exec', this.#namespace(machine)];
  }

  /** A site from the others, or one machine from everybody. */
  cut(name: string): void {
    must(['ip', 'link', 'set', this.#line(name), 'down']);
  }

  mend(name: string): void {
    must(['ip', 'link', 'set', this.#line(name), 'up']);
  }

  [Symbol.dispose](): void {
    for (const machine of this.#machines) run(['ip', 'netns', 'delete', this.#namespace(machine)]);
    for (const machine of this.#machines) run(['ip', 'link', 'delete', this.#line(machine)]);
    for (const { name } of this.#sites) {
      run(['ip', 'link', 'delete', this.#line(name)]);
      run(['ip', 'link', 'delete', this.#bridge(name)]);
    }
    run(['ip', 'link', 'delete', this.#core]);
  }

  get #subnet(): string {
    return `10.${64 + (this.#id >> 8)}.${this.#id & 255}`;
  }

  get #core(): string {
    return `km${this.#id}`;
  }

  #namespace(machine: string): string {
    return `km${this.#id}-${machine}`;
  }

  #bridge(site: string): string {
    return `km${this.#id}b${this.#sites.findIndex(({ name }) => name === site)}`;
  }

  /** The end that is out here of what leads to a site or a machine. */
  #line(name: string): string {
    const site = this.#sites.findIndex((each) => each.name === name);
    return site < 0 ? `km${this.#id}p${this.#machines.indexOf(name)}` : `km${this.#id}s${site}`;
  }

  #open(): void {
    must(['ip', 'link', 'add', this.#core, 'type', 'bridge']);
    must(['ip', 'addr', 'add', `${this.#subnet}.254/24`, 'dev', this.#core]);
    must(['ip', 'link', 'set', this.#core, 'up']);
    for (const { name, machines } of this.#sites) {
      const far = `${this.#line(name)}f`;
      must(['ip', 'link', 'add', this.#bridge(name), 'type', 'bridge']);
      must(['ip', 'link', 'set', this.#bridge(name), 'up']);
      must(['ip', 'link', 'add', this.#line(name), 'type', 'veth', 'peer', 'name', far]);
      this.#plug(this.#line(name), this.#core);
      this.#plug(far, this.#bridge(name));
      for (const machine of machines) this.#add(machine, this.#bridge(name));
    }
  }

  #plug(end: string, bridge: string): void {
    must(['ip', 'link', 'set', end, 'master', bridge]);
    must(['ip', 'link', 'set', end, 'up']);
  }

  #add(machine: string, bridge: string): void {
    const namespace = this.#namespace(machine);
    const [line, inner] = [this.#line(machine), `${this.#line(machine)}i`];
    must(['ip', 'netns', 'add', namespace]);
    must(['ip', 'link', 'add', line, 'type', 'veth', 'peer', 'name', inner]);
    must(['ip', 'link', 'set', inner, 'netns', namespace]);
    this.#plug(line, bridge);
    const inside = [...this.within(machine), 'ip'];
    must([...inside, 'addr', 'add', `${this.address(machine)}/24`, 'dev', inner]);
    must([...inside, 'link', 'set', inner, 'up']);
    must([...inside, 'link', 'set', 'lo', 'up']);
  }
}

/** @returns what it complained of; null when it went well */
function run([program = '', ...args]: readonly string[]): string | null {
  const done = spawnSync(program, args, { encoding: 'utf8' });
  if (done.status === 0) return null;
  return done.error?.message ?? done.stderr.trim();
}

function must(command: readonly string[]): void {
  const complaint = run(command);
  if (complaint !== null) throw new Error(`${command.join(' ')}: ${complaint}`);
}
