-- Grounds as they are sold: layouts that never change once they are imported.

CREATE TABLE grounds (
  id     text PRIMARY KEY,
  -- The newest layout; 0 before the first.
  latest integer NOT NULL CHECK (latest >= 0)
);

CREATE TABLE ground_layouts (
  ground      text NOT NULL REFERENCES grounds (id),
  version     integer NOT NULL CHECK (version >= 1),
  -- Kept as it was written: seats are known by their place in it.
  layout      json NOT NULL,
  -- SHA-256 of the layout without its version: the same file again is the same layout.
  content     bytea NOT NULL,
  sections    integer NOT NULL,
  seats       integer NOT NULL,
  standing    integer NOT NULL,
  imported_by text NOT NULL,
  imported_at timestamptz NOT NULL,
  PRIMARY KEY (ground, version)
);

-- Seats of an event that are kept from sale: blocked for good, or a partner's until a day.
CREATE TABLE allotments (
  event       integer NOT NULL REFERENCES events (number),
  id          text NOT NULL,
  kind        text NOT NULL CHECK (kind IN ('blocked', 'partner')),
  name        text NOT NULL,
  -- Dense indices of the sale's layout.
  seats       integer[] NOT NULL,
  -- From then on what has not been sold is for everybody; NULL: never.
  until       timestamptz,
  set_by      text NOT NULL,
  set_at      timestamptz NOT NULL,
  released_at timestamptz,
  PRIMARY KEY (event, id)
);
