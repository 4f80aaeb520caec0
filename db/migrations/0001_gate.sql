-- The gate: events, tickets, claims, scans, journals, access and audit.
-- Portable SQL (PostgreSQL 15+): no sequences with meaning, no triggers, no extensions. Every table of
-- an event leads with its number, so that it can be partitioned or distributed by event.

-- Which claim store this is. A restored or promoted database is `rebuilding` until reconciled.
CREATE TABLE store (
  id         smallint PRIMARY KEY CHECK (id = 1),
  epoch      text NOT NULL,
  state      text NOT NULL CHECK (state IN ('serving', 'rebuilding')),
  why        text,
  since      timestamptz NOT NULL
);

-- Every epoch this store has lived through: a lane that names another has seen a newer store.
CREATE TABLE store_epochs (
  epoch      text PRIMARY KEY,
  started_at timestamptz NOT NULL,
  -- How far each event had come when the epoch ended, `{"1": 4711}`: whoever saw more of it saw another
  -- store. NULL: the present epoch, or one whose gaps were filled when the store was reconciled.
  ended_with jsonb
);

CREATE TABLE events (
  number      integer PRIMARY KEY CHECK (number BETWEEN 1 AND 8191),
  id          text NOT NULL CONSTRAINT event_id_taken UNIQUE,
  file        jsonb NOT NULL,
  status      text NOT NULL CHECK (status IN ('draft', 'open', 'closed', 'archived')),
  entry_epoch smallint NOT NULL DEFAULT 1,
  sealed_key  bytea NOT NULL,
  outlines    text[] NOT NULL DEFAULT '{}',
  created_at  timestamptz NOT NULL
);

-- One row per event that every commit of claims passes through: it numbers them, it counts people,
-- and its fence tells a claim that something it was decided on has changed.
CREATE TABLE claim_heads (
  event       integer PRIMARY KEY REFERENCES events (number),
  revision    bigint NOT NULL DEFAULT 0,
  fence       bigint NOT NULL DEFAULT 1,
  scopes      text[] NOT NULL,
  inside      integer[] NOT NULL,
  minute      bigint NOT NULL DEFAULT 0,
  this_minute integer[] NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE controls (
  event       integer PRIMARY KEY REFERENCES events (number),
  state       jsonb NOT NULL
);

-- The ticket list's cursor: `n` is assigned under this row's lock, inside the changing transaction.
CREATE TABLE lists (
  event       integer PRIMARY KEY REFERENCES events (number),
  epoch       text NOT NULL,
  n           bigint NOT NULL DEFAULT 0,
  last_serial integer NOT NULL DEFAULT 0
);

-- No foreign key to its event, here and in the two tables below: an import writes hundreds of thousands
-- of rows of one event, whose row it holds locked, and no event is ever deleted. Looking it up again for
-- each row would be a third of what writing the row costs.
CREATE TABLE tickets (
  event        integer NOT NULL,
  serial       integer NOT NULL CHECK (serial BETWEEN 1 AND 16777215),
  n            bigint NOT NULL,
  ref          text NOT NULL,
  type         text NOT NULL,
  stand        text,
  section      text,
  "row"        text,
  seat         text,
  gates        text[],
  valid_from   timestamptz,
  valid_until  timestamptz,
  admits       smallint,
  status       text NOT NULL CHECK (status IN ('valid', 'cancelled', 'unpaid', 'not-activated')),
  is_blocked   boolean NOT NULL DEFAULT false,
  issue        smallint NOT NULL DEFAULT 0 CHECK (issue BETWEEN 0 AND 127),
  code_hash    bytea NOT NULL,
  foreign_hash bytea,
  referral     text,
  order_ref    text,
  party        text,
  companion_of text,
  PRIMARY KEY (event, serial),
  CONSTRAINT ticket_ref_taken UNIQUE (event, ref)
);
CREATE INDEX tickets_by_change ON tickets (event, n);

-- Rows of a ticket file on their way in; gone once the file is applied or refused. Nothing reads them
-- after a crash, so they need no log.
CREATE UNLOGGED TABLE staged_tickets (
  import_id     text NOT NULL,
  line          integer NOT NULL,
  serial        integer NOT NULL,
  is_new        boolean NOT NULL,
  ref           text NOT NULL,
  type          text NOT NULL,
  stand         text,
  section       text,
  "row"         text,
  seat          text,
  gates         text[],
  valid_from    timestamptz,
  valid_until   timestamptz,
  admits        smallint,
  status        text NOT NULL,
  code_hash     bytea NOT NULL,
  foreign_hash  bytea,
  card_hash     bytea,
  document_hash bytea,
  order_ref     text,
  party         text,
  companion_of  text,
  holder_name   text,
  phone         text
);
CREATE INDEX staged_tickets_by_ref ON staged_tickets (import_id, ref);

-- Codes we did not mint: the old system's barcodes, member cards, identity documents; hashes only.
CREATE TABLE media (
  event      integer NOT NULL,
  hash       bytea NOT NULL,
  serial     integer NOT NULL,
  kind       text NOT NULL CHECK (kind IN ('code', 'card', 'document')),
  is_current boolean NOT NULL DEFAULT true,
  PRIMARY KEY (event, hash)
);
CREATE INDEX media_by_ticket ON media (event, serial);

-- Personal data, apart from everything else so that it can be erased alone.
CREATE TABLE holders (
  event  integer NOT NULL,
  serial integer NOT NULL,
  name   text,
  phone  text,
  PRIMARY KEY (event, serial)
);

CREATE TABLE claims (
  event       integer NOT NULL,
  entry_epoch smallint NOT NULL,
  checkpoint  text NOT NULL,
  serial      integer NOT NULL,
  crossings   jsonb NOT NULL,
  revision    bigint NOT NULL,
  previous    bigint NOT NULL,
  PRIMARY KEY (event, entry_epoch, checkpoint, serial)
);

-- Every verdict, stored before it is answered. `answer` is the reply as sent, less epoch and revision.
CREATE TABLE scans (
  device      text NOT NULL,
  scan_id     text NOT NULL,
  event       integer NOT NULL,
  code_hash   bytea NOT NULL,
  direction   text NOT NULL,
  verdict     text NOT NULL,
  reason      text,
  rung        text NOT NULL,
  gate        text NOT NULL,
  lane        text,
  operator    text,
  serial      integer,
  scanned_at  timestamptz NOT NULL,
  decided_at  timestamptz NOT NULL,
  revision    bigint NOT NULL,
  inside      smallint NOT NULL,
  checkpoint  text NOT NULL,
  entry_epoch smallint NOT NULL,
  answer      json NOT NULL,
  annulled_at timestamptz,
  PRIMARY KEY (device, scan_id)
);
CREATE INDEX scans_by_revision ON scans (event, revision);

-- Provisional admissions that met another holder of the same ticket: both named, neither dropped.
CREATE TABLE conflicts (
  event       integer NOT NULL,
  entry_epoch smallint NOT NULL,
  checkpoint  text NOT NULL,
  serial      integer NOT NULL,
  holder      jsonb NOT NULL,
  intruder    jsonb NOT NULL,
  device      text NOT NULL,
  scan_id     text NOT NULL,
  noted_at    timestamptz NOT NULL,
  resolved_at timestamptz,
  PRIMARY KEY (event, device, scan_id)
);

CREATE TABLE devices (
  id          text PRIMARY KEY,
  event       integer NOT NULL REFERENCES events (number),
  gate        text NOT NULL,
  lane        text,
  token_hash  bytea NOT NULL CONSTRAINT device_token_taken UNIQUE,
  enrolled_by text NOT NULL,
  enrolled_at timestamptz NOT NULL,
  seen_at     timestamptz,
  revoked_at  timestamptz
);

CREATE TABLE tokens (
  id         text PRIMARY KEY,
  role       text NOT NULL,
  person     text NOT NULL,
  token_hash bytea NOT NULL CONSTRAINT token_taken UNIQUE,
  created_by text NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz,
  revoked_at timestamptz
);

-- Raised whenever a token or device appears, changes or is revoked, so that every node notices.
CREATE TABLE access_state (
  id       smallint PRIMARY KEY CHECK (id = 1),
  revision bigint NOT NULL
);
INSERT INTO access_state VALUES (1, 1);

CREATE TABLE journals (
  device           text NOT NULL,
  journal_id       uuid NOT NULL,
  accepted_through bigint NOT NULL DEFAULT 0,
  completed_at     timestamptz,
  PRIMARY KEY (device, journal_id)
);

CREATE TABLE journal_entries (
  device       text NOT NULL,
  journal_id   uuid NOT NULL,
  seq          bigint NOT NULL,
  event        integer NOT NULL,
  kind         text NOT NULL,
  content_hash bytea NOT NULL,
  -- What lanes read off a ticket may hold NUL and halves of surrogate pairs. `json` keeps the text as it
  -- was sent; `jsonb` refuses it, and one such code would stop a lane's journal for ever.
  entry        json NOT NULL,
  received_at  timestamptz NOT NULL,
  -- When it was made true at the authority; null: still to be done, also after a crash.
  applied_at   timestamptz,
  PRIMARY KEY (device, journal_id, seq)
);
CREATE INDEX journal_entries_to_apply ON journal_entries (device, journal_id, seq)
  WHERE applied_at IS NULL;

-- What could not be taken as it came: malformed, or another content under a key already used.
CREATE TABLE quarantined_entries (
  device       text NOT NULL,
  journal_id   uuid NOT NULL,
  seq          bigint NOT NULL,
  content_hash bytea NOT NULL,
  entry        text NOT NULL,
  why          text NOT NULL,
  received_at  timestamptz NOT NULL,
  PRIMARY KEY (device, journal_id, seq, content_hash)
);

-- Acts of people, chained by hash per node. Actors are pseudonymous ids.
CREATE TABLE audit (
  node    text NOT NULL,
  seq     bigint NOT NULL,
  at      timestamptz NOT NULL,
  actor   text NOT NULL,
  act     text NOT NULL,
  subject text NOT NULL,
  detail  text NOT NULL,
  prev    bytea NOT NULL,
  hash    bytea NOT NULL,
  PRIMARY KEY (node, seq)
);
