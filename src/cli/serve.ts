import { type Command, Option } from 'commander';
import { given, localCommand, numberArgument, runs } from './command.ts';
import { runProgram } from './run-program.ts';

type Options = {
  readonly port?: number;
  readonly host?: string;
  readonly data?: string;
  readonly role?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
};

/** Defaults live in the server alone: only what was said is passed on. */
export function serveCommand(): Command {
  const command = localCommand('serve', {
    summary: 'Run the server, with its own PostgreSQL unless DATABASE_URL names one.',
    example: 'kaimen serve --port 8080 --data data',
  })
    .option('--port <port>', 'where to listen (default 8080)', numberArgument(0, 65_535))
    .option('--host <host>', 'address to listen on (default 127.0.0.1); others only with TLS')
    .option('--data <dir>', 'where everything is kept; made at the first start')
    .addOption(new Option('--role <role>', 'what it plays (default all)').choices(['all']))
    .option('--tls-cert <file>', 'certificate chain, PEM')
    .option('--tls-key <file>', 'its private key, PEM');
  return runs<Options>(command, ({ options }) =>
    runProgram('src/server/main.ts', [
      ...given('--port', options.port),
      ...given('--host', options.host),
      ...given('--data', options.data),
      ...given('--role', options.role),
      ...given('--tls-cert', options.tlsCert),
      ...given('--tls-key', options.tlsKey),
    ]),
  );
}
