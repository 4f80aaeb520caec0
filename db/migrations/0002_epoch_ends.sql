-- How far each event had come when an epoch ended, `{"1": 4711}`: whoever saw more of it saw another store.
-- NULL: the present epoch, or one whose gaps were filled when the store was reconciled.
ALTER TABLE store_epochs ADD COLUMN ended_with jsonb;
