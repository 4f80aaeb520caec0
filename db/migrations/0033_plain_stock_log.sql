-- Written in every step of a sale and dropped an hour later: packing it takes longer than writing it.
ALTER TABLE stock_log ALTER COLUMN changes SET STORAGE EXTERNAL;
