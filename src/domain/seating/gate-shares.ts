// How people of all sections spread over the gates that lead there, when a gate lets in only so many: every
// section is filled by the same share for as long as that can be, and people make room for one another at
// gates that others depend on.

export type SharedSection = {
  readonly id: string;
  readonly people: number;
  /** Gates that lead to it. */
  readonly gates: readonly string[];
};

export type GateShares = {
  /** People by section and gate: `flows.get(section)?.get(gate)`. */
  readonly flows: ReadonlyMap<string, ReadonlyMap<string, number>>;
  readonly bySection: ReadonlyMap<string, number>;
  readonly byGate: ReadonlyMap<string, number>;
};

/** Sections are filled a hundredth at a time. */
const STEPS = 100;
/** Less than this of a person is nobody. */
const NOBODY = 1e-6;

/** @param capacities - people that each gate lets in altogether */
export function spreadOverGates(
  sections: readonly SharedSection[],
  capacities: ReadonlyMap<string, number>,
): GateShares {
  const spread = new Spread(sections, capacities);
  const growing = new Set(sections);
  for (let step = 0; step < STEPS && growing.size > 0; step += 1) {
    for (const section of growing) {
      if (!spread.add(section, section.people / STEPS)) growing.delete(section);
    }
  }
  return spread.result();
}

class Spread {
  readonly #sections: ReadonlyMap<string, SharedSection>;
  readonly #slack: Map<string, number>;
  readonly #flows: Map<string, Map<string, number>>;

  constructor(sections: readonly SharedSection[], capacities: ReadonlyMap<string, number>) {
    this.#sections = new Map(sections.map((section) => [section.id, section]));
    this.#slack = new Map(capacities);
    this.#flows = new Map(sections.map(({ id }) => [id, new Map()]));
  }

  /** @returns whether all of them found a way */
  add(section: SharedSection, people: number): boolean {
    let left = people;
    while (left > NOBODY) {
      const path = this.#pathFrom(section.id, new Set());
      if (path === null) return false;
      left -= this.#send(path, left);
    }
    return true;
  }

  /** Section, gate, section, gate …: each section but the first gives up its place at the gate before it. */
  #pathFrom(section: string, seen: Set<string>): string[] | null {
    const gates = (this.#sections.get(section)?.gates ?? []).filter((gate) => !seen.has(gate));
    const roomiest = gates.reduce<string | null>((best, gate) => {
      const slack = this.#slack.get(gate) ?? 0;
      return slack > NOBODY && slack > (this.#slack.get(best ?? '') ?? 0) ? gate : best;
    }, null);
    if (roomiest !== null) return [section, roomiest];
    for (const gate of gates) {
      seen.add(gate);
      for (const [other, flows] of this.#flows) {
        if (other === section || (flows.get(gate) ?? 0) <= NOBODY) continue;
        const rest = this.#pathFrom(other, seen);
        if (rest !== null) return [section, gate, ...rest];
      }
    }
    return null;
  }

  #send(path: readonly string[], wanted: number): number {
    const last = path[path.length - 1] ?? '';
    let people = Math.min(wanted, this.#slack.get(last) ?? 0);
    for (let at = 2; at < path.length; at += 2) {
      people = Math.min(people, this.#flow(path[at], path[at - 1]));
    }
    for (let at = 0; at < path.length; at += 2) {
      if (at > 0) this.#change(path[at], path[at - 1], -people);
      this.#change(path[at], path[at + 1], people);
    }
    this.#slack.set(last, (this.#slack.get(last) ?? 0) - people);
    return people;
  }

  #flow(section = '', gate = ''): number {
    return this.#flows.get(section)?.get(gate) ?? 0;
  }

  #change(section = '', gate = '', people = 0): void {
    this.#flows.get(section)?.set(gate, this.#flow(section, gate) + people);
  }

  result(): GateShares {
    const bySection = new Map<string, number>();
    const byGate = new Map<string, number>();
    for (const [section, flows] of this.#flows) {
      for (const [gate, people] of flows) {
        bySection.set(section, (bySection.get(section) ?? 0) + people);
        byGate.set(gate, (byGate.get(gate) ?? 0) + people);
      }
    }
    return { flows: this.#flows, bySection, byGate };
  }
}
