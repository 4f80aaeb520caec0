-- Receipts, ways to the gates, and matches that were moved.

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

-- What has become of a match since it went on sale; without a row it is as planned. Refunds go by it.
CREATE TABLE match_fates (
  event       integer PRIMARY KEY REFERENCES events (number),
  kind        text NOT NULL CHECK (kind IN ('moved', 'postponed', 'cancelled')),
  notice_at   timestamptz NOT NULL,
  -- Of a match that was moved: when it now is.
  kick_off_at timestamptz,
  -- How often it was changed: calendars take the highest.
  changes     integer NOT NULL DEFAULT 1,
  CHECK ((kind = 'moved') = (kick_off_at IS NOT NULL))
);

-- A match that was moved, postponed or cancelled after tickets were sold, worked through order by order.
CREATE TABLE event_changes (
  id           text PRIMARY KEY,
  event        integer NOT NULL REFERENCES events (number),
  change       jsonb NOT NULL,
  -- The match as it was sold until then.
  before       jsonb NOT NULL,
  -- What was said to happen when it was decided on, and what has happened so far.
  foreseen     jsonb NOT NULL,
  done         jsonb NOT NULL,
  reason       text NOT NULL,
  asked_by     text NOT NULL,
  approved_by  text,
  begun_at     timestamptz NOT NULL,
  -- Orders up to this id are done.
  cursor       text NOT NULL DEFAULT '',
  finished_at  timestamptz,
  -- While a node is at work on it, until when it is believed to be.
  worked_until timestamptz NOT NULL
);
CREATE UNIQUE INDEX one_change_at_a_time ON event_changes (event) WHERE finished_at IS NULL;
CREATE INDEX orders_by_event_and_id ON orders (event, id);
