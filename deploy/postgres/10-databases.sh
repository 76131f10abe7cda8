#!/bin/sh
# Run once, by the PostgreSQL image, when its volume is empty: three databases, two owners. Neither can read the other's tables.
set -eu
ledger_password=$(cat "$LEDGER_DATABASE_PASSWORD_FILE")
psql --set=ON_ERROR_STOP=1 --username "$POSTGRES_USER" --set=temporal="$TEMPORAL_DATABASE_PASSWORD" --set=ledger="$ledger_password" <<'SQL'
create role temporal login password :'temporal';
create role opssentinel login password :'ledger';
create database temporal owner temporal;
create database temporal_visibility owner temporal;
create database opssentinel owner opssentinel;
revoke connect on database temporal, temporal_visibility, opssentinel from public;
SQL
