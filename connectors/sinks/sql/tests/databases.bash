# SPDX-License-Identifier: Apache-2.0
# The three databases of the sql sink's tests: servers once for a file, and one way to ask each.
# shellcheck disable=SC2034,SC2154  # $work and $program are of the tests, databases is for them
databases=(sqlite postgres mariadb)
servers=$BATS_TEST_DIRNAME/../../../../tests/servers

start_databases() {
  "$servers/postgres" start "$BATS_FILE_TMPDIR/postgres" tls
  "$servers/mariadb" start "$BATS_FILE_TMPDIR/mariadb"
}
stop_databases() {
  "$servers/postgres" stop "$BATS_FILE_TMPDIR/postgres"
  "$servers/mariadb" stop "$BATS_FILE_TMPDIR/mariadb"
}
# Fresh for the test: an own file, and names that end in its number.
use_databases() {
  # shellcheck disable=SC1091
  source "$BATS_FILE_TMPDIR/postgres/env" && source "$BATS_FILE_TMPDIR/mariadb/env"
  file=$work/sqlite.db
  sqlite3 "$file" 'PRAGMA journal_mode = WAL' >/dev/null
}
url_of() {
  case $1 in
    sqlite) echo "sqlite:$file" ;;
    postgres) echo "$PG_SCRAM_URL" ;;
    mariadb) echo "$MARIADB_URL" ;;
  esac
}
# sql DATABASE TEXT: rows with `|` between values, and NULL.
sql() {
  case $1 in
    sqlite) sqlite3 -nullvalue NULL -cmd '.timeout 5000' "$file" "$2" ;;
    postgres) PGOPTIONS='-c timezone=UTC' psql -XAtq -P null=NULL "$PG_SCRAM_URL" -c "$2" ;;
    mariadb)
      mariadb --no-defaults -h127.0.0.1 -P"$MARIADB_PORT" -usluice -p'se"c ret' -NBr test \
        -e "SET sql_mode = 'ANSI_QUOTES'; $2" | tr '\t' '|'
      ;;
  esac
}
# sql_is DATABASE TEXT EXPECTED
sql_is() { [[ $(sql "$1" "$2") == "$3" ]]; }
# start_sink DATABASE [OPTION...]: named so that the tests and the databases share nothing.
start_sink() {
  start_process "sink-$1" "$program" --fluvio-topic t --name "x$BATS_TEST_NUMBER-$1" \
    --url "$(url_of "$1")" "${@:2}"
}
# run_sink DATABASE [OPTION...]: until it ends by itself; sets status and output.
run_sink() {
  run timeout 20 "$program" --fluvio-topic t --name "x$BATS_TEST_NUMBER-$1" \
    --url "$(url_of "$1")" "${@:2}"
}
