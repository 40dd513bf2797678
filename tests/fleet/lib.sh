# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# A store, a broker and homes on one machine, for the test and for figures: a folder of their own, gone afterwards. Sourced.
# shellcheck disable=SC2034  # the variables set here are used by those that source this
set -Eeuo pipefail

FLEET=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
ROOT=$(cd "$FLEET/../.." && pwd)
BUILD=${CG_BUILD:-$ROOT/build}
PACK=$ROOT/packaging/fleet
WORLD=$BUILD/tests/fleet/world
LOGS=$BUILD/fleet
# Paths of sockets are short, and another user's server must get there.
RUN=$(mktemp -d /tmp/cgfleet.XXXXXX)
SLOW=$([[ -n ${CG_SLOW:-} ]] && echo 5 || echo 1)
declare -A PIDS=()
declare -a AS=()
mkdir -p "$LOGS"
chmod 755 "$RUN"

cannot() { echo "skip fleet: $*"; exit 77; }

# start NAME COMMAND...: beside us
start()
{
	local name=$1
	shift
	"$@" >>"$LOGS/$name.log" 2>&1 &
	PIDS[$name]=$!
}

# stop NAME [SIGNAL]: and waits for its end
stop()
{
	kill "-${2:-TERM}" "${PIDS[$1]}" 2>/dev/null || true
	wait "${PIDS[$1]}" 2>/dev/null || true
	unset "PIDS[$1]"
}

# stop_group NAME [SIGNAL]: with all it started
stop_group()
{
	kill "-${2:-TERM}" -- "-${PIDS[$1]}" 2>/dev/null || true
	wait "${PIDS[$1]}" 2>/dev/null || true
	unset "PIDS[$1]"
}

fleet_end()
{
	local rc=$? name
	set +e
	trap - EXIT ERR
	for name in "${!PIDS[@]}"; do
		case $name in
		store) ;;
		ingest) stop_group ingest KILL ;;
		*) stop "$name" ;;
		esac
	done
	[[ -z ${PIDS[store]:-} ]] || stop store INT
	rm -rf "$RUN"
	exit "$rc"
}
trap fleet_end EXIT
trap 'exit 143' TERM INT HUP
trap 'echo "# ${BASH_SOURCE[0]##*/}:$LINENO: $BASH_COMMAND"' ERR

# wait_for SECONDS COMMAND...: until it succeeds; six times as long where others are busy
wait_for()
{
	local end=$((SECONDS + 6 * $1 * SLOW))
	shift
	until "$@" >/dev/null 2>&1; do
		((SECONDS < end)) || return 1
		sleep 0.1
	done
}

# find_tools: servers of Debian's packages, installed or below build/peers
find_tools()
{
	local top=$BUILD/peers dir
	[[ -x $BUILD/camgate-mqtt ]] || cannot "camgate-mqtt is not built: no libmosquitto here"
	MOSQUITTO=$(command -v mosquitto || ls "$top"/mosquitto/usr/sbin/mosquitto 2>/dev/null) ||
		cannot "no mosquitto, and none in build/peers"
	for dir in "" "$top/mosquitto-clients"; do
		[[ ! -x $dir/usr/bin/mosquitto_sub ]] || { PATH=$dir/usr/bin:$PATH; break; }
	done
	command -v mosquitto_sub >/dev/null || cannot "no mosquitto_sub, and none in build/peers"
	PG=$(find "$top/postgresql/usr/lib/postgresql" /usr/lib/postgresql -path '*/bin/initdb' 2>/dev/null | sort -V | tail -n 1 || true)
	[[ -n $PG ]] || cannot "no PostgreSQL, and none in build/peers"
	PG=${PG%/initdb}
	PATH=$PG:$PATH
	for dir in "$top"/*/usr/lib/*-linux-*; do
		[[ ! -d $dir ]] || LD_LIBRARY_PATH=${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}$dir
	done
	export PATH LD_LIBRARY_PATH=${LD_LIBRARY_PATH:-}
	# initdb refuses root.
	[[ $(id -u) -ne 0 ]] || AS=(setpriv --reuid 65534 --regid 65534 --clear-groups --)
}

store_start()
{
	start store "${AS[@]}" "$PG/postgres" -D "$RUN/pg/data" -k "$RUN/pg" -c listen_addresses= -c fsync=off
	wait_for 20 sql 'SELECT 1'
}

# store_up: a cluster without network, gone with us
store_up()
{
	mkdir "$RUN/pg"
	[[ ${#AS[@]} -eq 0 ]] || chown 65534:65534 "$RUN/pg"
	(cd "$RUN/pg" && "${AS[@]}" env LC_ALL=C initdb -D "$RUN/pg/data" -U fleet -A trust --no-sync -E UTF8) >"$LOGS/initdb.log" 2>&1
	export PGHOST=$RUN/pg PGUSER=fleet PGDATABASE=postgres
	store_start
	psql -q -X -v ON_ERROR_STOP=1 -f "$PACK/schema.sql"
}

sql() { psql -X -A -t -v ON_ERROR_STOP=1 -c "$1"; }
# ask FILE [OPTIONS]: rows, a | between
ask() { psql -X -A -t -q -v ON_ERROR_STOP=1 -f "$PACK/$1.sql" "${@:2}"; }

# key_make: as fleet.md says
key_make()
{
	head -c 32 /dev/urandom | od -An -v -tx1 | tr -d ' \n' >"$RUN/key"
	echo >>"$RUN/key"
	chmod 600 "$RUN/key"
}
