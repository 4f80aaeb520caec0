-- Documents of holders, receipts, ways to the gates, and matches that were moved.

-- Who a ticket is bound to: one document, one ticket. The hash, keyed by the event, finds it; the number itself
-- is sealed under a key of its own and shown to nobody. Both are gone on the day that is written down here.
CREATE TABLE documents (
  event     integer NOT NULL,
  -- The order's line, before there is a ticket.
  line      text NOT NULL,
  kind      text NOT NULL,
  hash      bytea NOT NULL,
  sealed    bytea NOT NULL,
  masked    text NOT NULL,
  serial    integer,
  delete_on date NOT NULL,
  PRIMARY KEY (event, line),
  CONSTRAINT one_document_one_ticket UNIQUE (event, hash)
);
CREATE INDEX documents_by_ticket ON documents (event, serial) WHERE serial IS NOT NULL;
CREATE INDEX documents_to_delete ON documents (delete_on);

-- Numbers of receipts, without gaps: given under the row's lock in the transaction that writes the receipt.
CREATE TABLE receipt_series (
  series text PRIMARY KEY,
  last   integer NOT NULL
);

CREATE TABLE receipts (
  number    text PRIMARY KEY,
  order_id  text NOT NULL,
  -- What is receipted, `sale` or the key of a refund: once each.
  cause     text NOT NULL,
  issued_at timestamptz NOT NULL,
  -- As it was issued; printed again, it is the same.
  body      jsonb NOT NULL,
  CONSTRAINT one_receipt_a_cause UNIQUE (order_id, cause)
);

-- How people get to the gates of a ground: `[{gate, from, isStepFree, walkMinutes}]`.
CREATE TABLE approaches (
  venue   text PRIMARY KEY,
  ways    jsonb NOT NULL,
  set_by  text NOT NULL,
  set_at  timestamptz NOT NULL
);

-- A match that was moved, postponed or cancelled after tickets were sold, worked through order by order.
CREATE TABLE event_changes (
  id          text PRIMARY KEY,
  event       integer NOT NULL REFERENCES events (number),
  change      jsonb NOT NULL,
  -- What was said to happen when it was decided on.
  foreseen    jsonb NOT NULL,
  asked_by    text NOT NULL,
  approved_by text,
  begun_at    timestamptz NOT NULL,
  -- Orders up to this id are done.
  cursor      text NOT NULL DEFAULT '',
  done        integer NOT NULL DEFAULT 0,
  failed      integer NOT NULL DEFAULT 0,
  finished_at timestamptz,
  -- By whom it is being worked on, and until when they are believed to be.
  worked_until timestamptz NOT NULL
);
CREATE INDEX event_changes_open ON event_changes (worked_until) WHERE finished_at IS NULL;
CREATE UNIQUE INDEX one_change_at_a_time ON event_changes (event) WHERE finished_at IS NULL;
