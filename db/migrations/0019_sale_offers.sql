-- What is published to be sold, every version of it for as long as the event is kept: orders name theirs.
CREATE TABLE sale_offers (
  event        integer NOT NULL REFERENCES events (number),
  version      integer NOT NULL CHECK (version >= 1),
  file         jsonb NOT NULL,
  reason       text NOT NULL,
  published_by text NOT NULL,
  published_at timestamptz NOT NULL,
  PRIMARY KEY (event, version)
);

-- A code is kept as a keyed hash: whoever reads the table cannot use one.
CREATE TABLE vouchers (
  event      integer NOT NULL REFERENCES events (number),
  id         text NOT NULL,
  code_hash  bytea NOT NULL,
  terms      jsonb NOT NULL,
  is_stopped boolean NOT NULL DEFAULT false,
  made_by    text NOT NULL,
  made_at    timestamptz NOT NULL,
  PRIMARY KEY (event, id),
  CONSTRAINT vouchers_code UNIQUE (event, code_hash)
);

-- One row for each voucher of a live or paid order; gone when the order ends or may use it again.
CREATE TABLE voucher_uses (
  event        integer NOT NULL,
  voucher      text NOT NULL,
  order_id     text NOT NULL,
  person       text,
  amount_minor bigint NOT NULL CHECK (amount_minor >= 0),
  PRIMARY KEY (event, voucher, order_id),
  CONSTRAINT voucher_uses_voucher FOREIGN KEY (event, voucher) REFERENCES vouchers (event, id)
);
CREATE INDEX voucher_uses_order ON voucher_uses (order_id);

-- Whoever said that they would come at another time or by another gate, and what it brought them.
-- `outcome`: null until the event is settled.
CREATE TABLE arrival_pledges (
  event        integer NOT NULL REFERENCES events (number),
  serial       integer NOT NULL,
  offer        text NOT NULL,
  pledged_at   timestamptz NOT NULL,
  credit_minor bigint NOT NULL CHECK (credit_minor > 0),
  outcome      text,
  settled_at   timestamptz,
  PRIMARY KEY (event, serial)
);
CREATE INDEX arrival_pledges_offer ON arrival_pledges (event, offer);
