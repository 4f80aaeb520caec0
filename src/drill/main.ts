// Drills: `npm run drill -- NAME`. Each prints what it did and ends with 0 (passed) or 1.
import { runDemo } from './demo/command.ts';
import { faultsDrill } from './faults/command.ts';
import { killDrill } from './kill/command.ts';

const DRILLS: Readonly<Record<string, (args: readonly string[]) => Promise<boolean>>> = {
  demo: async (args) => (await runDemo(args)) === 0,
  faults: faultsDrill,
  kill: killDrill,
};

const [name = '', ...args] = process.argv.slice(2);
const drill = DRILLS[name];
if (drill === undefined) {
  process.stderr.write(`npm run drill -- NAME: ${Object.keys(DRILLS).join(', ')}\n`);
  process.exit(2);
}
process.exit((await drill(args)) ? 0 : 1);
