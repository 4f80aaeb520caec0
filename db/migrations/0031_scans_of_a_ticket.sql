-- A ticket's history is asked for while its holder stands at the desk, also when a hundred thousand scans are there.

CREATE INDEX scans_by_ticket ON scans (event, serial);
