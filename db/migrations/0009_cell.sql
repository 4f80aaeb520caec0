-- Events that are decided in a cell of etcd: what this store has of them, and which are kept ready there.

-- How far this store has written down what the cell has decided. Another epoch is another cell, or one that was
-- loaded anew: then everything is read from its beginning.
CREATE TABLE cell_followed (
  event       integer PRIMARY KEY,
  epoch       text NOT NULL,
  revision    bigint NOT NULL,
  -- Of entry, whose people are counted as inside.
  entry_epoch smallint NOT NULL
);

-- Events whose tickets the hub keeps in the cell before it decides them, so that taking over takes no time.
CREATE TABLE cell_feeds (
  event integer PRIMARY KEY,
  since timestamptz NOT NULL
);
