#!/usr/bin/env node
// The command `kaimen`. Plain JavaScript that older versions of Node read too, because the machine's
// own Node may be older than the one the sources are written for: then the pinned one takes over.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';

const MAJOR_MIN = 24;
const MINOR_MIN = 12;

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major > MAJOR_MIN || (major === MAJOR_MIN && minor >= MINOR_MIN)) {
  await start();
} else {
  handOver();
}

async function start() {
  // `kaimen … | head` has seen enough; that is no failure of ours.
  process.stdout.on('error', () => process.exit(0));
  try {
    // What was compiled once need not be again: it halves the start. Not in the system's temporary folder, which
    // is anybody's to write to.
    const { enableCompileCache } = await import('node:module');
    enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/node', import.meta.url)));
    const { main } = await import('../src/cli/main.ts');
    process.exitCode = await main(process.argv.slice(2));
  } catch (error) {
    if (error?.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    fail('its libraries are not installed here');
  }
}

function handOver() {
  const node = pinnedNode();
  if (node === undefined) {
    fail(`it needs Node ${MAJOR_MIN}.${MINOR_MIN} or later, and this is ${process.versions.node}`);
    return;
  }
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: 'inherit',
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      // A terminal sends Ctrl-C to both of us; sending it again would make a second one of it.
      if (!(signal === 'SIGINT' && process.stdin.isTTY)) child.kill(signal);
    });
  }
  child.on('error', (error) => fail(`${node} does not start: ${error.message}`));
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + (constants.signals[signal] ?? 0);
  });
}

function pinnedNode() {
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const binary = process.platform === 'win32' ? 'node.exe' : 'node';
  return [`node-${platform}-${process.arch}/bin/${binary}`, `.bin/${binary}`]
    .map((file) => fileURLToPath(new URL(`../node_modules/${file}`, import.meta.url)))
    .find((file) => existsSync(file));
}

function fail(why) {
  process.stderr.write(`kaimen cannot start: ${why}. Run script/setup in the checkout.\n`);
  process.exitCode = 1;
}
