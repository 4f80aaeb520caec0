// First import of the program, since V8 takes the size from its command line only: the process becomes itself once more,
// under the same number. The young generation is collected while everybody waits; left to grow to 16 MB under a crowd, that
// takes 8 to 25 ms every few seconds, at 4 MB 2.5 ms some times a second, for a hundredth of the thread instead of half of one.
const YOUNG = '--max-semi-space-size';
const YOUNG_MB = 4;

const isSized = [...process.execArgv, process.env['NODE_OPTIONS'] ?? ''].some((flags) =>
  flags.includes(YOUNG),
);
// Windows knows no execve; there the pauses stay as they are.
if (!isSized && typeof process.execve === 'function') {
  const flags = [...process.execArgv, `${YOUNG}=${YOUNG_MB}`];
  process.execve(
    process.execPath,
    [process.execPath, ...flags, ...process.argv.slice(1)],
    process.env,
  );
}
