export type Settings = Readonly<Record<string, string>>;

/**
 * For one machine of 2 cores and 4–24 GB that must never lose what it acknowledged.
 * Everything is passed with `-c`, so that no file in the data directory can weaken it.
 */
export const DEFAULT_SETTINGS: Settings = {
  // Durability: an answer goes out only when its commit is on disk, and a torn page can be mended.
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  wal_level: 'replica',
  // Few, spread checkpoints: after a crash at most this much is replayed, at hundreds of MB a second.
  checkpoint_timeout: '15min',
  max_wal_size: '4GB',
  min_wal_size: '256MB',
  // The packaged programs are built without lz4.
  wal_compression: 'pglz',
  shared_buffers: '256MB',
  max_connections: '100',
  autovacuum: 'on',
  // Compiling costs more than our short statements take.
  jit: 'off',
  // A forgotten transaction must not hold its locks for ever.
  idle_in_transaction_session_timeout: '30s',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // Details quote the rows that broke a constraint, hence names and phone numbers.
  log_error_verbosity: 'terse',
};
