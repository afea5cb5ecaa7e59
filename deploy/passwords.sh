#!/bin/sh
# Runs once, after roles.sql, when the database container makes its data folder.
set -eu
psql --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
	--set owner="$OWNER_PASSWORD" --set app="$APP_PASSWORD" <<'SQL'
ALTER ROLE smsgateway_owner PASSWORD :'owner';
ALTER ROLE smsgateway PASSWORD :'app';
SQL
