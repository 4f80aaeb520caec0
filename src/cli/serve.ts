import { type Command, Option } from 'commander';
import { given, localCommand, numberArgument, runs } from './command.ts';
import { runProgram } from './run-program.ts';

type Options = {
  readonly port?: number;
  readonly host?: string;
  readonly data?: string;
  readonly role?: string;
  readonly hub?: string;
  readonly ca?: string;
  readonly cell?: string;
  readonly outbox?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly proxies?: string;
  readonly replication?: string;
  readonly staging?: boolean;
};

/** Defaults live in the server alone: only what was said is passed on. */
export function serveCommand(): Command {
  const command = localCommand('serve', {
    summary: 'Run the server, with its own PostgreSQL unless DATABASE_URL names one.',
    example:
      'kaimen serve --port 8080 --data data\n' +
      'kaimen serve --role edge --hub https://hub.example --data box --host 0.0.0.0 --tls-cert box.pem --tls-key box-key.pem',
  })
    .option('--port <port>', 'where to listen (default 8080)', numberArgument(0, 65_535))
    .option('--host <host>', 'address to listen on (default 127.0.0.1); others only with TLS')
    .option('--data <dir>', 'where everything is kept; made at the first start')
    .addOption(
      new Option('--role <role>', 'a hub, or a box in the ground (default all: one hub)').choices([
        'all',
        'hub',
        'edge',
      ]),
    )
    .option('--hub <url>', 'of a box: its hub')
    .option('--ca <file>', 'certificates to trust besides the well-known ones, PEM')
    .option('--cell <file>', 'where the etcd of the venue cell is, JSON')
    .option('--outbox <file>', 'how letters and short messages leave, JSON; without it they wait')
    .option('--tls-cert <file>', 'certificate chain, PEM; read again whenever it changes')
    .option('--tls-key <file>', 'its private key, PEM')
    .option('--proxies <addresses>', 'load balancers believed about who asks, such as 10.0.0.0/24')
    .addOption(
      new Option(
        '--replication <kind>',
        'strict: start only where each write is on two machines (default when DATABASE_URL names several hosts)',
      ).choices(['strict', 'any']),
    )
    .option(
      '--staging',
      'this is not the system that opens the gates: “kaimen drill” may break it',
    );
  return runs<Options>(command, ({ options }) =>
    runProgram('src/server/main.ts', [
      ...given('--port', options.port),
      ...given('--host', options.host),
      ...given('--data', options.data),
      ...given('--role', options.role),
      ...given('--hub', options.hub),
      ...given('--ca', options.ca),
      ...given('--cell', options.cell),
      ...given('--outbox', options.outbox),
      ...given('--tls-cert', options.tlsCert),
      ...given('--tls-key', options.tlsKey),
      ...given('--proxies', options.proxies),
      ...given('--replication', options.replication),
      ...(options.staging === true ? ['--staging'] : []),
    ]),
  );
}
