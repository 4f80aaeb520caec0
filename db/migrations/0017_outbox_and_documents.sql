-- What people are told, written in the transaction that gives cause for it and sent by any node afterwards; and
-- documents of holders.

CREATE TABLE outbox (
  -- Also the name of the letter in its Message-ID, the same for every attempt.
  id              text PRIMARY KEY,
  -- The occasion and who is told, `order-paid/O-4711/mail`: nobody is told the same twice.
  key             text NOT NULL CONSTRAINT outbox_key_taken UNIQUE,
  channel         text NOT NULL CHECK (channel IN ('mail', 'text')),
  template        text NOT NULL,
  -- Facts of the occasion; no name, no address, no secret.
  facts           jsonb NOT NULL,
  language        text NOT NULL CHECK (language IN ('zh-CN', 'en')),
  -- Address, name and link, sealed under the master key; NULL once they are not needed any more.
  addressee       bytea,
  -- Of the address, for staff: `a***@example.org`.
  masked          text NOT NULL,
  event           integer,
  order_ref       text,
  -- One of very many of the same occasion: others go first.
  is_bulk         boolean NOT NULL DEFAULT false,
  state           text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'failed', 'bounced')),
  attempts        smallint NOT NULL DEFAULT 0,
  -- When it is next to be tried; while somebody is trying, until when they are believed to be.
  due_at          timestamptz NOT NULL,
  created_at      timestamptz NOT NULL,
  -- Since when it is being tried: later than its making when staff sent it again.
  since           timestamptz NOT NULL,
  useful_until    timestamptz,
  settled_at      timestamptz,
  -- What the last attempt met with, without the address.
  why             text
);
CREATE INDEX outbox_due ON outbox (is_bulk, due_at) WHERE state = 'waiting';
CREATE INDEX outbox_by_order ON outbox (event, order_ref);
CREATE INDEX outbox_by_state ON outbox (state, created_at);
CREATE INDEX outbox_to_forget ON outbox (settled_at) WHERE addressee IS NOT NULL AND settled_at IS NOT NULL;

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
