-- The control room: who signs in at the console, and what is done there.

-- A person who may sign in. Everything that names them is in `account_names`, so that it can be erased
-- alone; the audit and all other tables know the pseudonymous `person` only.
CREATE TABLE accounts (
  person        text PRIMARY KEY,
  role          text NOT NULL,
  -- argon2id, in PHC form; NULL until an invitation is accepted.
  password_hash text,
  -- Sealed under the master key.
  totp_sealed   bytea,
  -- The last time step whose code was taken: none is taken twice.
  totp_step     bigint NOT NULL DEFAULT 0,
  created_by    text NOT NULL,
  created_at    timestamptz NOT NULL,
  disabled_at   timestamptz
);

CREATE TABLE account_names (
  person text PRIMARY KEY REFERENCES accounts (person),
  login  text NOT NULL CONSTRAINT login_taken UNIQUE,
  name   text NOT NULL
);

-- A public key of a person's phone, computer or security key (WebAuthn).
CREATE TABLE passkeys (
  id           text PRIMARY KEY,
  person       text NOT NULL REFERENCES accounts (person),
  public_key   bytea NOT NULL,
  counter      bigint NOT NULL,
  transports   text[] NOT NULL,
  label        text NOT NULL,
  created_at   timestamptz NOT NULL,
  last_used_at timestamptz
);
CREATE INDEX passkeys_by_person ON passkeys (person);

-- Good once each, for the day the phone with the codes is lost; hashes only.
CREATE TABLE recovery_codes (
  person    text NOT NULL REFERENCES accounts (person),
  code_hash bytea NOT NULL,
  used_at   timestamptz,
  PRIMARY KEY (person, code_hash)
);

-- One link, good once: sets the password and the source of one-time codes.
CREATE TABLE invitations (
  code_hash   bytea PRIMARY KEY,
  person      text NOT NULL REFERENCES accounts (person),
  totp_sealed bytea NOT NULL,
  created_by  text NOT NULL,
  created_at  timestamptz NOT NULL,
  expires_at  timestamptz NOT NULL,
  used_at     timestamptz
);

-- A browser that is signed in; what its cookie says is kept as a hash.
CREATE TABLE sessions (
  id          text PRIMARY KEY,
  secret_hash bytea NOT NULL CONSTRAINT session_secret_taken UNIQUE,
  person      text NOT NULL REFERENCES accounts (person),
  via         text NOT NULL,
  created_at  timestamptz NOT NULL,
  seen_at     timestamptz NOT NULL,
  expires_at  timestamptz NOT NULL,
  ended_at    timestamptz
);
CREATE INDEX sessions_by_person ON sessions (person);

-- Failed attempts by login, browser and address, as hashes: a count and until when it is made to wait.
CREATE TABLE sign_in_attempts (
  bucket        bytea PRIMARY KEY,
  failures      integer NOT NULL,
  since         timestamptz NOT NULL,
  blocked_until timestamptz
);

-- What a passkey is asked to sign; taken away by its use.
CREATE TABLE passkey_challenges (
  challenge  text PRIMARY KEY,
  person     text,
  expires_at timestamptz NOT NULL
);

-- From when a match counts its entries anew: the first epoch from the start, later ones when everybody is
-- let in again after an evacuation. A journal that comes late is judged by the epoch of its time.
CREATE TABLE entry_epochs (
  event      integer NOT NULL REFERENCES events (number),
  epoch      smallint NOT NULL,
  started_at timestamptz NOT NULL,
  PRIMARY KEY (event, epoch)
);

CREATE TABLE evacuations (
  event         integer NOT NULL REFERENCES events (number),
  id            text NOT NULL,
  is_drill      boolean NOT NULL,
  reason        text NOT NULL,
  started_by    text NOT NULL,
  started_at    timestamptz NOT NULL,
  -- People counted in the ground and in each stand when it began.
  inside        jsonb NOT NULL,
  -- Stands that stewards have reported empty: `{"north": "2026-11-29T12:31:00.000Z"}`.
  cleared       jsonb NOT NULL DEFAULT '{}',
  ended_at      timestamptz,
  ended_by      text,
  -- The epoch that was opened for everybody to come back in; NULL: nobody was let back.
  readmitted_as smallint,
  PRIMARY KEY (event, id)
);

-- How a conflict was settled by people; `resolved_at` alone says that it dissolved by itself.
ALTER TABLE conflicts
  ADD COLUMN settled_by text,
  ADD COLUMN settled_as text,
  ADD COLUMN note text;

-- Money that changed hands at a service desk, as it was counted into the drawer; never altered, a
-- mistake is a second line.
CREATE TABLE cash_entries (
  event       integer NOT NULL REFERENCES events (number),
  id          text NOT NULL,
  serial      integer,
  kind        text NOT NULL CHECK (kind IN ('replacement', 'difference', 'sale', 'refund', 'correction')),
  minor       bigint NOT NULL,
  currency    text NOT NULL,
  reason      text NOT NULL,
  taken_by    text NOT NULL,
  taken_at    timestamptz NOT NULL,
  request_key text,
  PRIMARY KEY (event, id),
  CONSTRAINT cash_request_taken UNIQUE (event, request_key)
);

-- What needed somebody and who took it: until when, so that nothing is silenced for ever.
CREATE TABLE attention_acknowledgements (
  event      integer NOT NULL REFERENCES events (number),
  key        text NOT NULL,
  taken_by   text NOT NULL,
  note       text,
  taken_at   timestamptz NOT NULL,
  until      timestamptz NOT NULL,
  PRIMARY KEY (event, key)
);

-- Searches before the scan: they decide how fast a gate is as often as its lanes do.
CREATE TABLE gate_searches (
  event        integer NOT NULL REFERENCES events (number),
  gate         text NOT NULL,
  searchers    smallint NOT NULL,
  seconds_each smallint NOT NULL,
  PRIMARY KEY (event, gate)
);

-- A kick-off that was moved. Doors and the end of entry are moved by the event's window, which lanes know.
CREATE TABLE kick_offs (
  event     integer PRIMARY KEY REFERENCES events (number),
  starts_at timestamptz NOT NULL,
  reason    text NOT NULL,
  set_by    text NOT NULL,
  set_at    timestamptz NOT NULL
);
