// `kaimen doctor`: looks at a deployment and says what to mend, before the match rather than in it.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { createClient } from '#cli/client.ts';
import { localCommand, numberArgument, runs } from '#cli/command.ts';
import { CommandFailure, EXIT_FAILED, EXIT_OK } from '#cli/failure.ts';
import { userLanguage } from '#cli/language.ts';
import { LANGUAGES, type Language } from '#lane/words.ts';
import { lookAtBackups } from './backups.ts';
import { lookAtCertificate } from './certificates.ts';
import { lookAtDataDirectory } from './data-directory.ts';
import { CHECKS, type Finding, linesOf, sumOf } from './finding.ts';
import { askNode, judgeNodes } from './nodes.ts';
import { lookAtPorts } from './ports.ts';
import { lookAtEtcd, lookAtPatroni } from './quorum.ts';
import { lookAtName, lookAtPower } from './surroundings.ts';

type Options = {
  readonly url: readonly string[];
  readonly data?: string;
  readonly backups?: string;
  readonly etcd: readonly string[];
  readonly patroni?: string;
  readonly ca?: string;
  readonly batteryMinutes?: number;
  readonly lang: Language;
};

const MINUTES_MAX = 10_000;

export function doctorCommand(): Command {
  const command = localCommand('doctor', {
    summary: 'Look at a deployment, and say what to mend before the match.',
    example:
      'kaimen doctor --data data\n' +
      'kaimen doctor --url https://hub.example --url https://box-1.ground.example:8443 --ca ca.pem \\\n' +
      '    --data /var/lib/kaimen --backups /var/backups/kaimen --battery-minutes 45',
  })
    .option('--url <url>', 'a node; again for each of them (KAIMEN_URL)', urls(), [])
    .option('--data <dir>', 'data directory of this machine; its admin-token is used')
    .option('--backups <dir>', 'where backups are kept')
    .option('--etcd <url>', 'client address of a voter; again for each of them', urls(), [])
    .option('--patroni <url>', 'REST address of any member', urlArgument)
    .option('--ca <file>', 'certificates to trust besides the well-known ones, PEM')
    .option(
      '--battery-minutes <n>',
      'how long batteries last, as measured',
      numberArgument(0, MINUTES_MAX),
    )
    .addOption(
      new Option('--lang <language>', 'of what it says').choices(LANGUAGES).default(userLanguage()),
    );
  return runs<Options>(command, async ({ options, out }) => {
    const findings = (await examine(options, process.env)).sort(inOrder);
    const sum = sumOf(findings);
    const isWell = sum.fail === 0;
    const words =
      options.lang === 'zh'
        ? `正常 ${sum.ok}，注意 ${sum.warn}，故障 ${sum.fail}，未知 ${sum.unknown}`
        : `${sum.ok} ok, ${sum.warn} to watch, ${sum.fail} to mend, ${sum.unknown} not known`;
    out.result({ isWell, ...sum, findings }, [...linesOf(findings, options.lang), words]);
    return isWell ? EXIT_OK : EXIT_FAILED;
  });
}

async function examine(options: Options, env: NodeJS.ProcessEnv): Promise<Finding[]> {
  const { KAIMEN_URL: fromEnvironment } = env;
  const urls = options.url.length > 0 ? options.url : [fromEnvironment ?? 'http://127.0.0.1:8080'];
  if (options.ca !== undefined) trust(options.ca);
  const token = tokenOf(options, env);
  const now = Date.now();
  const named = [...new Set(urls)];
  const secured = named.filter((url) => url.startsWith('https:'));
  const looked = await Promise.all([
    token === null
      ? [noToken()]
      : Promise.all(named.map((url) => askNode(url, createClient(url, token)))).then((nodes) =>
          judgeNodes(nodes, now),
        ),
    ...secured.map((url) => lookAtCertificate(url, now)),
    ...named.map(lookAtName),
    options.backups === undefined ? [] : lookAtBackups(options.backups, now),
    lookAtEtcd(options.etcd),
    options.patroni === undefined ? [] : lookAtPatroni(options.patroni),
    lookAtPorts(),
  ]);
  // After everything that is timed: it keeps this process from turning to anything else.
  const disk = options.data === undefined ? [] : lookAtDataDirectory(options.data);
  return [...looked.flat(), ...disk, lookAtPower(options.batteryMinutes ?? null)];
}

const ORDER = Object.keys(CHECKS);

function inOrder(a: Finding, b: Finding): number {
  return ORDER.indexOf(a.check) - ORDER.indexOf(b.check);
}

function tokenOf({ data }: Options, env: NodeJS.ProcessEnv): string | null {
  const { KAIMEN_TOKEN: fromEnvironment = '' } = env;
  if (fromEnvironment.trim() !== '') return fromEnvironment.trim();
  if (data === undefined) return null;
  try {
    return readFileSync(path.join(data, 'admin-token'), 'utf8').trim();
  } catch {
    return null;
  }
}

function noToken(): Finding {
  return {
    check: 'nodes',
    state: 'unknown',
    subject: 'KAIMEN_TOKEN',
    says: { zh: '没有令牌，没有问各节点', en: 'no token: nodes were not asked' },
    mend: {
      zh: '设置 KAIMEN_TOKEN，或用 --data 指明放着 admin-token 的目录',
      en: 'set KAIMEN_TOKEN, or name the directory with the admin-token by --data',
    },
    values: {},
  };
}

/** For every connection of this process from now on. */
function trust(file: string): void {
  try {
    setDefaultCACertificates([...getCACertificates('default'), readFileSync(file, 'utf8')]);
  } catch (error) {
    throw new CommandFailure(`--ca ${file}: ${(error as Error).message}`, {
      mend: 'name a file with certificates in PEM',
    });
  }
}

function urls(): (text: string) => string[] {
  const given: string[] = [];
  return (text) => {
    given.push(urlArgument(text));
    return [...given];
  };
}

function urlArgument(text: string): string {
  if (/^https?:\/\//.test(text) && URL.canParse(text)) return text;
  throw new InvalidArgumentError('write it like https://hub.example');
}
