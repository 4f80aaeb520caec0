#!/bin/sh
# Run by Patroni on the first primary, once: the role and the database of Kaimen. $1 is how to connect.
set -eu
psql --no-psqlrc --set ON_ERROR_STOP=1 --dbname "$1" <<'SQL'
CREATE ROLE kaimen LOGIN;
CREATE DATABASE kaimen OWNER kaimen ENCODING 'UTF8' TEMPLATE template0;
SQL
