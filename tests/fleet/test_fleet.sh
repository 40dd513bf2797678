#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Fifty homes, a broker that dies, a store that is away: every event once, the stranger found, no ordinary viewer named.
# shellcheck source=tests/fleet/lib.sh
. "$(dirname "$0")/lib.sh"
HOMES=50 DAYS=3
FIGURES=${CG_FIGURES:-$BUILD/figures.jsonl}
rc=0

check() { # NAME COMMAND...: one case
	if "${@:2}" >/dev/null 2>"$LOGS/case.log"; then
		echo "ok fleet: $1"
	else
		tail -n 3 "$LOGS/case.log" | sed 's/^/# /'
		echo "not ok fleet: $1"
		rc=1
	fi
}
same() { [[ $1 == "$2" ]] || { echo "found '$1', expected '$2'" >&2; return 1; }; }
figure() { # NAME VALUE OP LIMIT UNIT N CONTROL RAW
	jq -cn --arg name "$1" --argjson value "$2" --arg op "$3" --argjson limit "$4" --arg unit "$5" \
		--argjson n "$6" --argjson control "$7" --arg raw "${8#"$BUILD"/}" '{name:$name,value:$value,op:$op,
		limit:$limit,unit:$unit,n:$n,control:$control,raw:$raw}' >>"$FIGURES"
	check "figure $1: $2 $5, expected $3 $4, control $7" \
		awk -v v="$2" -v op="$3" -v l="$4" 'BEGIN { exit !(op == "==" ? v == l : op == "<=" ? v <= l : v >= l) }'
}

find_tools
[[ -x $WORLD ]] || cannot "the world is not built: make tests-fleet"
rm -f "$LOGS"/*.log
store_up
key_make
check 'the schema may be put in twice' psql -q -X -v ON_ERROR_STOP=1 -f "$PACK/schema.sql"

# ---- broker, homes ---------------------------------------------------------------------------
PORT=$((20000 + RANDOM % 20000))
broker_start()
{
	start broker "$MOSQUITTO" -c "$RUN/broker.conf"
	wait_for 10 mosquitto_pub -p "$PORT" -i probe -u fleet-desk -t camgate/fleet/v1/probe/desired -n
}
mkdir "$RUN/broker"
# Who one is is what one says here; the shipped rules judge by it.
sed -E '/^(listener|cafile|certfile|keyfile|require_certificate|use_identity_as_username|allow_anonymous|acl_file|persistence_location)/d' \
	"$PACK/mosquitto.conf" >"$RUN/broker.conf"
printf '%s\n' "user $(id -un)" "listener $PORT 127.0.0.1" 'allow_anonymous true' 'log_type error' 'log_type notice' 'log_type subscribe' "acl_file $RUN/acl" \
	"persistence_location $RUN/broker/" >>"$RUN/broker.conf"
install -m 600 "$PACK/acl" "$RUN/acl"
broker_start

gateway() { printf 'home-%04d' "$1"; }
settings() # HOME GENERATION FLEET
{
	jq -cn --argjson port "$PORT" --argjson generation "$2" --arg id "$(gateway "$1")" --arg run "$RUN" --argjson fleet "$3" '
		{v:1,ok:true,code:0,generation:$generation,configured:true,enabled:true,broker:"127.0.0.1",port:$port,
		tls:false,credentials:"\($run)/\($id).secret",id:$id,topic:"none",discovery:"none",viewers:false,
		may_widen:[]} + if $fleet then {fleet:({gateway:$id,key_file:"\($run)/key",addresses:"hashed",names:false,
		desired:true} + $fleet)} else {} end' >"$RUN/h$1/mqtt.json.new"
	mv "$RUN/h$1/mqtt.json.new" "$RUN/h$1/mqtt.json"
}
home_start() # HOME
{
	start "home$1" "$BUILD/camgate-mqtt" --socket "$RUN/h$1/sock" --state-dir "$RUN/h$1/state" --retry 1s
}
for ((h = 0; h < HOMES; h++)); do
	mkdir -p "$RUN/h$h/state"
	gateway $h >"$RUN/$(gateway $h).secret"
	chmod 600 "$RUN/$(gateway $h).secret"
	settings $h 1 '{}'
done
settings 3 1 '{"desired":false}'
start agents "$WORLD" agents "$RUN" $HOMES
# A group of its own: killed, it is killed with what it started, as a service is.
ingest_start() { start ingest setsid env FLEET_SPOOL="$RUN/spool" FLEET_LINES=500 FLEET_WAIT=0.2 "$PACK/ingest.sh" -p "$PORT" -u fleet-store; }
ingest_start
wait_for 10 grep -q "fleet-store 1 camgate/fleet/v1/+/reported" "$LOGS/broker.log"
wait_for 10 test -S "$RUN/h$((HOMES - 1))/sock"
for ((h = 0; h < HOMES; h++)); do home_start $h; done

count_is() { [[ $(sql "$1") -eq $2 ]]; }
check 'every home says that it begins, and how it is' wait_for 30 count_is \
	"SELECT count(*) FILTER (WHERE what = 'begin') + (SELECT count(*) FROM fleet.gateway) FROM fleet.event" $((2 * HOMES))

# ---- days of lines; broker, store and homes fail meanwhile -------------------------------------
lines_put() # HOME: whole at once
{
	"$WORLD" lines "$1" $HOMES $DAYS >"$RUN/h$1/lines.new"
	mv "$RUN/h$1/lines.new" "$RUN/h$1/lines"
}
ids() { # HOME
	jq -r --arg g "$(gateway "$1")" 'select(.what != "day") | "\($g)-\(.n)-\(.hash[:8])"' "$RUN/h$1/lines"; }
for ((h = 0; h < HOMES / 2; h++)); do lines_put $h; done
wait_for 20 eval '[[ $(sql "SELECT count(*) FROM fleet.event") -gt 100 ]]'
# A home and the store, in the middle of it.
stop home1 KILL
stop store INT
home_start 1
store_start
# The broker takes what nobody fetches, and dies with it.
stop_group ingest KILL
for ((h = HOMES / 2; h < HOMES; h++)); do lines_put $h; done
carried() # all of them have told all they have
{
	local h
	for ((h = 0; h < HOMES; h++)); do
		[[ $(jq .n "$RUN/h$h/state/fleet.json") == "$(tail -n 1 "$RUN/h$h/lines" | jq .n)" ]] || return 1
	done
}
check 'the broker has all of it' wait_for 30 carried
stop broker KILL
for ((h = 0; h < HOMES; h++)); do ids $h; done | sort >"$RUN/ids"
total=$(wc -l <"$RUN/ids")
broker_start
ingest_start
missing() { sql "SELECT coalesce(sum(missing), 0) FROM fleet.missing"; }
told_again() # until none is missing
{
	ask again -F " " >"$RUN/again"
	while read -r topic wish; do
		mosquitto_pub -p "$PORT" -u fleet-desk -r -q 1 -t "$topic" -m "$wish"
	done <"$RUN/again"
	wait_for 5 eval '[[ $(missing) -eq 0 ]]'
}
check 'what the broker lost is known to be missing' wait_for 20 eval '[[ $(missing) -gt 100 ]]'
away=$(missing)
check 'and is told again' wait_for 40 told_again
wait_for 40 count_is "SELECT count(*) FROM fleet.event WHERE what IN ('allowed', 'stopped', 'refused')" "$total" || true
sql 'SELECT id FROM fleet.event' | sort >"$RUN/there"
comm -23 "$RUN/ids" "$RUN/there" >"$LOGS/lost.txt"
cp "$RUN/ids" "$LOGS/ids.txt"
figure mqtt/events_lost "$(wc -l <"$LOGS/lost.txt")" == 0 events "$total" "$away" "$LOGS/ids.txt"
check 'each is counted once' same "$(sql 'SELECT sum(expected + unexpected + knocked + served) FROM fleet.seen')" "$total"
check 'no number is missing' same "$(sql 'SELECT count(*) FROM fleet.missing')" 0
check 'no message was refused' same "$(sql 'SELECT count(*) FROM fleet.refused')" 0

# ---- the question -------------------------------------------------------------------------------
"$WORLD" names "$RUN/key" >"$RUN/names"
{ read -r stranger; read -r stranger_net; read -r roamer; } <"$RUN/names"
ask strangers >"$LOGS/strangers.txt"
sql "SELECT viewer FROM fleet.seen WHERE whole GROUP BY viewer HAVING count(DISTINCT gateway) >= 10" >"$LOGS/seen_in_many.txt"
found=$(grep -c "^$stranger|30|" "$LOGS/strangers.txt" || true)
named=$(grep -vc "^$stranger|" "$LOGS/strangers.txt" || true)
naive=$(grep -vc "^$stranger$" "$LOGS/seen_in_many.txt" || true)
figure fleet/strangers_found "$found" == 1 viewers $HOMES "$(grep -c "^$stranger$" "$LOGS/seen_in_many.txt")" "$LOGS/strangers.txt"
figure fleet/ordinary_viewers_named "$named" == 0 viewers "$(sql 'SELECT count(DISTINCT viewer) FROM fleet.seen')" "$naive" "$LOGS/strangers.txt"
check 'by networks who roams is found, and nobody ordinary' \
	same "$(ask networks | cut -d'|' -f1 | sort | tr '\n' ' ')" "$(printf '%s\n' "$stranger_net" "$roamer" | sort | tr '\n' ' ')"
check 'of fewer homes nothing is said' same "$(ask strangers -v homes=31)" ''
sql "INSERT INTO fleet.listed VALUES ('$stranger', 'test')" >/dev/null
check 'who is listed is no stranger' same "$(ask strangers)" ''
check 'no address and no name has left a home' same \
	"$(sql "SELECT count(*) FROM fleet.event WHERE body::text ~ '(185|198|192|45|21|91|52)\.[0-9]+\.|2a02:|[Nn]ursery|cam[01]|relay|anna'")" 0
check 'and that would be seen' same "$(sql "SELECT count(*) > 0 FROM fleet.event WHERE body::text ~ 'h:[0-9a-f]{8}:'")" t

# ---- the schema -----------------------------------------------------------------------------------
like_schema() # FILE QUERY: what is required is there, and nothing that the schema has not
{
	sql "$2" | jq -c --slurpfile s "$PACK/$1.schema.json" 'select((($s[0].required - keys) + (keys - ($s[0].properties | keys))) | length > 0)' |
		awk '{ print > "/dev/stderr"; bad = 1 } END { exit bad }'
}
check 'events are as event.schema.json has them' like_schema event 'SELECT body FROM fleet.event'
check 'reports are as reported.schema.json has them' like_schema reported 'SELECT body FROM fleet.gateway'

# ---- the spool is bounded ---------------------------------------------------------------------------
stop home2
last=$(tail -n 1 "$RUN/h2/lines" | jq .n)
# Twenty lines came and went while it was not running; then there are three.
for ((i = 1; i <= 23; i++)); do
	jq -c --argjson n $((last + i)) '.n = $n | .hash = "\($n + 1000000000)000000"' < <(head -n 1 "$RUN/h2/lines")
done >"$RUN/h2/more"
{ cat "$RUN/h2/lines"; tail -n 3 "$RUN/h2/more"; } >"$RUN/h2/lines.new"
mv "$RUN/h2/lines.new" "$RUN/h2/lines"
home_start 2
check 'what is lost before it could be told is told' wait_for 20 count_is \
	"SELECT count(*) FROM fleet.gaps WHERE gateway = 'home-0002' AND lines = 20 AND from_line = $((last + 1))" 1
check 'and what comes after it' wait_for 20 count_is "SELECT count(*) FROM fleet.event WHERE gateway = 'home-0002' AND (body->>'n')::int > $((last + 20))" 3
check 'nothing else was lost' same "$(sql 'SELECT count(*) FROM fleet.gaps')" 1

# ---- what is wished ------------------------------------------------------------------------------------
wish() { mosquitto_pub -p "$PORT" -u fleet-desk -r -q 1 -t "camgate/fleet/v1/$(gateway "$1")/desired" -m "$2"; }
reports() { [[ $(sql "SELECT body @> '$2' FROM fleet.gateway WHERE gateway = '$(gateway "$1")'") == t ]]; }
check 'closed before' reports 4 '{"cams":{"sealed":0,"closed":2,"open":0}}'
wish 4 '{"v":1,"rev":101,"exposure":"sealed"}'
check 'a wish is done, and is reported' wait_for 20 reports 4 '{"cams":{"sealed":2},"desired":{"rev":101,"result":"done"}}'
wish 4 '{"v":1,"rev":102,"exposure":"auto"}'
check 'what makes it wider is refused' wait_for 20 reports 4 '{"cams":{"sealed":2},"desired":{"rev":102,"result":"refused"}}'
wish 4 '{"v":1,"rev":103,"exposure":"open"}'
check 'open is no wish' wait_for 20 reports 4 '{"cams":{"sealed":2},"desired":{"rev":103,"result":"refused"}}'
wish 3 '{"v":1,"rev":101,"exposure":"sealed"}'
check 'a home that takes no wishes takes none' wait_for 20 reports 3 '{"cams":{"sealed":0},"desired":{"rev":101,"result":"refused"}}'

# ---- who forges ------------------------------------------------------------------------------------------
forge() { mosquitto_pub -p "$PORT" -u home-0005 -q 1 -t "camgate/fleet/v1/$1/event" -m "$2"; }
forged='{"v":1,"id":"home-0006-1-00000000","gateway":"home-0006","seq":1,"what":"stopped","time_s":1}'
before=$(sql 'SELECT count(*) FROM fleet.event')
forge home-0006 "$forged" || true
forge home-0005 "$forged"
forge home-0005 'no JSON'
forge home-0005 '{"v":1,"id":"home-0005-1-x","gateway":"home-0005","seq":1,"what":"stopped","time_s":1e400}'
check 'what is no event of its sender is refused, and counted' wait_for 20 count_is "SELECT count FROM fleet.refused WHERE topic = 'camgate/fleet/v1/home-0005/event'" 3
check 'and nothing came of it' same "$(sql 'SELECT count(*) FROM fleet.event')" "$before"

# ---- off --------------------------------------------------------------------------------------------------
check 'how far it told is on the disk' test -s "$RUN/h7/state/fleet.json"
settings 7 2 null
check 'turned off at home: its report is taken back' wait_for 20 count_is "SELECT count(*) FROM fleet.gateway WHERE gateway = 'home-0007'" 0
check 'and nothing is remembered' test ! -e "$RUN/h7/state/fleet.json"
n=$(sql "SELECT count(*) FROM fleet.event WHERE gateway = 'home-0007'")
tail -n 1 "$RUN/h7/lines" | jq -c '.n += 1 | .what = "stopped" | .peer = "1.2.3.4"' >"$RUN/h7/one"
{ cat "$RUN/h7/lines" "$RUN/h7/one"; } >"$RUN/h7/lines.new"
mv "$RUN/h7/lines.new" "$RUN/h7/lines"
settings 7 3 '{}'
check 'on again: it begins anew' wait_for 20 count_is "SELECT count(*) FROM fleet.event WHERE gateway = 'home-0007' AND what = 'begin'" 2
check 'without what was in between' same "$(sql "SELECT count(*) FROM fleet.event WHERE gateway = 'home-0007'")" $((n + 1))
sql 'SELECT fleet.forget(1)' >/dev/null
check 'what is old can be forgotten' same "$(sql "SELECT count(*) FROM fleet.seen WHERE day < (now() AT TIME ZONE 'UTC')::date - 1")" 0
exit $rc
