#!/bin/bash
# MariaDB's, as far as deploy/mysql.yaml calls it: whether one can connect by the network, and InnoDB is ready.
set -euo pipefail
[[ "$*" == '--connect --innodb_initialized' ]]
mariadb --host=127.0.0.1 --user=healthcheck --password=healthcheck --skip-ssl --skip-column-names \
  --execute "SELECT 1 FROM information_schema.ENGINES WHERE engine = 'InnoDB' AND support IN ('YES', 'DEFAULT')" | grep -qx 1
