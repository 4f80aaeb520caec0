// What all commands share: --json and an example in --help, where the server is and who asks,
// and how arguments are read.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { ID_PATTERN } from '#domain/kernel/ids.ts';
import { parseInstant } from '#domain/kernel/instant.ts';
import { type Client, createClient, TOKEN_MEND } from './client.ts';
import { CommandFailure, EXIT_USAGE } from './failure.ts';
import { createOutput, type Output } from './output.ts';

const DEFAULT_URL = 'http://127.0.0.1:8080';

type Call<Options> = {
  readonly args: readonly string[];
  readonly options: Options;
  readonly out: Output;
  /** Made when first asked for: a wrong argument is told before a missing token. */
  readonly client: () => Client;
};

/** @returns the exit code; nothing means 0 */
type Work<Options> = (call: Call<Options>) => Promise<number | undefined> | Promise<void>;

type Description = { readonly summary: string; readonly example: string };

/** A command that needs no server. */
export function localCommand(name: string, { summary, example }: Description): Command {
  const command = new Command(name)
    .description(summary)
    .option('--json', 'print one JSON document on stdout, everything else on stderr')
    .addHelpText('after', `\nExample:\n${exampleLines(example)}`);
  examples.set(command, example);
  return command;
}

const examples = new WeakMap<Command, string>();

/** Each line a command of its own, unless it goes on from the one before. */
function exampleLines(example: string): string {
  return example.replace(/^(?! )/gm, '  $ ');
}

/** A command that speaks to the server. */
export function serverCommand(name: string, description: Description): Command {
  return localCommand(name, description)
    .option('--url <url>', `the server (KAIMEN_URL; default ${DEFAULT_URL})`, urlArgument)
    .option('--data <dir>', 'take the token from DIR/admin-token instead of KAIMEN_TOKEN');
}

/**
 * A word that groups commands: `kaimen tickets …`. One of them may be called `set`: it is meant when
 * none is named, so that `kaimen hold gate/N2` reads as it is said.
 */
export function groupCommand(
  name: string,
  summary: string,
  commands: readonly Command[],
  { whenNoneIsNamed = 'set' }: { readonly whenNoneIsNamed?: string } = {},
): Command {
  const group = new Command(name).description(summary);
  for (const command of commands) {
    group.addCommand(command, { isDefault: command.name() === whenNoneIsNamed });
  }
  const all = commands.map((command) => examples.get(command) ?? '').join('\n');
  return group.addHelpText('after', `\nExamples:\n${exampleLines(all)}`);
}

/** Gives a command its work. The exit code goes where `main` finds it. */
export function runs<Options>(command: Command, work: Work<Options>): Command {
  return command.action(async () => {
    const options: Options & Place = command.opts();
    const code = await work({
      args: command.args,
      options,
      out: createOutput(options.json === true, process.stdout, process.stderr),
      client: () => connect(options, process.env),
    });
    if (code !== undefined) process.exitCode = code;
  });
}

type Place = { readonly json?: boolean; readonly url?: string; readonly data?: string };

function serverUrl(options: Place, env: NodeJS.ProcessEnv): string {
  const { KAIMEN_URL: fromEnvironment } = env;
  const url = options.url ?? fromEnvironment ?? DEFAULT_URL;
  if (isHttpUrl(url)) return url;
  throw new CommandFailure(`KAIMEN_URL: “${url}” is not an address`, {
    code: 'usage',
    mend: `write it like ${DEFAULT_URL}`,
    exitCode: EXIT_USAGE,
  });
}

function connect(options: Place, env: NodeJS.ProcessEnv): Client {
  return createClient(serverUrl(options, env), tokenOf(options, env));
}

/** --data is said for this call, so it outranks what the environment says for all. */
function tokenOf(options: Place, env: NodeJS.ProcessEnv): string {
  if (options.data !== undefined) return tokenFile(path.join(options.data, 'admin-token'));
  const { KAIMEN_TOKEN: fromEnvironment = '' } = env;
  const token = fromEnvironment.trim();
  if (token !== '') return token;
  throw new CommandFailure('no token to show to the server', {
    code: 'no-token',
    mend: TOKEN_MEND,
    exitCode: EXIT_USAGE,
  });
}

function tokenFile(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    throw new CommandFailure(`${file}: ${isMissing ? 'there is no such file' : 'cannot be read'}`, {
      code: 'no-token',
      mend: isMissing
        ? '--data must be the directory that “kaimen serve --data DIR” was started with'
        : 'run this as the user that runs the server, or set KAIMEN_TOKEN',
    });
  }
}

function isHttpUrl(text: string): boolean {
  return /^https?:\/\//.test(text) && URL.canParse(text);
}

function urlArgument(text: string): string {
  if (isHttpUrl(text)) return text;
  throw new InvalidArgumentError(`write it like ${DEFAULT_URL}`);
}
/** An option handed on to another program, if it was given. */
export function given(flag: string, value: string | number | undefined): string[] {
  return value === undefined ? [] : [flag, String(value)];
}

export function idArgument(text: string): string {
  if (ID_PATTERN.test(text)) return text;
  throw new InvalidArgumentError(
    'use 1–64 letters, digits, “.”, “_” or “-”, starting with a letter or digit',
  );
}

export function idsArgument(text: string): string[] {
  return text.split(',').map((part) => idArgument(part.trim()));
}

export function timeArgument(text: string): string {
  if (parseInstant(text) !== null) return text;
  throw new InvalidArgumentError('write a time with its offset: 2026-11-29T19:20:00+08:00');
}

/** A whole number within bounds, as an option or an argument. */
export function numberArgument(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`write a whole number from ${min} to ${max}`);
  };
}
