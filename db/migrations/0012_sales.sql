-- Sales: what is sold of an event, every seat once, and the orders and the books that come of it.

-- One row per event that every change of its stock passes through: whoever holds its lock decides.
CREATE TABLE stock_heads (
  event        integer PRIMARY KEY REFERENCES events (number),
  revision     bigint NOT NULL DEFAULT 0,
  -- Of the offer that allotments and areas were last arranged by.
  arranged_for integer NOT NULL DEFAULT 0
) WITH (fillfactor = 50);

-- What each revision changed, for the memory of every node. Kept for an hour; whoever is further behind reads
-- the stock itself.
CREATE TABLE stock_log (
  event    integer NOT NULL,
  revision bigint NOT NULL,
  at       timestamptz NOT NULL DEFAULT now(),
  changes  json NOT NULL,
  PRIMARY KEY (event, revision)
);

-- A seat without a row is free. `previous`: the hold that it was taken from; a write that names another than the
-- one that is there takes its whole step back.
CREATE TABLE stock_seats (
  event    integer NOT NULL,
  seat     integer NOT NULL CHECK (seat >= 0),
  state    text NOT NULL CHECK (state IN ('free', 'held', 'sold', 'blocked')),
  hold     text,
  previous text,
  PRIMARY KEY (event, seat),
  CONSTRAINT seat_has_its_hold CHECK ((state IN ('held', 'sold')) = (hold IS NOT NULL))
) WITH (fillfactor = 70);

CREATE TABLE stock_areas (
  event    integer NOT NULL,
  area     text NOT NULL,
  capacity integer NOT NULL,
  taken    integer NOT NULL DEFAULT 0,
  PRIMARY KEY (event, area),
  CONSTRAINT area_holds_no_more CHECK (taken BETWEEN 0 AND capacity)
);

CREATE TABLE holds (
  id           text PRIMARY KEY,
  event        integer NOT NULL,
  -- Of the secret that its owner shows.
  cart_hash    text NOT NULL,
  request_hash text NOT NULL,
  channel      text NOT NULL,
  -- Keyed hash of whoever ordered: limits are counted by it.
  person       text,
  order_id     text,
  state        text NOT NULL CHECK (state IN ('live', 'expired', 'released', 'sold')),
  expires_at   timestamptz NOT NULL,
  is_extended  boolean NOT NULL DEFAULT false,
  -- Line, seat or null, section, ticket type; of each place.
  places       json NOT NULL,
  held_at      timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT hold_asked_once UNIQUE (event, request_hash)
) WITH (fillfactor = 80);
CREATE INDEX holds_live ON holds (event) WHERE state = 'live';

CREATE TABLE orders (
  id          text PRIMARY KEY,
  event       integer NOT NULL,
  hold        text NOT NULL CONSTRAINT hold_ordered_once UNIQUE,
  state       text NOT NULL,
  -- As `domain/sales` decides it.
  body        json NOT NULL,
  quote       json NOT NULL,
  channel     text NOT NULL,
  locale      text NOT NULL,
  policy      json,
  ordered_at  timestamptz NOT NULL,
  changed_at  timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 60);
CREATE INDEX orders_by_event ON orders (event, ordered_at);

CREATE TABLE order_lines (
  order_id text NOT NULL REFERENCES orders (id),
  line     text NOT NULL,
  event    integer NOT NULL,
  seat     integer,
  section  text NOT NULL,
  category text NOT NULL,
  type     text NOT NULL,
  is_live  boolean NOT NULL DEFAULT true,
  PRIMARY KEY (order_id, line)
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX seat_ordered_once ON order_lines (event, seat) WHERE is_live;

-- Personal data, apart from everything else so that it can be erased alone. Line '' is the buyer.
CREATE TABLE order_people (
  order_id text NOT NULL,
  line     text NOT NULL,
  name     text,
  email    text,
  phone    text,
  PRIMARY KEY (order_id, line)
);

-- Double entry: each row names both accounts, so all of them together are nought whatever is written.
CREATE TABLE ledger (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  event        integer NOT NULL,
  order_id     text NOT NULL,
  payment_id   text,
  kind         text NOT NULL,
  debit        text NOT NULL,
  credit       text NOT NULL,
  amount_minor bigint NOT NULL CHECK (amount_minor > 0),
  currency     text NOT NULL,
  at           timestamptz NOT NULL DEFAULT now(),
  CHECK (debit <> credit)
);
CREATE INDEX ledger_by_order ON ledger (order_id);

-- What nothing here can put right: somebody must look.
CREATE TABLE order_attention (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  event      integer NOT NULL,
  order_id   text NOT NULL,
  payment_id text NOT NULL,
  about      text NOT NULL,
  at         timestamptz NOT NULL DEFAULT now(),
  settled_at timestamptz,
  settled_by text
);
