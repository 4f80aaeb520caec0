-- Files of providers, held against our facts: which file each fact was found in.

CREATE TABLE reconciliations (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  provider    text NOT NULL,
  -- The day that the file is of, by the provider's clock.
  day         date NOT NULL,
  -- SHA-256 of the file: the same one again adds nothing.
  file_hash   bytea NOT NULL,
  lines       integer NOT NULL,
  differences integer NOT NULL,
  made_by     text NOT NULL,
  made_at     timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX reconciliations_by_day ON reconciliations (provider, day);

-- NULL: no file has told of it yet.
ALTER TABLE payment_facts ADD COLUMN reconciled_by bigint REFERENCES reconciliations (id);
CREATE INDEX payment_facts_unreconciled ON payment_facts (provider, heard_at)
  WHERE reconciled_by IS NULL AND kind IN ('captured', 'refunded');

-- A member's credit is what the ledger says of it.
CREATE INDEX ledger_by_credit ON ledger (credit) WHERE credit LIKE 'credit:%';
CREATE INDEX ledger_by_debit ON ledger (debit) WHERE debit LIKE 'credit:%';
