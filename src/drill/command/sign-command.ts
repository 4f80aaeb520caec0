// `kaimen drill sign FOLDER`: a name under a report, and under that very report alone. Signatures are kept
// beside it, each with the sum of what was signed and of the signatures before it.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { OUTCOME_FILE } from '#drill/report/compare.ts';
import { SUMS_FILE, sumsOf } from '#drill/report/files.ts';
import type { Outcome } from '#drill/report/outcome.ts';

export const SIGNATURES_FILE = 'signatures.json';

type Signature = {
  readonly name: string;
  readonly role: string;
  readonly decision: 'go' | 'no-go';
  readonly at: string;
  /** SHA-256 of the file with the sums of page and figures. */
  readonly report: string;
  /** SHA-256 of the signatures before this one. */
  readonly before: string;
};

class SignError extends Error {}

/** @returns the exit code: 0 signed, 1 refused, 2 not understood */
export async function signCommand(args: readonly string[]): Promise<number> {
  try {
    const { folder, name, role, isNoGo } = readArgs(args);
    const signature = sign(folder, { name, role, decision: isNoGo ? 'no-go' : 'go' });
    process.stdout.write(
      `${signature.name} (${signature.role}): ${signature.decision}, for the report ${signature.report.slice(0, 12)} in ${folder}\n`,
    );
    return 0;
  } catch (error) {
    process.stderr.write(`kaimen drill sign: ${(error as Error).message}\n`);
    return error instanceof SignError ? 1 : 2;
  }
}

function readArgs(args: readonly string[]) {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      name: { type: 'string' },
      role: { type: 'string' },
      'no-go': { type: 'boolean', default: false },
    },
  });
  const [report] = positionals;
  const { name = '', role = '' } = values;
  if (report === undefined || positionals.length > 1) {
    throw new Error(
      'name the folder of one report: kaimen drill sign drills/2026-… --name … --role …',
    );
  }
  if (name.trim() === '') throw new Error('--name: write who signs');
  if (role.trim() === '') throw new Error('--role: write as what, such as “safety officer”');
  const isFolder = existsSync(report) && statSync(report).isDirectory();
  return { folder: isFolder ? report : path.dirname(report), name, role, isNoGo: values['no-go'] };
}

/** @throws SignError when the report has changed, is not whole, or says otherwise */
export function sign(
  folder: string,
  { name, role, decision }: Pick<Signature, 'name' | 'role' | 'decision'>,
): Signature {
  const sums = readSums(folder);
  if (sums !== sumsOf(folder)) {
    throw new SignError('the report is not what it was when the drill wrote it: rehearse again');
  }
  const outcome = JSON.parse(readFileSync(path.join(folder, OUTCOME_FILE), 'utf8')) as Outcome;
  if (decision === 'go' && outcome.verdict !== 'go') {
    throw new SignError(
      `the drill says “${outcome.verdict}”: nobody signs “go” under it; sign with --no-go, or rehearse again`,
    );
  }
  const signed = readSignatures(folder, hashOf(sums));
  const signature = {
    name: name.trim(),
    role: role.trim(),
    decision,
    at: new Date().toISOString(),
    report: hashOf(sums),
    before: hashOf(JSON.stringify(signed)),
  };
  const file = path.join(folder, SIGNATURES_FILE);
  writeFileSync(file, `${JSON.stringify([...signed, signature], null, 2)}\n`);
  return signature;
}

function readSums(folder: string): string {
  try {
    return readFileSync(path.join(folder, SUMS_FILE), 'utf8');
  } catch {
    throw new SignError(`${folder} holds no report of a drill: ${SUMS_FILE} is missing`);
  }
}

/** @throws SignError when a signature is of another report, or one was taken out or changed */
function readSignatures(folder: string, report: string): Signature[] {
  const file = path.join(folder, SIGNATURES_FILE);
  if (!existsSync(file)) return [];
  const signatures = JSON.parse(readFileSync(file, 'utf8')) as Signature[];
  for (const [index, signature] of signatures.entries()) {
    const before = hashOf(JSON.stringify(signatures.slice(0, index)));
    if (signature.report === report && signature.before === before) continue;
    throw new SignError(
      `${SIGNATURES_FILE}: the signature of ${signature.name} is of another report`,
    );
  }
  return signatures;
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
