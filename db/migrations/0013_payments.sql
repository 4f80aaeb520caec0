-- Payments: what was begun with whom, what is known to have happened to the money (facts), and what remains to be
-- asked of providers (jobs). Facts are never altered; a payment's sums are what its facts add up to.

CREATE TABLE payments (
  id               text PRIMARY KEY,
  event            integer NOT NULL REFERENCES events (number),
  order_id         text NOT NULL,
  provider         text NOT NULL,
  method           text,
  -- Of whoever began it: the same key again is the same payment.
  request_key      text NOT NULL,
  amount_minor     bigint NOT NULL CHECK (amount_minor > 0),
  currency         text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  provider_ref     text,
  state            text NOT NULL DEFAULT 'begun'
                   CHECK (state IN ('begun', 'authorised', 'captured', 'refunded', 'voided', 'failed')),
  authorised_minor bigint NOT NULL DEFAULT 0 CHECK (authorised_minor >= 0),
  captured_minor   bigint NOT NULL DEFAULT 0 CHECK (captured_minor >= 0),
  voided_minor     bigint NOT NULL DEFAULT 0 CHECK (voided_minor >= 0),
  refunded_minor   bigint NOT NULL DEFAULT 0 CHECK (refunded_minor >= 0),
  is_ended         boolean NOT NULL DEFAULT false,
  -- Pseudonymous id of whoever took it at a desk; NULL: the buyer.
  taken_by         text,
  begun_at         timestamptz NOT NULL DEFAULT now(),
  expires_at       timestamptz NOT NULL,
  CONSTRAINT payment_key_taken UNIQUE (order_id, request_key)
);
CREATE INDEX payments_by_event ON payments (event, begun_at);
-- Bank transfers are matched by the reference that the buyer wrote.
CREATE INDEX payments_by_provider_ref ON payments (provider, provider_ref);

CREATE TABLE payment_facts (
  provider     text NOT NULL,
  id           text NOT NULL,
  -- As the provider named it; a payment that nobody knows is `unmatched`, and a matter for people.
  payment      text NOT NULL,
  kind         text NOT NULL CHECK (kind IN ('authorised', 'captured', 'voided', 'failed', 'refunded')),
  charge       text NOT NULL,
  amount_minor bigint NOT NULL CHECK (amount_minor >= 0),
  currency     text NOT NULL,
  -- Of a refund: the key that we asked for it by; NULL: it was done without us.
  key          text,
  -- What came of it at the order; `spare`: a second charge, let go; `waiting`: for the capture that it follows.
  decision     text NOT NULL,
  heard_by     text NOT NULL CHECK (heard_by IN ('webhook', 'answer', 'query', 'staff', 'file')),
  heard_at     timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT payment_fact_known PRIMARY KEY (provider, id)
);
CREATE INDEX payment_facts_by_payment ON payment_facts (payment);
CREATE INDEX payment_facts_open ON payment_facts (heard_at) WHERE decision IN ('waiting', 'unmatched');

-- Taken by any node with SKIP LOCKED; whoever takes one moves `due_at` ahead, so that a node that dies over it
-- leaves it to another.
CREATE TABLE payment_jobs (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  payment      text NOT NULL REFERENCES payments (id),
  kind         text NOT NULL CHECK (kind IN ('capture', 'void', 'refund', 'query')),
  -- Empty: whatever there is of the payment.
  charge       text NOT NULL,
  amount_minor bigint NOT NULL CHECK (amount_minor >= 0),
  -- Towards the provider: the same in every attempt.
  key          text NOT NULL,
  -- Of a refund: the order's name for it.
  return_key   text,
  -- Of a refund: paid out as this member's club credit; NULL: the way it came.
  to_member    text,
  due_at       timestamptz NOT NULL,
  attempts     integer NOT NULL DEFAULT 0,
  posted_at    timestamptz NOT NULL DEFAULT now(),
  done_at      timestamptz,
  outcome      text,
  -- Of the last attempt that failed; never what the provider quoted.
  trouble      text,
  CONSTRAINT payment_job_posted UNIQUE (key)
);
CREATE INDEX payment_jobs_due ON payment_jobs (due_at) WHERE done_at IS NULL;
CREATE INDEX payment_jobs_by_payment ON payment_jobs (payment);
