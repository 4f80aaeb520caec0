// The command line of the demonstration.
import { parseArgs } from 'node:util';
import { USUAL_DATA_DIR } from './data-directory.ts';

export type Options = {
  /** Minutes of the match in a minute. */
  readonly speed: number;
  readonly keepsServer: boolean;
  readonly dataDir: string;
  readonly help: boolean;
};

const SPEED_DEFAULT = 60;
const SPEED_MAX = 2_000;

export const USAGE = `script/demo [--speed N] [--fast] [--keep] [--data DIR]

Plays the last hour before the derby: 40,000 seats, 24 gates, 144 lanes, over HTTP as real lanes.

  --speed N   minutes of the match in a minute (default ${SPEED_DEFAULT})
  --fast      as fast as the server answers
  --keep      leave the server running afterwards, until Ctrl-C
  --data DIR  where the server keeps its data (default ${USUAL_DATA_DIR}; emptied at the start)
`;

/** @throws Error that says what to write instead */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      speed: { type: 'string', default: String(SPEED_DEFAULT) },
      fast: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      data: { type: 'string', default: USUAL_DATA_DIR },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const speed = values.fast ? SPEED_MAX : Number(values.speed);
  if (!(speed >= 1 && speed <= SPEED_MAX)) {
    throw new Error(`--speed ${values.speed}: give a number from 1 to ${SPEED_MAX}`);
  }
  return { speed, keepsServer: values.keep, dataDir: values.data, help: values.help };
}
