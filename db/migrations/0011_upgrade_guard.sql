-- The upgrade guard: what scans were decided on, so that another version can be asked the same; what ran here
-- and when nothing may change; which release the lanes of a gate run, and how they do.

-- What the code turned out to be and how it was shown, such as `current`, `earlier`, `forged`,
-- `current+confirmed`; the revision at which the decider had read; the one after which its batch was written.
-- NULL: taken up from a journal, or older than this.
ALTER TABLE scans
  ADD COLUMN found      text,
  ADD COLUMN read_at    bigint,
  ADD COLUMN batch_from bigint;

-- In force for what was decided after `from_revision`, until the next one.
CREATE TABLE control_history (
  event         integer NOT NULL,
  from_revision bigint NOT NULL,
  status        text NOT NULL,
  entry_epoch   smallint NOT NULL,
  state         jsonb NOT NULL,
  PRIMARY KEY (event, from_revision)
);
CREATE TABLE file_history (
  event         integer NOT NULL,
  from_revision bigint NOT NULL,
  file          jsonb NOT NULL,
  PRIMARY KEY (event, from_revision)
);
INSERT INTO control_history
  SELECT e.number, h.revision, e.status, e.entry_epoch, c.state
  FROM events e JOIN claim_heads h ON h.event = e.number JOIN controls c ON c.event = e.number;
INSERT INTO file_history
  SELECT e.number, h.revision, e.file FROM events e JOIN claim_heads h ON h.event = e.number;

-- A ticket as it was, for what was decided up to `through`; NULL while the change is still being made.
CREATE TABLE ticket_history (
  event   integer NOT NULL,
  serial  integer NOT NULL,
  through bigint,
  ticket  jsonb NOT NULL
);
CREATE INDEX ticket_history_by_event ON ticket_history (event, serial);
CREATE INDEX ticket_history_unfinished ON ticket_history (event) WHERE through IS NULL;

-- What changed crossings and counts beside the batches: annulments, journals, admissions by hand.
CREATE TABLE crossing_history (
  event       integer NOT NULL,
  revision    bigint NOT NULL,
  entry_epoch smallint,
  checkpoint  text,
  serial      integer,
  -- All of this ticket, after the change; NULL: people without a ticket.
  crossings   jsonb,
  scopes      text[] NOT NULL,
  inside      integer NOT NULL
);
CREATE INDEX crossing_history_by_revision ON crossing_history (event, revision);

-- Every release of the server that this store has served under.
CREATE TABLE server_releases (
  release    text PRIMARY KEY,
  -- Names of its migrations and their sums, as one sum.
  migrations text NOT NULL,
  first_at   timestamptz NOT NULL,
  last_at    timestamptz NOT NULL
);
-- Of keys only a fingerprint: which one was in use.
CREATE TABLE server_keys (
  node        text NOT NULL,
  what        text NOT NULL,
  fingerprint text NOT NULL,
  since       timestamptz NOT NULL,
  PRIMARY KEY (node, what)
);
CREATE TABLE freeze_settings (
  id           smallint PRIMARY KEY CHECK (id = 1),
  hours_before smallint NOT NULL
);
INSERT INTO freeze_settings VALUES (1, 72);
CREATE TABLE freeze_overrides (
  id            text PRIMARY KEY,
  reason        text NOT NULL,
  first_person  text NOT NULL,
  second_person text NOT NULL,
  given_at      timestamptz NOT NULL,
  until         timestamptz NOT NULL
);

-- As the device last said.
ALTER TABLE devices
  ADD COLUMN release  text,
  ADD COLUMN protocol smallint;

-- The release that a gate's lanes are to run; none: whatever they have. `previous`: what “back” means.
CREATE TABLE gate_releases (
  event     integer NOT NULL,
  gate      text NOT NULL,
  release   text NOT NULL,
  previous  text,
  is_canary boolean NOT NULL,
  set_by    text NOT NULL,
  set_at    timestamptz NOT NULL,
  reason    text NOT NULL,
  PRIMARY KEY (event, gate)
);

-- What lanes did, in slices of time by our clock. `checked`: settled by the lane alone and decided here again;
-- `differed`: refused there, and we would not have.
CREATE TABLE lane_tallies (
  event    integer NOT NULL,
  gate     text NOT NULL,
  release  text NOT NULL,
  slice_at timestamptz NOT NULL,
  scans    integer NOT NULL,
  refused  integer NOT NULL,
  timed    integer NOT NULL,
  slow     integer NOT NULL,
  checked  integer NOT NULL,
  differed integer NOT NULL,
  PRIMARY KEY (event, gate, release, slice_at)
);

-- 0008 took this away while the release before still reads it: nodes of both stand side by side for one release.
-- It is filled as it was, nothing here uses it, and a later migration takes it away for good.
CREATE TABLE kick_offs (
  event     integer PRIMARY KEY REFERENCES events (number),
  starts_at timestamptz NOT NULL,
  reason    text NOT NULL,
  set_by    text NOT NULL,
  set_at    timestamptz NOT NULL
);
INSERT INTO kick_offs
  SELECT event, to_timestamp((state #>> '{window,startsAt}')::bigint / 1000.0), 'moved before the upgrade',
         'kaimen', now()
  FROM controls WHERE state #>> '{window,startsAt}' IS NOT NULL;
