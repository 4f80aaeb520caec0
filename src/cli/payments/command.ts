import { type Command, Option } from 'commander';
import { groupCommand, runs, serverCommand } from '#cli/command.ts';
import { EXIT_FAILED, EXIT_OK } from '#cli/failure.ts';
import { count, table } from '#cli/output.ts';
import { uploading } from '#cli/upload.ts';
import { type Reconciliation, reconcileQuery, reconciliation } from '#protocol/payments.ts';

type Options = { readonly provider: string; readonly day: string };

export function paymentsCommand(): Command {
  return groupCommand('payments', 'Money: what providers say against what we know.', [
    reconcilePaymentsCommand(),
  ]);
}

function reconcilePaymentsCommand(): Command {
  const command = serverCommand('reconcile', {
    summary:
      'Hold a provider’s file of the day against our facts; differences line by line, exit 1 if any.',
    example:
      'kaimen payments reconcile bill-2026-11-29.csv --provider wechat-pay --day 2026-11-29 --data data',
  })
    .argument('<file>', 'as the provider gives it out (UTF-8 or GBK)')
    .addOption(
      new Option('--provider <name>', 'whose file it is')
        .choices(reconcileQuery.shape.provider.options)
        .makeOptionMandatory(),
    )
    .requiredOption('--day <date>', 'the day that it is of, such as 2026-11-29');
  return runs<Options>(command, async ({ args: [file = ''], options, out, client }) => {
    const { provider, day } = options;
    const found = await uploading(file, (upload) =>
      client().ask(reconciliation, {
        method: 'POST',
        path: '/payments/reconcile',
        query: { provider, day },
        upload,
      }),
    );
    out.result(found, wordsOf(found));
    return found.differencesTotal === 0 ? EXIT_OK : EXIT_FAILED;
  });
}

function wordsOf(found: Reconciliation): string[] {
  const { provider, day, lines, matched, theirs, ours, differences, differencesTotal } = found;
  const sums = theirs.map(({ currency, capturedMinor, refundedMinor }) => {
    const mine = ours.find((each) => each.currency === currency);
    return [
      currency,
      amount(capturedMinor),
      amount(mine?.capturedMinor ?? 0),
      amount(refundedMinor),
      amount(mine?.refundedMinor ?? 0),
    ];
  });
  const rows = differences.map(({ kind, line, payment, fact, theirs: said, ours: known }) => [
    ...[line, kind, payment, fact],
    ...[
      said === null ? null : amount(said.amountMinor),
      known === null ? null : amount(known.amountMinor),
    ],
  ]);
  return [
    `${provider}, ${day}: ${count(lines, 'line')}, ${matched} as we know them, ${count(differencesTotal, 'difference')}`,
    ...table(['', 'taken, theirs', 'ours', 'given back, theirs', 'ours'], sums),
    ...(rows.length === 0
      ? []
      : ['', ...table(['line', 'difference', 'payment', 'what', 'theirs', 'ours'], rows)]),
  ];
}

function amount(minor: number): string {
  return (minor / 100).toFixed(2);
}
