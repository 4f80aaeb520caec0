-- Boxes in the ground: who they are, which node decides which event, and what a box keeps of its hub.

-- A box is known by a token of the role `edge`; the hub itself is one of the names, and no box's.
CREATE TABLE edges (
  name        text PRIMARY KEY CHECK (name <> 'hub'),
  -- Where other nodes reach it, such as https://box-1.ground.example:8443; NULL: nowhere.
  address     text,
  token       text NOT NULL,
  -- X25519: events' keys are sealed for it on their way. Kept from its first call on.
  public_key  bytea,
  enrolled_at timestamptz NOT NULL,
  seen_at     timestamptz,
  revoked_at  timestamptz,
  -- What it said of itself last: how wrong its clock is, how far it has come.
  report      jsonb
);

-- The one node that decides claims of the event, and how often that has changed. `handover_to`: who
-- decides next, as soon as the present authority has stopped and said so.
ALTER TABLE events
  ADD COLUMN authority text NOT NULL DEFAULT 'hub',
  ADD COLUMN authority_epoch integer NOT NULL DEFAULT 1,
  ADD COLUMN handover_to text;

-- Every change of authority and the revision at which the next one took over.
CREATE TABLE authorities (
  event         integer NOT NULL,
  epoch         integer NOT NULL,
  node          text NOT NULL,
  from_revision bigint NOT NULL,
  -- The one before was given up for lost: what it decided beyond this revision comes by journals.
  was_lost      boolean NOT NULL,
  since         timestamptz NOT NULL,
  PRIMARY KEY (event, epoch)
);

-- Of this store alone. It decides an event only under the epoch written here; NULL: not.
ALTER TABLE claim_heads
  ADD COLUMN deciding_epoch integer DEFAULT 1,
  -- Whose decisions it holds: epoch of the authority, and of the authority's store.
  ADD COLUMN log_epoch integer NOT NULL DEFAULT 1,
  ADD COLUMN log_store text;

-- What changed after a revision, for whoever follows.
CREATE INDEX claims_by_revision ON claims (event, revision);

-- From here on: what a box keeps for itself.

-- Of each event the version that its row and controls have, as the hub named it.
CREATE TABLE replicas (
  event    integer PRIMARY KEY,
  version  text NOT NULL,
  -- As the hub has them; those in force are these and what was set here meanwhile.
  controls jsonb NOT NULL,
  -- Cursor up to which a list from the beginning is staged; NULL: none under way.
  staged   text
);

-- A list on its way, used only once it is whole.
CREATE TABLE staged_replicas (
  event  integer NOT NULL,
  serial integer NOT NULL,
  n      bigint NOT NULL,
  ticket jsonb NOT NULL,
  media  jsonb NOT NULL,
  PRIMARY KEY (event, serial)
);

CREATE TABLE replica_state (
  what  text PRIMARY KEY,
  value text NOT NULL
);

-- How far each journal has come at another node: `hub` (durable), or the event's authority (made true).
CREATE TABLE relays (
  target     text NOT NULL,
  device     text NOT NULL,
  journal_id uuid NOT NULL,
  through    bigint NOT NULL,
  -- Epoch of the store that said so.
  store      text NOT NULL,
  PRIMARY KEY (target, device, journal_id)
);

-- Controls set at a box while its hub was away, in order; at the hub those it has been told.
CREATE TABLE control_changes (
  edge       text NOT NULL,
  seq        bigint NOT NULL,
  event      integer NOT NULL,
  at         timestamptz NOT NULL,
  token      text NOT NULL,
  person     text NOT NULL,
  change     jsonb NOT NULL,
  carried_at timestamptz,
  -- Why the hub did not take it.
  refused    text,
  PRIMARY KEY (edge, seq)
);
