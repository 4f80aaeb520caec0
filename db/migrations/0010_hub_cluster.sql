-- A hub of several nodes on a cluster of PostgreSQL: writes that may be repeated, proofs that are used
-- once on all nodes, and which cluster the claim store belongs to.

-- The cluster (`cluster_name`, which Patroni sets to its scope) in which the store was last known to hold
-- everything. One that was promoted from an asynchronous copy has another name: it decides nothing before
-- it was reconciled. NULL until a server has begun an epoch.
ALTER TABLE store ADD COLUMN cluster text;

-- Writes that named themselves by an Idempotency-Key, for a day. Of the key only a hash is kept; what was
-- answered is sealed under the key itself, since it may hold a secret that is shown once.
CREATE TABLE keyed_requests (
  owner        text NOT NULL,
  key_hash     bytea NOT NULL,
  -- Of method, address and body; of an upload its body is in `body_hash`.
  request_hash bytea NOT NULL,
  body_hash    bytea,
  begun_at     timestamptz NOT NULL,
  -- Who is at work on it, and until when they are believed to be.
  run          text NOT NULL,
  run_until    timestamptz NOT NULL,
  status       smallint,
  answer       bytea,
  PRIMARY KEY (owner, key_hash)
);
CREATE INDEX keyed_requests_by_age ON keyed_requests (begun_at);

-- What each transaction of such a request came to, written by that transaction itself: a repeat goes on
-- behind the last one that was committed, whoever crashed, and does none of them twice.
CREATE TABLE keyed_steps (
  owner     text NOT NULL,
  key_hash  bytea NOT NULL,
  n         smallint NOT NULL,
  body_hash bytea,
  result    bytea,
  done_at   timestamptz NOT NULL,
  PRIMARY KEY (owner, key_hash, n)
);
CREATE INDEX keyed_steps_by_age ON keyed_steps (done_at);

-- Proofs of devices that were used, at whichever node, for as long as they could be used again.
CREATE TABLE used_proofs (
  device  text NOT NULL,
  jti     text NOT NULL,
  used_at timestamptz NOT NULL,
  PRIMARY KEY (device, jti)
);
CREATE INDEX used_proofs_by_age ON used_proofs (used_at);
