-- Which evacuation an entry epoch was opened after: however often its end is asked for, wherever it is
-- decided, everybody is let in anew once.
ALTER TABLE entry_epochs ADD COLUMN evacuation text;
CREATE UNIQUE INDEX one_epoch_per_evacuation ON entry_epochs (event, evacuation);
