-- The box office: who sells at which desk with how much in the drawer, what was printed and how often, and orders that
-- wait to be collected or posted.

CREATE TABLE desk_shifts (
  id             text PRIMARY KEY,
  desk           text NOT NULL,
  -- Pseudonymous, as in the audit.
  person         text NOT NULL,
  currency       text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  float_minor    bigint NOT NULL CHECK (float_minor >= 0),
  opened_at      timestamptz NOT NULL,
  closed_at      timestamptz,
  counted_minor  bigint CHECK (counted_minor >= 0),
  -- As it was reckoned when it was closed.
  expected_minor bigint,
  note           text,
  CONSTRAINT shift_closed_with_a_count CHECK (
    (closed_at IS NULL) = (counted_minor IS NULL) AND (closed_at IS NULL) = (expected_minor IS NULL))
);
-- A drawer has one person, and a person one drawer.
CREATE UNIQUE INDEX desk_shift_one_a_person ON desk_shifts (person) WHERE closed_at IS NULL;
CREATE UNIQUE INDEX desk_shift_one_a_desk ON desk_shifts (desk) WHERE closed_at IS NULL;

-- Money put into a drawer or taken out of it that no order has to do with.
CREATE TABLE desk_moves (
  shift        text NOT NULL REFERENCES desk_shifts (id),
  request_key  text NOT NULL,
  amount_minor bigint NOT NULL CHECK (amount_minor <> 0),
  reason       text NOT NULL,
  at           timestamptz NOT NULL,
  PRIMARY KEY (shift, request_key)
);

-- Which payment was taken in which shift; written with the payment.
CREATE TABLE desk_takings (
  payment      text PRIMARY KEY REFERENCES payments (id),
  shift        text NOT NULL REFERENCES desk_shifts (id),
  provider     text NOT NULL,
  amount_minor bigint NOT NULL CHECK (amount_minor > 0),
  currency     text NOT NULL,
  at           timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX desk_takings_by_shift ON desk_takings (shift);

-- Orders that were made at a desk, and what has become of their papers. `until`: their places are kept until then.
CREATE TABLE desk_orders (
  order_id text PRIMARY KEY REFERENCES orders (id),
  event    integer NOT NULL,
  shift    text REFERENCES desk_shifts (id),
  person   text NOT NULL,
  handover text NOT NULL CHECK (handover IN ('at-once', 'to-collect', 'collected', 'to-post', 'posted')),
  -- Encrypted; of those that are to be posted, until they are.
  address  bytea,
  made_at  timestamptz NOT NULL,
  done_at  timestamptz,
  done_by  text
);
CREATE INDEX desk_orders_by_event ON desk_orders (event, made_at);

-- Every print of a ticket at a slip printer. `copy`: how many were sent to a printer before this one; set when the
-- bytes are handed out, for from then on paper may have come of it.
CREATE TABLE ticket_prints (
  id           text PRIMARY KEY,
  event        integer NOT NULL,
  ref          text NOT NULL,
  request_key  text NOT NULL,
  person       text NOT NULL,
  state        text NOT NULL CHECK (state IN ('queued', 'printing', 'printed', 'failed')),
  trouble      text CHECK (trouble IN ('jam', 'paper-out', 'cover-open', 'offline', 'unknown')),
  copy         integer CHECK (copy >= 0),
  queued_at    timestamptz NOT NULL,
  ended_at     timestamptz,
  CONSTRAINT print_asked_once UNIQUE (event, ref, request_key),
  CONSTRAINT copy_numbered_once UNIQUE (event, ref, copy),
  CONSTRAINT trouble_of_failed CHECK ((state = 'failed') = (trouble IS NOT NULL)),
  CONSTRAINT sent_has_its_number CHECK (state NOT IN ('printing', 'printed') OR copy IS NOT NULL)
);
CREATE INDEX ticket_prints_open ON ticket_prints (event, queued_at) WHERE state IN ('queued', 'printing');
