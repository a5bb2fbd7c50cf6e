#!/bin/bash
# What the official images do at their start, as far as deploy/ relies on it: on an empty volume make the database, its
# user and the password from a file, with nobody let in by the network meanwhile; then be the server.
set -euo pipefail

mariadb_server() {
  local data=/var/lib/mysql password
  if [[ ! -d $data/mysql ]]; then
    password=$(<"$MARIADB_PASSWORD_FILE")
    mariadb-install-db --datadir=$data --auth-root-authentication-method=normal --skip-test-db "$@" >/dev/null
    mariadbd "$@" --skip-networking &
    until mariadb --user=root mysql --execute 'SELECT 1' >/dev/null 2>&1; do sleep 0.2; done
    mariadb --user=root mysql <<SQL
SET PASSWORD FOR root@localhost = PASSWORD('$(<"$MARIADB_ROOT_PASSWORD_FILE")');
CREATE USER healthcheck@localhost IDENTIFIED BY 'healthcheck';
CREATE USER healthcheck@'127.0.0.1' IDENTIFIED BY 'healthcheck';
CREATE DATABASE \`$MARIADB_DATABASE\`;
CREATE USER '$MARIADB_USER'@'%' IDENTIFIED BY '$password';
GRANT ALL ON \`$MARIADB_DATABASE\`.* TO '$MARIADB_USER'@'%';
SQL
    kill %1 && wait %1
  fi
  exec mariadbd "$@"
}

postgresql_server() {
  if [[ ! -s $PGDATA/PG_VERSION ]]; then
    chmod 700 "$PGDATA"
    eval "initdb --username='$POSTGRES_USER' --pwfile='$POSTGRES_PASSWORD_FILE' $POSTGRES_INITDB_ARGS" >/dev/null
    pg_ctl -o "-c listen_addresses=''" -w start >/dev/null
    psql --quiet --username="$POSTGRES_USER" --dbname=postgres --command="CREATE DATABASE \"$POSTGRES_DB\""
    pg_ctl -m fast -w stop >/dev/null
    echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
  fi
  exec postgres -c listen_addresses='*' "$@"
}

# Its server is one of the tests' own on this machine, behind a socket that the test mounts; see stand_ins.py.
elasticsearch_server() {
  local mode
  mode=$(stat -L -c %a "$ELASTIC_PASSWORD_FILE")
  if [[ $mode != 400 && $mode != 600 || ! -r $ELASTIC_PASSWORD_FILE ]]; then
    echo "ERROR: the file of the password has the mode $mode" >&2
    exit 1
  fi
  touch /usr/share/elasticsearch/data/node.lock /usr/share/elasticsearch/config/elasticsearch.keystore
  exec socat TCP-LISTEN:9200,fork,reuseaddr UNIX-CONNECT:/relay/socket
}

if [[ ${1:0:1} == - ]]; then set -- mariadbd "$@"; fi
case $1 in
  mariadbd) mariadb_server "${@:2}" ;;
  postgres) postgresql_server "${@:2}" ;;
  elasticsearch) elasticsearch_server ;;
  *) exec "$@" ;;
esac
