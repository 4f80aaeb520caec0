import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';

/**
 * Runs another of our programs in the place of this one, with this terminal and these signals.
 * Where the system allows it, this process becomes that program, so that nothing is left running
 * when somebody kills the number that `kaimen serve` was started under.
 *
 * @param file - from the root of the checkout, such as `src/server/main.ts`
 * @returns its exit code; 128 + n when signal n ended it
 */
export function runProgram(file: string, args: readonly string[]): Promise<number> {
  const argv = [fileURLToPath(new URL(`../../${file}`, import.meta.url)), ...args];
  if (process.platform !== 'win32' && typeof process.execve === 'function') {
    process.execve(process.execPath, [process.execPath, ...argv], process.env);
  }
  return runChild(argv);
}

function runChild(argv: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, argv, { stdio: 'inherit' });
  const forward = (signal: NodeJS.Signals) => {
    // A terminal sends Ctrl-C to both of us; sending it again would make a second one of it.
    if (!(signal === 'SIGINT' && process.stdin.isTTY)) child.kill(signal);
  };
  process.on('SIGINT', forward).on('SIGTERM', forward).on('SIGHUP', forward);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      process.off('SIGINT', forward).off('SIGTERM', forward).off('SIGHUP', forward);
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}
