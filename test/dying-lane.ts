// A lane that kills itself with SIGKILL at the step named first: `node dying-lane.ts STEP JOURNAL URLS…`,
// codes on stdin, answers on stdout. Only tests run it.
import { codeLines } from '../src/cli/lane/code-lines.ts';
import { runLane } from '../src/cli/lane/lane.ts';

const [step, journalFile = '', token = '', ...urls] = process.argv.slice(2);

process.exitCode = await runLane(
  {
    urls,
    token,
    journalFile,
    language: 'en',
    isJson: true,
    isColoured: false,
    direction: 'in',
    lane: null,
    operator: null,
    deadlineMs: 1_200,
    drainMs: 5_000,
    turnstile: null,
    isTurnHeard: false,
  },
  {
    stop: new AbortController().signal,
    codes: (reading) => codeLines(process.stdin, reading),
    show: (text) => new Promise((resolve) => process.stdout.write(text, () => resolve())),
    tell: (words) => process.stderr.write(`${words}\n`),
    onStep: (reached) => {
      if (reached === step) process.kill(process.pid, 'SIGKILL');
    },
  },
);
