-- What is kept from sale stands in the sale's own file (`sale_offers`), in versions. This table of 0014 was never
-- written to by any program, and the release before does not know it.
-- contract: allotments
DROP TABLE allotments;
