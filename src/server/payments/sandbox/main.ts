// A sandbox as a process of its own, for drills: its secret in a file, everything else said in the call.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { SandboxServer } from './bank-server.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    'secret-file': { type: 'string' },
    seed: { type: 'string', default: 'sandbox' },
    /** Of all steps, those that go wrong. */
    misbehave: { type: 'string', default: '0' },
    only: { type: 'string', multiple: true },
    'late-seconds': { type: 'string', default: '60' },
  },
});
const { 'secret-file': secretFile, port, seed, misbehave, only, 'late-seconds': late } = values;
if (secretFile === undefined) {
  process.stderr.write('sandbox: --secret-file FILE is needed\n');
  process.exit(2);
}
const sandbox = await SandboxServer.start({
  secret: readFileSync(secretFile, 'utf8').trim(),
  port: Number(port),
  lateMs: Number(late) * 1_000,
  misbehaviour: { seed, rate: Number(misbehave), only: only ?? null },
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    sandbox[Symbol.asyncDispose]().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  });
}
process.stdout.write(`sandbox is listening on ${sandbox.url}\n`);
