// How a command ends when it does not end well: one clear line, the fields at fault, the mend.

export const EXIT_OK = 0;
export const EXIT_FAILED = 1;
export const EXIT_USAGE = 2;

export type FieldError = { readonly field: string; readonly message: string };

type Details = {
  readonly code?: string;
  readonly mend?: string | undefined;
  readonly errors?: readonly FieldError[] | undefined;
  readonly exitCode?: number;
  /** Of a line that broke: how, in the word of the system. */
  readonly cause?: string;
};

/** Thrown by commands; anything else that reaches the top is a bug of ours. */
export class CommandFailure extends Error {
  readonly code: string;
  readonly mend: string | undefined;
  readonly errors: readonly FieldError[];
  readonly exitCode: number;

  constructor(message: string, details: Details = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'CommandFailure';
    this.code = details.code ?? 'failed';
    this.mend = details.mend;
    this.errors = details.errors ?? [];
    this.exitCode = details.exitCode ?? EXIT_FAILED;
  }
}

/** The same failure for people: fields on lines of their own, unless the first line already says it. */
export function failureText(failure: CommandFailure): string {
  const [first, ...rest] = failure.errors;
  const isSaid =
    rest.length === 0 && first !== undefined && failure.message.includes(first.message);
  const fields = isSaid ? [] : failure.errors;
  return [
    `kaimen: ${failure.message}`,
    ...fields.map(({ field, message }) => `  ${field}: ${message}`),
    ...(failure.mend === undefined ? [] : [`  → ${failure.mend}`]),
    '',
  ].join('\n');
}

/** The same failure for programs, the only document on stdout. */
export function failureDocument(failure: CommandFailure): unknown {
  return {
    error: {
      code: failure.code,
      message: failure.message,
      ...(failure.mend === undefined ? {} : { mend: failure.mend }),
      ...(failure.errors.length === 0 ? {} : { errors: failure.errors }),
    },
  };
}

/** Faults of the world in the words of who must mend them; a bug passes through unchanged. */
export function failureOf(error: unknown): CommandFailure | null {
  if (error instanceof CommandFailure) return error;
  if (!isSystemError(error)) return null;
  const where = error.path === undefined ? '' : `${error.path}: `;
  return new CommandFailure(`${where}${SYSTEM_WORDS[error.code] ?? error.message}`, {
    code: error.code.toLowerCase(),
  });
}

const SYSTEM_WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or directory',
  EACCES: 'permission refused',
  EPERM: 'permission refused',
  EISDIR: 'is a directory, not a file',
  ENOTDIR: 'part of the path is not a directory',
  ENOSPC: 'the disk is full',
  EMFILE: 'too many open files',
  EROFS: 'the file system is read-only',
};

function isSystemError(
  error: unknown,
): error is Error & { readonly code: string; readonly path?: string } {
  return (
    error instanceof Error &&
    'syscall' in error &&
    'code' in error &&
    typeof error.code === 'string'
  );
}
