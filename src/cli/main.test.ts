import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Command } from 'commander';
import { allCommands, main } from './main.ts';
import { kaimen, problemBody, sendJson, standIn } from './stand-in-server.ts';

let directory = '';
before(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'kaimen-cli-'));
});
after(() => rmSync(directory, { recursive: true }));

describe('help', () => {
  for (const command of allCommands().flatMap(withChildren)) {
    test(`of ${nameOf(command)} shows an example of itself`, () => {
      let help = '';
      command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
      // “set” may be left out, and so the examples leave it out.
      const spoken = nameOf(command).replace(/ set$/, '');
      assert.match(help, new RegExp(`\\$ (?:[A-Z_]+=… )*kaimen ${spoken}`));
    });
  }

  test('goes to stdout and is no failure', async () => {
    const { code, stdout, stderr } = await kaimen(['tickets', 'import', '--help']);
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /--delta/);
  });
});

describe('what is not understood ends as 2, in one line and the mend', () => {
  const wrong: [string, RegExp][] = [
    ['', /say what to do/],
    ['bogus', /unknown command 'bogus'/],
    ['tickets', /say what to do/],
    ['tickets import file.csv', /--event <id>' not specified/],
    ['tickets import file.csv --event e --watch soon', /whole number from 1/],
    ['tickets export --event e --format docx', /csv, json, pdf, svg/],
    ['token create --role boss', /control-room/],
    ['token create --role viewer --expires tomorrow', /2026-11-29T19:20:00\+08:00/],
    ['device enrol --event e --gate N/3', /1–64 letters/],
    ['hold --event e lane/N3 --reason r', /gate\/ID/],
    ['limit --event e ground many --reason r', /or none/],
    ['window --event e --reason r', /--kick-off, --doors, --ends/],
    ['serve --port 99999', /0 to 65535/],
    ['event list --url ftp://x', /http:\/\/127/],
    ['event list extra', /too many arguments/],
  ];
  for (const [line, said] of wrong) {
    test(`kaimen ${line}`, async () => {
      const { code, stdout, stderr } = await runHere(line === '' ? [] : line.split(' '));
      assert.equal(code, 2);
      assert.equal(stdout, '');
      assert.match(stderr, said);
      assert.doesNotMatch(stderr, /\n {4}at /);
    });
  }

  test('no token, with where to find one', async () => {
    const { code, stderr } = await kaimen(['event', 'list'], { KAIMEN_TOKEN: '' });
    assert.equal(code, 2);
    assert.match(stderr, /KAIMEN_TOKEN.*--data DIR/);
  });

  test('with --json the failure is the one document on stdout', async () => {
    const { code, stdout } = await runHere(['token', 'create', '--role', 'boss', '--json']);
    assert.equal(code, 2);
    assert.equal(JSON.parse(stdout).error.code, 'usage');
  });
});

describe('the token', () => {
  test('is taken from the data directory, which outranks the environment', async () => {
    writeFileSync(path.join(directory, 'admin-token'), 'from-the-file\n');
    await using server = await standIn((_asked, response) => sendJson(response, { events: [] }));
    await kaimen(['event', 'list', '--url', server.url, '--data', directory]);
    await kaimen(['event', 'list'], { KAIMEN_URL: server.url });
    assert.deepEqual(
      server.asked.map(({ headers }) => headers.authorization),
      ['Bearer from-the-file', 'Bearer token-of-a-test'],
    );
  });

  test('missing from the directory is told with the name of the file', async () => {
    const { code, stderr } = await kaimen(['event', 'list', '--data', `${directory}/none`]);
    assert.equal(code, 1);
    assert.match(stderr, /none\/admin-token: there is no such file/);
  });
});

describe('what the server refuses ends as 1', () => {
  test('with the field and the mend, not twice', async () => {
    const errors = [{ field: 'gate', message: 'there is no gate “N9”' }];
    const detail = 'gate: there is no gate “N9”';
    await using server = await standIn((_asked, response) =>
      sendJson(
        response,
        problemBody(400, 'malformed-request', { detail, errors, mend: 'use N1' }),
        400,
      ),
    );
    const enrol = ['device', 'enrol', '--event', 'e', '--gate', 'N9'];
    const { code, stdout, stderr } = await kaimen(enrol, { KAIMEN_URL: server.url });
    assert.deepEqual([code, stdout], [1, '']);
    assert.equal(stderr, 'kaimen: gate: there is no gate “N9”\n  → use N1\n');
  });

  test('a server that is not there: what to start', async () => {
    const free = await standIn(() => {});
    await free[Symbol.asyncDispose]();
    const { code, stderr } = await kaimen(['event', 'list', '--json'], { KAIMEN_URL: free.url });
    assert.equal(code, 1);
    assert.match(stderr, /nothing answers at .*\n {2}→ start the server with “kaimen serve/);
  });

  test('an answer that is not ours: which server was asked', async () => {
    await using server = await standIn((_asked, response) => response.end('<html>hello</html>'));
    const { code, stderr } = await kaimen(['event', 'list'], { KAIMEN_URL: server.url });
    assert.equal(code, 1);
    assert.match(stderr, /does not know\n {2}→ check that --url/);
  });
});

describe('the program itself', () => {
  const OLD = 'Object.defineProperty(process.versions, "node", { value: "20.11.0" })';

  test('under an old Node hands over to the pinned one, with its exit code', async () => {
    const old = [`--import=data:text/javascript,${encodeURIComponent(OLD)}`];
    assert.equal((await kaimen(['--version'], {}, old)).code, 0);
    assert.equal((await kaimen(['bogus'], {}, old)).code, 2);
  });

  test('runs the server with the arguments given and its exit code', async () => {
    const { code, stderr } = await kaimen(['serve', '--host', '0.0.0.0', '--data', directory]);
    assert.equal(code, 2);
    assert.match(stderr, /--host 0\.0\.0\.0/);
  });
});

function withChildren(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withChildren)];
}

function nameOf(command: Command): string {
  return command.parent === null ? command.name() : `${nameOf(command.parent)} ${command.name()}`;
}

/** Without a process of its own: enough for what ends before the work begins. */
async function runHere(args: readonly string[]) {
  let [stdout, stderr] = ['', ''];
  const code = await main(args, {
    stdout: {
      write: (text) => {
        stdout += text;
      },
    },
    stderr: {
      write: (text) => {
        stderr += text;
      },
    },
  });
  return { code, stdout, stderr };
}
