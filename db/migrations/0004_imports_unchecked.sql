-- An import writes hundreds of thousands of rows of one event, whose row it holds locked, and no event is
-- ever deleted: looking that event up again for each row is a third of what writing the row costs.
ALTER TABLE tickets DROP CONSTRAINT tickets_event_fkey;
ALTER TABLE media DROP CONSTRAINT media_event_fkey;
ALTER TABLE holders DROP CONSTRAINT holders_event_fkey;
