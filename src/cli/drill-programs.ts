// Programs that try a whole system rather than ask one: the demonstration, the benchmarks, the drills.
// Each reads its own arguments, so that they read the same here and under `npm run`.
import type { Command } from 'commander';
import { localCommand, runs } from './command.ts';
import { runProgram } from './run-program.ts';

export function drillPrograms(): Command[] {
  return [
    passedOn('demo', 'src/drill/demo/main.ts', {
      summary: 'Play a sold-out derby at its gates, on a server of its own.',
      example: 'kaimen demo --speed 120',
    }),
    passedOn('bench', 'src/drill/bench/main.ts', {
      summary: 'Measure this machine beside references of the same run.',
      example: 'kaimen bench --quick',
    }),
    passedOn('drill', 'src/drill/main.ts', {
      summary: 'Rehearse a match while things break, and say go or no go.',
      example: 'kaimen drill --storm --seed 7\nkaimen drill --list',
    }),
  ];
}

function passedOn(name: string, file: string, words: Parameters<typeof localCommand>[1]): Command {
  const command = localCommand(name, words)
    .argument('[args...]', 'as the program takes them')
    // Its own --help is the one that knows.
    .helpOption(false)
    .allowUnknownOption()
    .allowExcessArguments();
  return runs<{ json?: boolean }>(command, ({ args, options }) =>
    runProgram(file, [...args, ...(options.json === true ? ['--json'] : [])]),
  );
}
