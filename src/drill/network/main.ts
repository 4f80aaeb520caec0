// The relay itself: orders come in one a line, and end with whoever gave them.
import { createInterface } from 'node:readline';
import { Line } from './line.ts';
import type { RelayOrder } from './relay.ts';

const lines = new Map<string, Line>();

for await (const text of createInterface(process.stdin)) {
  const order = JSON.parse(text) as RelayOrder;
  if ('lay' in order) {
    const { lay: name, host, port, to } = order;
    lines.set(name, await Line.lay({ listen: { host, port }, to }));
    process.stdout.write(`${name}\n`);
  } else if ('befall' in order) lines.get(order.befall)?.befall(order.name, order.state);
  else lines.get(order.mend)?.mend(order.name);
}
process.exit(0);
