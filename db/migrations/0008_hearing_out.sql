-- After the night: which devices were heard out, and what was moved.

-- A device of which nothing more will come: lost, broken, wiped. Said by a person, with the reason; the
-- night report names it.
CREATE TABLE devices_written_off (
  event          integer NOT NULL REFERENCES events (number),
  device         text NOT NULL,
  reason         text NOT NULL,
  written_off_by text NOT NULL,
  written_off_at timestamptz NOT NULL,
  PRIMARY KEY (event, device)
);

-- A kick-off that was moved is one of the controls, so that it goes where they go: to lanes and to boxes.
UPDATE controls SET state = jsonb_set(state, '{window,startsAt}',
  to_jsonb((extract(epoch FROM k.starts_at) * 1000)::bigint))
FROM kick_offs k WHERE k.event = controls.event;
DROP TABLE kick_offs;

-- What was done to one thing, latest first; and the audit from its end.
CREATE INDEX audit_by_subject ON audit (subject, at);
CREATE INDEX audit_by_time ON audit (at, node, seq);
