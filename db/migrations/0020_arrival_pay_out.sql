-- What pledges came to in money: owed when the scans have proved them, and paid out with the order they came by.

ALTER TABLE arrival_pledges
  -- NULL: not settled, or nothing is owed.
  ADD COLUMN owed_minor bigint CHECK (owed_minor >= 0),
  -- NULL: not yet; 0: nothing of the order was left that could be paid back.
  ADD COLUMN paid_minor bigint CHECK (paid_minor >= 0);
CREATE INDEX arrival_pledges_unpaid ON arrival_pledges (event) WHERE owed_minor > 0 AND paid_minor IS NULL;
