// `kaimen drill …`, `npm run drill -- …`: a rehearsal, or one of the smaller drills by its name. Ends with
// 0 (passed, go), 1 (failed, no go) or 2 (not understood, or not rehearsed).
import { drillCommand } from './command/drill-command.ts';
import { signCommand } from './command/sign-command.ts';
import { runDemo } from './demo/command.ts';
import { faultsDrill } from './faults/command.ts';
import { floodDrill } from './flood/command.ts';
import { killDrill } from './kill/command.ts';

const DRILLS: Readonly<Record<string, (args: readonly string[]) => Promise<number>>> = {
  demo: runDemo,
  faults: async (args) => ((await faultsDrill(args)) ? 0 : 1),
  flood: async (args) => ((await floodDrill(args)) ? 0 : 1),
  kill: async (args) => ((await killDrill(args)) ? 0 : 1),
  sign: signCommand,
};

const [name = '', ...args] = process.argv.slice(2);
const drill = DRILLS[name];
if (drill === undefined && name !== '' && !name.startsWith('-')) {
  const names = Object.keys(DRILLS).join(', ');
  process.stderr.write(`kaimen drill: there is no “${name}”: ${names}, or options alone\n`);
  process.exit(2);
}
process.exit(await (drill?.(args) ?? drillCommand(process.argv.slice(2))));
