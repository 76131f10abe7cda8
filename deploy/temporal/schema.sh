#!/bin/sh
# Address and password come from SQL_*. setup-schema leaves a newer version alone; update-schema does what is missing.
set -eu
for database in temporal:temporal temporal_visibility:visibility; do
  name=${database%%:*}
  versions=/etc/temporal/schema/postgresql/v12/${database##*:}/versioned
  temporal-sql-tool --db "$name" setup-schema -v 0.0
  temporal-sql-tool --db "$name" update-schema -d "$versions"
done
