-- What lanes read off a ticket may hold NUL and halves of surrogate pairs. `json` keeps the text as it was
-- sent; `jsonb` refuses it, and one such code would stop a lane's journal for ever.
ALTER TABLE journal_entries ALTER COLUMN entry TYPE json USING entry::json;
