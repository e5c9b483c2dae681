#!/bin/sh
# keyring-session.sh FOLDER MODE
# Runs a private D-Bus and, on it, a GNOME Keyring whose files are all in FOLDER. Lives as long as
# its standard input is open, so that nothing is left behind when the tests are killed; then ends
# both daemons and removes FOLDER. FOLDER/password holds the password of the keyring. Reads one of these modes as its argument and from every line:
#   unlocked   a new daemon with an unlocked login keyring
#   locked     a new daemon with that same login keyring, locked
#   bare       a new daemon without any keyring (unless one was made before)
#   none       no daemon
# Answers each with "ready PID" (of the keyring daemon) or "failed".
set -u
folder=$1 bus='' daemon=''

clean_up() {
  trap '' TERM INT HUP
  for pid in $daemon $bus; do
    kill -KILL "$pid" 2>/dev/null
    wait "$pid" 2>/dev/null
  done
  rm -rf "$folder"
}
trap clean_up EXIT
trap 'exit 143' TERM INT HUP

owned() {
  dbus-send --reply-timeout=1000 --print-reply=literal --dest=org.freedesktop.DBus / \
    org.freedesktop.DBus.NameHasOwner string:"$1" 2>/dev/null | grep -q true
}

# await STATUS NAME: until `owned NAME` gives STATUS
await() {
  tries=0
  until owned "$2"; [ $? -eq "$1" ]; do
    tries=$((tries + 1))
    [ $tries -lt 1500 ] || return 1
    sleep 0.02
  done
}

start_bus() {
  # Without the two eavesdrop rules replies are lost.
  cat >"$folder/bus.conf" <<CONF
<busconfig><type>session</type><listen>$DBUS_SESSION_BUS_ADDRESS</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>
<allow own="*"/></policy></busconfig>
CONF
  dbus-daemon --config-file="$folder/bus.conf" --nofork --nopidfile >>"$folder/log" 2>&1 &
  bus=$!
  await 0 org.freedesktop.DBus
}

end_daemon() {
  [ -n "$daemon" ] || return 0
  kill -CONT "$daemon" 2>/dev/null
  kill "$daemon" 2>/dev/null
  wait "$daemon" 2>/dev/null
  daemon=''
  await 1 org.freedesktop.secrets
}

start_daemon() {
  end_daemon || return 1
  gnome-keyring-daemon --foreground --components=secrets "$1" <"$2" >>"$folder/log" 2>&1 &
  daemon=$!
  await 0 org.freedesktop.secrets
}

enter() {
  case $1 in
    unlocked) start_daemon --unlock "$folder/password" ;;
    locked) start_daemon --unlock "$folder/password" && start_daemon --start /dev/null ;;
    bare) start_daemon --start /dev/null ;;
    none) end_daemon ;;
    *) return 1 ;;
  esac
}

answer() {
  if enter "$1"; then
    echo "ready ${daemon:-0}"
  else
    cat "$folder/log" >&2
    echo failed
  fi
}

start_bus || { cat "$folder/log" >&2; echo failed; exit 1; }
answer "$2"
while read -r mode; do answer "$mode"; done
