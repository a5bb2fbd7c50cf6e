#!/bin/bash
# Backups of Microblog, for whoever runs it; ./backup.sh --help. It finds out by itself whether Microblog runs with Docker
# or from `make run`, and hands the work to `flask backup` there.
set -euo pipefail
called_from=$PWD
cd "$(dirname "$(readlink -f "$0")")"

help() {
  cat <<'TEXT'
Backups of Microblog. Everything goes on running while one is made.

  ./backup.sh               make a backup now
  ./backup.sh list          show all backups, newest first
  ./backup.sh verify        read the newest one and compare every byte with what was put into it
  ./backup.sh verify FILE   the same for another one
  ./backup.sh restore FILE  put a backup in the place of the data; the data of before is kept beside it
  ./backup.sh drill         try the newest one: restore it into a place of its own, start it, log in, remove all again
  ./backup.sh doctor        look at everything that could be wrong with Microblog, backups or not
  ./backup.sh install       make a backup every night, by a timer of this machine (systemd, else cron)
  ./backup.sh uninstall     stop doing so

FILE is a name from the list, or a file anywhere on this machine. A restore that was interrupted goes on when you type
the same again. The last line says how it went; the exit status is 0 only if all went well.

Without `install` the worker makes a backup every night too (MICROBLOG_BACKUP_AT). `install` adds what only this
machine can do. Set in the environment or in .env:

  MICROBLOG_BACKUP_DIR            a folder on another disk that gets a copy, such as a mounted USB stick
  MICROBLOG_BACKUP_AGE_RECIPIENT  encrypt that copy for this key of the program `age`
  MICROBLOG_BACKUP_HOOK           a program to call with the copy, for example to send it elsewhere
  MICROBLOG_BACKUP_PING_URL       an address to fetch after a success; with /fail at its end after a failure
TEXT
}

say() { printf '%s\n' "$*"; }
refuse() {
  printf 'backup.sh: %s\n' "$*" >&2
  exit 1
}

# From the environment, else from .env, as Docker Compose has it. Fails where .env is not understood.
setting() { # NAME
  if [[ -v $1 ]]; then
    printf '%s' "${!1}"
  elif [[ -e .env ]]; then
    LC_ALL=C awk -v wanted="$1" -f deploy/dotenv.awk .env
  fi
}

# ---- what a container prints: whoever has taken it over chooses the words

# Without what a terminal would take for commands.
printable() { LC_ALL=C sed -u -e 's/[\x00-\x08\x0b-\x1f\x7f]//g' -e 's/\xc2[\x80-\x9f]//g'; }

is_backup() { # NAME
  local LC_ALL=C
  [[ ${#1} -le 200 && $1 =~ ^microblog-[0-9]{8}T([01][0-9]|2[0-3])([0-5][0-9]){2}Z-v[0-9A-Za-z.+-]+\.tar\.gz(\.age)?$ ]]
}

# Others would push real ones out of the folder on another disk.
is_of_today() { # NAME
  local made now
  made=$(date --utc --date "${1:10:8} ${1:19:2}:${1:21:2}:${1:23:2}" +%s 2>/dev/null) || return 1
  now=$(date +%s)
  ((made > now - 86400 && made < now + 86400))
}

# ---- where Microblog runs: "docker" or "here"

docker_works() { docker compose version >/dev/null 2>&1 && docker info >/dev/null 2>&1; }
docker_has_data() { [[ -n $(docker compose ps --all --quiet app 2>/dev/null) ]] || docker volume inspect "$(docker_volume)" >/dev/null 2>&1; }
docker_volume() { docker compose config --format json | sed -n 's/.*"name": *"\([^"]*_data\)".*/\1/p' | head -n 1; }
data_is_here() { [[ -e ${data_dir:-data}/app.db || -e ${data_dir:-data}/.lock ]]; }
data_is_open() { [[ -e ${data_dir:-data}/.lock ]] && ! flock --nonblock "${data_dir:-data}/.lock" true; }
# Of a database on a server there are no backups of ours; the program knows, and says what to type instead.
check_ours() { app list </dev/null >/dev/null || refuse "nothing was done; the line above says why"; }

mode() {
  if [[ -n ${MICROBLOG_DATA_DIR:-} ]]; then
    say here
  elif [[ -n ${COMPOSE_PROJECT_NAME:-} ]]; then
    say docker
  elif data_is_here; then
    if docker_works && docker_has_data; then of_both; else say here; fi
  elif docker_works; then
    [[ $command == @(restore|uninstall) ]] || docker_has_data ||
      refuse "there is no data yet: neither with Docker nor in ${data_dir:-$PWD/data}. Start Microblog first: docker compose up -d"
    say docker
  elif ! command -v docker >/dev/null; then
    say here
  else
    refuse "Docker does not answer, and there is no data of make run here; try: sudo $0 $command"
  fi
}

# A machine on which both were tried has data twice.
of_both() {
  if is_up app; then
    say docker
  elif data_is_open; then
    say here
  else
    refuse "there is data with Docker and in ${data_dir:-$PWD/data}, and neither runs. Start the one that you mean, or type COMPOSE_PROJECT_NAME=microblog $0 $command, or MICROBLOG_DATA_DIR=${data_dir:-$PWD/data} $0 $command"
  fi
}

is_up() { [[ -n $(docker compose ps --status running --quiet "$1" 2>/dev/null) ]]; } # SERVICE

in_service() { # SERVICE PROGRAM ARGUMENTS...: in the running container, else in one made for this
  local service=$1 program=$2
  shift 2
  if is_up "$service"; then
    docker compose exec -T "$service" "$program" "$@"
  else
    docker compose --progress quiet run --rm --no-deps -T --entrypoint "$program" "$service" "$@"
  fi
}

flask() { # ARGUMENTS
  if [[ $mode == docker ]]; then
    binary_flask "$@" | printable
  else
    binary_flask "$@"
  fi
}

binary_flask() { # ARGUMENTS: what it writes to standard output is passed on as it is
  if [[ $mode == docker ]]; then
    { in_service app flask "$@" 2>&1 1>&4 | printable >&2; } 4>&1
  else
    [[ -e .venv/complete ]] || deploy/venv.sh requirements.txt
    .venv/bin/python -m flask --app app "$@"
  fi
}

app() { flask backup "$@"; }               # ARGUMENTS of `flask backup`
binary_app() { binary_flask backup "$@"; } # the same

verify() { # FILE, or nothing for the newest
  if [[ -f $1 ]]; then app verify - <"$1"; else app verify "$1" </dev/null; fi
}

# ---- making one

# Only this machine's operator can read the authority, not the application; so only here it gets into a backup.
make_one() { # OPTIONS of `flask backup now`
  if [[ $mode == docker ]] && in_service nginx test -d /tls/ca </dev/null 2>/dev/null; then
    in_service nginx tar -C /tls -cf - ca </dev/null | app now --authority - "$@"
  else
    app now "$@" </dev/null
  fi
}

now() { # OPTIONS of `flask backup now`
  local output name
  output=$(make_one "$@") || failed "the backup failed; the lines above say why"
  say "$output"
  name=$(sed -n 's/^made \([^:]*\): .*/\1/p' <<<"$output" | tail -n 1)
  if [[ -n $name ]]; then
    if ! is_backup "$name" || ! is_of_today "$name"; then
      failed "no copy was made: $name is not the name of a backup of today"
    fi
    pass_on "$name"
  elif [[ $* != *--if-* ]]; then
    failed "no copy was made: no backup was named"
  fi
  ping ''
}

# What the timer calls, with nobody there to read: a backup every night, a drill every month, a letter if one fails.
nightly() { # OPTIONS of `flask backup now`
  now --gently "$@"
  if app drill-due </dev/null; then drill; fi
}

failed() { # MESSAGE
  ping /fail
  if [[ -n $alone ]]; then app tell-admins "$1" </dev/null >&2 || true; fi
  refuse "$1"
}

ping() { # END_OF_ADDRESS
  [[ -n $ping_url ]] || return 0
  curl -fsS --max-time 10 --retry 3 -o /dev/null "$ping_url$1" || say "warning: could not fetch $ping_url$1" >&2
}

# ---- a copy on another disk, and the hook

pass_on() { # NAME
  local folder=$backup_dir copy scratch=
  [[ -n $folder$hook ]] || return 0
  if [[ -z $folder ]]; then
    scratch=$(mktemp -d) folder=$scratch
  fi
  [[ -d $folder ]] || failed "MICROBLOG_BACKUP_DIR: there is no folder $folder (is the disk mounted?); the backup itself is made"
  copy=$folder/$1
  write_copy "$1" "$copy" || failed "could not copy the backup to $folder; the backup itself is made"
  [[ -z $recipient ]] || copy=$copy.age
  if [[ -n $hook ]]; then
    "$hook" "$copy" || failed "MICROBLOG_BACKUP_HOOK: $hook ended with status $?; the backup itself is made"
  fi
  if [[ -n $scratch ]]; then rm -rf "$scratch"; else thin_out "$folder"; fi
}

write_copy() { # NAME COPY, which gets .age at its end if it is encrypted
  local draft
  draft=$(mktemp "$2.XXXXXX")
  if [[ -n $recipient ]]; then
    if ! binary_app send "$1" </dev/null | age --encrypt --recipient "$recipient" >"$draft"; then
      rm -f "$draft"
      return 1
    fi
    set -- "$1" "$2.age"
  else
    # read once more and compared: sticks lie
    if ! { binary_app send "$1" </dev/null >"$draft" && binary_app send "$1" </dev/null | cmp --silent - "$draft"; }; then
      rm -f "$draft"
      return 1
    fi
  fi
  sync "$draft" && mv "$draft" "$2"
}

thin_out() { # FOLDER
  local name
  find "$1" -maxdepth 1 -type f -name 'microblog-*.tar.gz*' -printf '%f\n' | superfluous | while read -r name; do
    rm -f "$1/$name"
  done
}

# Of the names on standard input those that may go, by the rule of app/backup/retention.py. It is applied here, because a
# container that was taken over would say that all may go.
superfluous() {
  local name day
  while read -r name; do
    if is_backup "$name" && day=$(date --utc --date "${name:10:8}" '+%F %G-%V %Y-%m' 2>/dev/null); then
      say "${name:10:16} $day $name"
    fi
  done | sort --reverse | awk '
    $1 != last {
      last = $1
      gone = ++times > 3
      if (!seen[$2]++ && ++days <= 7) gone = 0
      if (!seen[$3]++ && ++weeks <= 4) gone = 0
      if (!seen["month " $4]++ && ++months <= 6) gone = 0
    }
    gone { print $5 }'
}

# ---- restoring

refuse_encrypted() { # FILE
  if [[ $1 == *.age ]]; then refuse "decrypt it first: age --decrypt --identity YOUR_KEY_FILE --output ${1%.age} $1"; fi
}

restore() { # FILE
  local name told
  if [[ $mode == here ]]; then
    told=$(app restore --stop "$1" </dev/null) || refuse "it was not restored; the lines above say why"
    say "start it again, if it does not start by itself: make run"
    say "$told"
    return
  fi
  name=$(into_the_appliance "$1")
  say "stopping the application; visitors see a page that says so"
  docker compose --progress quiet stop app
  if ! told=$(app restore "$name" </dev/null); then
    # An interrupted one is finished or undone by the start; a refused one has changed nothing.
    docker compose --progress quiet up --detach
    refuse "$name was not restored; the lines above say why"
  fi
  docker compose --progress quiet up --detach
  wait_for app /app/deploy/healthcheck.sh || refuse "$told, but the application does not answer yet: docker compose logs app"
  restore_authority "$name"
  wait_for nginx /opt/microblog/healthcheck.sh || refuse "$told, but Nginx does not answer yet: docker compose logs nginx"
  say "$told"
}

into_the_appliance() { # FILE; its name there
  local answer
  if [[ -f $1 ]]; then
    answer=$(app receive <"$1") || refuse "$1 was not restored; nothing was changed"
    is_backup "${answer##* }" || refuse "$1 was not restored: the container did not name it. Nothing was changed"
    say "${answer##* }"
  else
    is_backup "${1##*/}" || refuse "$1 is neither a file nor the name of a backup; ./backup.sh list shows all"
    app verify "${1##*/}" </dev/null >&2 || refuse "nothing was changed"
    say "${1##*/}"
  fi
}

# Puts it in place, if it is another one. At its start Nginx makes a certificate of the authority that it finds.
restore_authority() { # NAME
  local answer
  # expanded in the container
  # shellcheck disable=SC2016
  answer=$(binary_app authority "$1" </dev/null | in_service nginx sh -c '
    set -e
    rm -rf /tls/.new.restored && mkdir -m 700 /tls/.new.restored
    tar -C /tls/.new.restored -xf -
    cd /tls/.new.restored
    if [ -n "$(find . -mindepth 1 ! -type d ! -type f -o -type f ! -path ./ca/ca.crt ! -path ./ca/ca.key)" ]; then exit 1; fi
    cd /
    if [ -s /tls/.new.restored/ca/ca.key ] && ! cmp -s /tls/.new.restored/ca/ca.key /tls/ca/ca.key; then
      sync /tls/.new.restored/ca/*
      if [ -d /tls/ca ]; then mv -T /tls/ca /tls/.new.before; fi
      mv -T /tls/.new.restored/ca /tls/ca
      echo another
    fi') || say "warning: the certificate authority was not restored" >&2
  if [[ $answer == *another* ]]; then docker compose --progress quiet restart nginx; fi
}

wait_for() { # SERVICE HEALTHCHECK
  local try
  for ((try = 0; try < 150; try++)); do
    if docker compose exec -T "$1" "$2" </dev/null 2>/dev/null; then return; fi
    sleep 1
  done
  return 1
}

# ---- the drill

# In a container that has no network and sees nothing but a volume of its own, both removed afterwards.
drill() {
  local name volume image answer status=0
  if [[ $mode == here ]]; then
    app drill </dev/null || failed "the drill failed; the lines above say why"
    return
  fi
  name=$(newest)
  is_backup "$name" || failed "the drill failed: there is no backup yet"
  volume=microblog-drill-$$
  image=$(docker compose config --images app)
  docker volume create "$volume" >/dev/null
  # the name as it is now
  # shellcheck disable=SC2064
  trap "docker volume rm --force $volume >/dev/null" EXIT
  answer=$(binary_app send "$name" </dev/null | docker run --rm --interactive --network none --read-only \
    --tmpfs /tmp:mode=0700,uid=10001,gid=10001 --tmpfs /run:mode=0755,uid=10001,gid=10001 --cap-drop ALL \
    --security-opt no-new-privileges:true --volume "$volume:/data" --env MICROBLOG_RUN_DIR=/run/microblog \
    --entrypoint flask "$image" backup drill - 2>&1 | printable) || status=$?
  app note-drill "$(if [[ $status == 0 ]]; then say ok; else say failed; fi)" "${answer##*$'\n'}" </dev/null
  [[ $status == 0 ]] || failed "the drill failed: ${answer##*$'\n'}"
  say "${answer##*$'\n'}"
}

newest() { app list </dev/null | sed -n '1s/\t.*//p'; }

# ---- every night

units=${UNIT_DIR:-/etc/systemd/system}

install_timer() {
  if command -v systemctl >/dev/null && [[ -w $units ]]; then
    write_units
    systemctl daemon-reload
    systemctl enable --now microblog-backup.timer
    say "installed: a backup every night, by systemd (systemctl status microblog-backup.timer)"
  elif command -v crontab >/dev/null; then
    { other_lines; cron_lines; } | crontab -
    say "installed: a backup every night, by cron (crontab -l)"
  else
    refuse "neither systemd (as root: sudo ./backup.sh install) nor cron is here; the worker makes a backup every night all the same"
  fi
}

write_units() {
  cat >"$units/microblog-backup.service" <<TEXT
[Unit]
Description=Backup of Microblog
After=docker.service network-online.target
Wants=network-online.target

[Service]
Type=oneshot
# whose the data is, if it is in this folder; Docker is root's
User=$(if [[ $mode == here ]]; then stat -c %U .; else say root; fi)
ExecStart="$PWD/backup.sh" nightly
Nice=10
IOSchedulingClass=idle
TEXT
  cat >"$units/microblog-backup.timer" <<'TEXT'
[Unit]
Description=Backup of Microblog every night

[Timer]
OnCalendar=*-*-* 03:00:00
RandomizedDelaySec=20min
# a night that was missed is made up for
Persistent=true

[Install]
WantedBy=timers.target
TEXT
}

marker="# Microblog, by $PWD/backup.sh install"
other_lines() { { crontab -l 2>/dev/null || true; } | { grep -vF "$marker" || true; }; }
cron_lines() {
  say "0 3 * * * sleep \$(shuf -i 0-1200 -n 1); $(printf %q "$PWD/backup.sh") nightly $marker"
  # a night that was missed is made up for, and before the worker does it, whose backup has no copy elsewhere
  say "@reboot sleep 120; $(printf %q "$PWD/backup.sh") missed $marker"
}

uninstall_timer() {
  if [[ -e $units/microblog-backup.timer ]]; then
    systemctl disable --now microblog-backup.timer
    rm -f "$units/microblog-backup.timer" "$units/microblog-backup.service"
    systemctl daemon-reload
  fi
  if command -v crontab >/dev/null && crontab -l 2>/dev/null | grep -qF "$marker"; then other_lines | crontab -; fi
  say "uninstalled; the worker goes on making a backup every night, unless MICROBLOG_BACKUP_AT=off"
}

# ---- what was typed

absolute() { # FILE: as seen from where the command was typed
  if [[ $1 != /* && -f $called_from/$1 ]]; then say "$called_from/$1"; else say "$1"; fi
}

command=${1:-now}
case $command in
  help | -h | --help)
    help
    exit
    ;;
esac
alone=
if [[ $command == @(nightly|missed) ]]; then alone=yes; fi
unread="nothing was done: a setting cannot be read; the line above says which"
data_dir=$(setting MICROBLOG_DATA_DIR) || refuse "$unread"
mode=$(mode)
ping_url=
ping_url=$(setting MICROBLOG_BACKUP_PING_URL) || failed "$unread"
backup_dir=$(setting MICROBLOG_BACKUP_DIR) || failed "$unread"
recipient=$(setting MICROBLOG_BACKUP_AGE_RECIPIENT) || failed "$unread"
hook=$(setting MICROBLOG_BACKUP_HOOK) || failed "$unread"
case $command in
  now) now "${@:2}" ;;
  nightly) nightly ;;
  missed) nightly --if-older 20 ;;
  list) app list </dev/null ;;
  verify)
    refuse_encrypted "${2:-}"
    verify "$(absolute "${2:-}")"
    ;;
  drill)
    check_ours
    drill
    ;;
  doctor) flask doctor </dev/null ;;
  restore)
    [[ $# -eq 2 ]] || refuse "say which: ./backup.sh restore FILE; ./backup.sh list shows them"
    refuse_encrypted "$2"
    restore "$(absolute "$2")"
    ;;
  install)
    check_ours
    install_timer
    ;;
  uninstall) uninstall_timer ;;
  *) refuse "there is no command $command; ./backup.sh --help shows all" ;;
esac
