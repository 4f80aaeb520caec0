-- Phones that prove themselves by a key, who stands at them, how they are, what they are told and what they call for.

-- A lane with a token has no key, a phone has no token. `operator`: who is signed on now.
ALTER TABLE devices
  ALTER COLUMN token_hash DROP NOT NULL,
  ADD COLUMN role        text NOT NULL DEFAULT 'lane' CHECK (role IN ('lane', 'steward', 'volunteer')),
  ADD COLUMN public_key  jsonb,
  ADD COLUMN expires_at  timestamptz,
  ADD COLUMN revoked_why text,
  ADD COLUMN is_practice boolean NOT NULL DEFAULT false,
  ADD COLUMN replaces    text,
  ADD COLUMN label       text,
  ADD COLUMN operator    text,
  ADD CONSTRAINT device_has_one_proof CHECK ((token_hash IS NULL) <> (public_key IS NULL));
CREATE INDEX devices_by_event ON devices (event);
CREATE UNIQUE INDEX device_key_taken ON devices ((public_key ->> 'x')) WHERE public_key IS NOT NULL;

-- Of an offer's secret only the hash is kept. `device` and `key`: who took it up, so that the answer can be given again.
CREATE TABLE offers (
  id                text PRIMARY KEY,
  event             integer NOT NULL REFERENCES events (number),
  gate              text NOT NULL,
  lane              text,
  role              text NOT NULL,
  is_practice       boolean NOT NULL,
  replaces          text,
  operator          text,
  secret_hash       bytea NOT NULL CONSTRAINT offer_secret_taken UNIQUE,
  made_by           text NOT NULL,
  made_at           timestamptz NOT NULL,
  expires_at        timestamptz NOT NULL,
  device_expires_at timestamptz NOT NULL,
  withdrawn_at      timestamptz,
  used_at           timestamptz,
  device            text,
  key               text
);
CREATE INDEX offers_by_event ON offers (event, made_at);

-- Every start of a phone's app, by which two phones with one key are told from one phone.
CREATE TABLE device_runs (
  device   text NOT NULL,
  run      text NOT NULL,
  first_at timestamptz NOT NULL,
  last_at  timestamptz NOT NULL,
  PRIMARY KEY (device, run)
);

-- Who may stand at a lane. The name is apart, as that of holders is, so that it can be erased alone.
CREATE TABLE lane_people (
  event      integer NOT NULL REFERENCES events (number),
  person     text NOT NULL,
  role       text NOT NULL CHECK (role IN ('steward', 'volunteer', 'gate-supervisor')),
  badge_hash bytea NOT NULL CONSTRAINT badge_taken UNIQUE,
  pin_hash   bytea,
  added_by   text NOT NULL,
  added_at   timestamptz NOT NULL,
  revoked_at timestamptz,
  PRIMARY KEY (event, person)
);
CREATE TABLE lane_people_names (
  event    integer NOT NULL,
  person   text NOT NULL,
  name     text NOT NULL,
  -- As it is compared with what somebody types.
  name_key text NOT NULL,
  PRIMARY KEY (event, person)
);
CREATE INDEX lane_people_by_name ON lane_people_names (event, name_key);

CREATE TABLE shifts (
  id       text PRIMARY KEY,
  event    integer NOT NULL,
  device   text NOT NULL,
  gate     text NOT NULL,
  lane     text,
  person   text NOT NULL,
  began_at timestamptz NOT NULL,
  ended_at timestamptz,
  -- `signed-off`, `relieved`, `device-ended`, `handed-over`
  ended_by text
);
CREATE UNIQUE INDEX one_shift_per_device ON shifts (device) WHERE ended_at IS NULL;
CREATE INDEX shifts_by_event ON shifts (event, began_at);

-- Tries at a PIN, and look-ups, counted by device and by person; old ones are cleared away.
CREATE TABLE tries (
  event  integer NOT NULL,
  kind   text NOT NULL,
  device text NOT NULL,
  person text,
  at     timestamptz NOT NULL,
  failed boolean NOT NULL,
  -- Of a scan: a repeat is not a second try.
  id     text
);
CREATE INDEX tries_by_device ON tries (device, kind, at);
CREATE INDEX tries_by_person ON tries (person, kind, at);

-- Scans that somebody typed in.
CREATE TABLE manual_scans (
  device  text NOT NULL,
  scan_id text NOT NULL,
  event   integer NOT NULL,
  person  text,
  at      timestamptz NOT NULL,
  PRIMARY KEY (device, scan_id)
);
CREATE INDEX manual_scans_by_event ON manual_scans (event, at);

-- How each device is, as it last said.
CREATE TABLE device_status (
  device text PRIMARY KEY,
  event  integer NOT NULL,
  at     timestamptz NOT NULL,
  n      bigint NOT NULL,
  status jsonb NOT NULL
);
CREATE INDEX device_status_by_change ON device_status (event, n);

-- What is told to lanes and called from them: numbered under this row's lock, so that whoever follows it misses nothing.
CREATE TABLE notice_heads (
  event  integer PRIMARY KEY,
  n      bigint NOT NULL
);
CREATE TABLE notices (
  event integer NOT NULL,
  n     bigint NOT NULL,
  kind  text NOT NULL,
  -- `control`, or whom it is for: `all`, `gate/N1`, `lane/N1/N1-2`, `device/dev-…`
  scope text NOT NULL,
  body  jsonb NOT NULL,
  at    timestamptz NOT NULL,
  PRIMARY KEY (event, n)
);

CREATE TABLE messages (
  event        integer NOT NULL,
  id           text NOT NULL,
  scope        text NOT NULL,
  text         text NOT NULL,
  urgency      text NOT NULL,
  sent_by      text NOT NULL,
  sent_at      timestamptz NOT NULL,
  until        timestamptz,
  withdrawn_at timestamptz,
  PRIMARY KEY (event, id)
);
CREATE TABLE message_acknowledgements (
  event    integer NOT NULL,
  message  text NOT NULL,
  device   text NOT NULL,
  operator text,
  at       timestamptz NOT NULL,
  PRIMARY KEY (event, message, device)
);

CREATE TABLE calls (
  event           integer NOT NULL,
  device          text NOT NULL,
  call_id         text NOT NULL,
  kind            text NOT NULL,
  note            text,
  gate            text NOT NULL,
  lane            text,
  operator        text,
  called_at       timestamptz NOT NULL,
  received_at     timestamptz NOT NULL,
  acknowledged_at timestamptz,
  acknowledged_by text,
  closed_at       timestamptz,
  closed_by       text,
  outcome         text,
  PRIMARY KEY (event, device, call_id)
);

-- What is wrong with a device's identity. One of a kind stays open for a device at a time.
CREATE TABLE alarms (
  id         text PRIMARY KEY,
  event      integer NOT NULL,
  kind       text NOT NULL,
  device     text NOT NULL,
  detail     jsonb NOT NULL,
  raised_at  timestamptz NOT NULL,
  settled_at timestamptz,
  settled_by text,
  note       text
);
CREATE UNIQUE INDEX one_open_alarm ON alarms (event, kind, device) WHERE settled_at IS NULL;
