-- Tickets that were counted out to a desk, to be sold while its hub is away: good at every gate from the start, and
-- each of them answered for afterwards.

CREATE TABLE consignments (
  order_id text PRIMARY KEY REFERENCES orders (id),
  event    integer NOT NULL,
  -- Pseudonymous, as in the audit.
  person   text NOT NULL,
  shift    text NOT NULL REFERENCES desk_shifts (id),
  made_at  timestamptz NOT NULL
);
CREATE INDEX consignments_by_event ON consignments (event, made_at);
CREATE INDEX consignments_by_person ON consignments (person);

-- `entered`: said to be unsold, and somebody has come in with it. The desk owes its price.
CREATE TABLE consigned_tickets (
  event        integer NOT NULL,
  ref          text NOT NULL,
  order_id     text NOT NULL REFERENCES consignments (order_id),
  line         text NOT NULL,
  amount_minor bigint NOT NULL CHECK (amount_minor >= 0),
  outcome      text CHECK (outcome IN ('sold', 'returned', 'entered')),
  -- Made up by the desk, of those that were sold.
  sale         text,
  settled_at   timestamptz,
  PRIMARY KEY (event, ref),
  CONSTRAINT settled_with_an_outcome CHECK ((outcome IS NULL) = (settled_at IS NULL)),
  CONSTRAINT sold_in_a_sale CHECK ((outcome IS NOT DISTINCT FROM 'sold') = (sale IS NOT NULL))
);
CREATE INDEX consigned_tickets_by_order ON consigned_tickets (order_id);

-- What a desk took for them, written down when it has reached the hub; `sold_at` by the desk's own clock.
CREATE TABLE consigned_takings (
  event        integer NOT NULL,
  sale         text NOT NULL,
  part         integer NOT NULL,
  shift        text NOT NULL REFERENCES desk_shifts (id),
  provider     text NOT NULL CHECK (provider IN ('cash', 'card')),
  amount_minor bigint NOT NULL CHECK (amount_minor > 0),
  currency     text NOT NULL,
  reference    text,
  sold_at      timestamptz NOT NULL,
  PRIMARY KEY (event, sale, part)
);
CREATE INDEX consigned_takings_by_shift ON consigned_takings (shift);
