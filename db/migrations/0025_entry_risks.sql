-- Risks of an entry, announced once a day before its doors, and who is told of them.

CREATE TABLE risk_lists (
  event    integer NOT NULL REFERENCES events (number),
  -- Of the match as it stood: moved to another day, it gets another list.
  doors_at timestamptz NOT NULL,
  made_at  timestamptz NOT NULL,
  made_by  text NOT NULL,
  -- `{places, sellable, sold, risks}`, as they were then.
  body     jsonb NOT NULL,
  -- How many readers were written to.
  told     integer NOT NULL,
  PRIMARY KEY (event, doors_at)
);

-- Who reads the risks of a ground's matches; all of them are set together.
CREATE TABLE risk_readers (
  ground   text NOT NULL,
  n        integer NOT NULL,
  -- Mail address, sealed under the master key; and as staff see it.
  address  bytea NOT NULL,
  masked   text NOT NULL,
  language text NOT NULL CHECK (language IN ('zh-CN', 'en')),
  set_by   text NOT NULL,
  set_at   timestamptz NOT NULL,
  PRIMARY KEY (ground, n)
);
