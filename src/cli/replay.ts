// `kaimen replay`: what this version would have said to every scan of a match that another version decided.
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import type { Command } from 'commander';
import { type Replay, type ReplayDifference, reasonPairs, replay } from '#domain/release/replay.ts';
import { wordOf } from '#domain/release/said.ts';
import { RecordingError, readRecording } from '#protocol/read-recording.ts';
import { at } from './client.ts';
import { idArgument, runs, serverCommand } from './command.ts';
import { CommandFailure, EXIT_FAILED, EXIT_OK, EXIT_USAGE } from './failure.ts';
import { count, table } from './output.ts';

/** What people are shown; `--json` has all of them. */
const SHOWN_MAX = 200;

export function replayCommand(): Command {
  const command = serverCommand('replay', {
    summary: 'Decide a past match once more by this version; 1 if anything differs.',
    example:
      'kaimen replay derby.recording\n' + 'kaimen replay --event derby-2026-11-29 --data data',
  })
    .argument('[file]', 'as “kaimen scans export” wrote it')
    .option('--event <id>', 'instead of a file: the match, from the server', idArgument);
  return runs<{ readonly event?: string }>(
    command,
    async ({ args: [file], options: { event }, out, client }) => {
      if ((file === undefined) === (event === undefined)) {
        throw new CommandFailure('give a recording, or --event', {
          code: 'usage',
          mend: 'kaimen scans export --event ID --out FILE writes a recording',
          exitCode: EXIT_USAGE,
        });
      }
      const bytes =
        event === undefined
          ? createReadStream(file ?? '')
          : Readable.from((await client().stream({ path: at`/events/${event}/recording` })).body);
      const { head, recording } = await understood(bytes);
      const replayed = replay(recording);
      const pairs = reasonPairs(replayed.differences);
      const { differences, ...counts } = replayed;
      out.result(
        {
          event: head.event,
          recordedBy: head.release,
          ...counts,
          pairs,
          differences: differences.map(documentOf),
        },
        words(replayed),
      );
      return differences.length === 0 ? EXIT_OK : EXIT_FAILED;
    },
  );
}

/** @throws CommandFailure for what is no recording */
async function understood(bytes: Readable) {
  try {
    // `createInterface` reports a stream that fails only to the stream's own listeners.
    const failed = new Promise<never>((_, reject) => bytes.once('error', reject));
    return await Promise.race([readRecording(createInterface({ input: bytes })), failed]);
  } catch (error) {
    if (!(error instanceof RecordingError)) throw error;
    throw new CommandFailure(error.message, {
      code: 'recording-unreadable',
      mend: 'export it again with “kaimen scans export”, by the version that decided the match',
    });
  }
}

function words(replayed: Replay): string[] {
  const { scans, judged, judgedInCell, judgedAlone, leftOut, differences } = replayed;
  const out = Object.entries(leftOut).filter(([, n]) => n > 0);
  const held = [
    [judgedInCell, 'of a cell'],
    [judgedAlone, 'of lanes alone'],
  ] as const;
  return [
    `${count(scans, 'scan')}: ${judged.toLocaleString('en')} decided once more`,
    ...held
      .filter(([n]) => n > 0)
      .map(
        ([n, whose]) =>
          `  ${n.toLocaleString('en')} ${whose} held against what they may have known`,
      ),
    ...out.map(([why, n]) => `  ${n.toLocaleString('en')} left out: ${LEFT_OUT_WORDS[why] ?? why}`),
    count(differences.length, 'verdict differs', 'verdicts differ'),
    ...(differences.length === 0 ? [] : differenceTables(differences)),
  ];
}

const LEFT_OUT_WORDS: Readonly<Record<string, string>> = {
  counted: 'people counted, no code decided',
  reading: 'a lane read the code and needed no rule',
  policy: 'a lane’s own limits while it was cut off',
  elsewhere: 'decided by another node: take the recording there',
};

function differenceTables(differences: readonly ReplayDifference[]): string[] {
  const pairs = reasonPairs(differences).map(({ old, new: now, scans }) => [scans, old, now]);
  const rows = differences
    .slice(0, SHOWN_MAX)
    .map((each) => [
      new Date(each.at).toISOString(),
      each.ticketRef,
      each.gate,
      each.direction,
      wordOf(each.old),
      wordOf(each.new),
      each.by,
    ]);
  const left = differences.length - rows.length;
  return [
    '',
    ...table(['scans', 'was', 'is now'], pairs),
    '',
    ...table(['time', 'ticket', 'gate', 'way', 'was', 'is now', 'by'], rows),
    ...(left > 0 ? [`… and ${left.toLocaleString('en')} more: --json has all of them`] : []),
  ];
}

function documentOf(difference: ReplayDifference) {
  return { ...difference, at: new Date(difference.at).toISOString() };
}
