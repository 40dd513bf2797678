#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# test_cli.sh [BUILD]: the command against a scripted agent, and against pinned maps with the agent dead.
#
# Prints `ok NAME`, `not ok NAME`, `skip NAME: why`, a line a case. Touches
# only a folder it makes; the part with pinned maps runs in a mount and network
# namespace of its own.
set -u
self=$(readlink -f "$0")
cd "$(dirname "$self")/../.." || exit 1
build=$(readlink -f "${1:-${B:-build}}")
camgate=${CAMGATE:-$build/camgate}
fake=${FAKE_AGENT:-$build/tests/fake_agent}
rc=0 cases=0 part=${CG_CLI_PART:-wire}

[[ -x $fake ]] || {
	mkdir -p "$(dirname "$fake")" || exit 1
	${CC:-cc} -std=gnu11 -D_GNU_SOURCE -O1 -Wall -Wextra -Werror -o "$fake" tests/agent/fake_agent.c ||
		exit 1
}
tmp=$(mktemp -d "${TMPDIR:-/tmp}/cg-cli.XXXXXX") || exit 1
chmod 755 "$tmp"
agent=
# shellcheck disable=SC2317 # called by the trap
clean() {
	stop_agent
	rm -rf "$tmp"
}
trap clean EXIT
trap 'exit 1' INT TERM

unset NO_COLOR COLUMNS LANGUAGE POSIXLY_CORRECT CAMGATE_CONFIG CAMGATE_SOCKET CAMGATE_PIN_DIR CAMGATE_STATE_DIR
export LC_ALL=C.UTF-8 TZ=UTC
sock=$tmp/sock replies=$tmp/replies log=$tmp/log
: >"$replies"

ok() { # name
	echo "ok cli: $1"
	cases=$((cases + 1))
}
not_ok() { # name, why
	printf '%s\n' "$2" | sed 's/^/# /'
	echo "not ok cli: $1"
	cases=$((cases + 1))
	rc=1
}
skip() { # name, why
	echo "skip cli: $1: $2"
}
is() { # name, got, wanted
	if [[ $2 == "$3" ]]; then ok "$1"; else not_ok "$1" "got:    $2
wanted: $3"; fi
}
has() { # name, text, fixed string
	if [[ $2 == *"$3"* ]]; then ok "$1"; else not_ok "$1" "not there: $3
in: $2"; fi
}
hasnt() { # name, text, fixed string
	if [[ $2 != *"$3"* ]]; then ok "$1"; else not_ok "$1" "there: $3
in: $2"; fi
}
like() { # name, text, extended regular expression
	if [[ $2 =~ $3 ]]; then ok "$1"; else not_ok "$1" "no match: $3
in: $2"; fi
}

start_agent() {
	"$fake" "$sock" "$replies" "$log" &
	agent=$!
	for _ in $(seq 100); do
		[[ -S $sock ]] && return
		sleep 0.02
	done
	echo "# the scripted agent does not start"
	exit 1
}
stop_agent() {
	[[ -n $agent ]] || return 0
	kill "$agent" 2>/dev/null
	wait "$agent" 2>/dev/null
	agent=
}
# Sets out, err, code. Options that make it ours come first, as a user could.
cg() {
	code=0
	"$camgate" --socket "$sock" --pin-dir "$tmp/nopins" --state-dir "$tmp/state" --config "$tmp/camgate.conf" \
		"$@" >"$tmp/out" 2>"$tmp/err" </dev/null || code=$?
	out=$(<"$tmp/out")
	err=$(<"$tmp/err")
}
reply() { # cmd, reply: the only canned one
	printf '%s %s\n' "$1" "$2" >"$replies"
}
asked() { # the request lines since the last call
	cat "$log" 2>/dev/null
	: >"$log"
}
# What must stand on the wire and how it must end, for one way to type a command.
wire() { # name, request, arguments...
	local name=$1 request=$2
	shift 2
	asked >/dev/null
	reply '*' '{"v":1,"ok":true,"code":0}'
	cg "$@"
	is "$name: on the wire" "$(asked)" "$request"
	is "$name: exit code" "$code" 0
}

# ---- the wire -------------------------------------------------------------
wire_tests() {
	local r until

	start_agent
	wire 'camgate alone' '{"v":1,"cmd":"status"}'
	wire 'status' '{"v":1,"cmd":"status"}' status
	wire 'open' '{"v":1,"cmd":"open","cam":"cam1"}' open cam1
	wire 'open 30m' '{"v":1,"cmd":"open","cam":"cam1","for_s":1800}' open cam1 30m
	wire 'open 1h30m' '{"v":1,"cmd":"open","cam":"cam1","for_s":5400}' open cam1 1h30m
	wire 'open 20s' '{"v":1,"cmd":"open","cam":"cam1","for_s":20}' open cam1 20s
	wire 'open --to' '{"v":1,"cmd":"open","cam":"cam1","for_s":60,"to":"203.0.113.9"}' \
		open cam1 1m --to 203.0.113.9
	wire 'open --force first' '{"v":1,"cmd":"open","cam":"cam1","force":true}' --force open cam1
	wire 'open by UTF-8 name' '{"v":1,"cmd":"open","cam":"婴儿房"}' open 婴儿房
	wire 'open of a name with a dash' '{"v":1,"cmd":"open","cam":"-x"}' open -- -x
	asked >/dev/null
	cg open cam1 until 18:00
	r=$(asked)
	like 'open until: on the wire' "$r" '^\{"v":1,"cmd":"open","cam":"cam1","until_s":[0-9]+\}$'
	until=$(sed 's/.*until_s"://; s/}//' <<<"$r")
	is 'open until: that time of day' "$(date -u -d "@${until:-0}" +%H:%M:%S)" 18:00:00
	like 'open until: the next one' "$((${until:-0} - $(date +%s)))" '^[0-9]{1,5}$'
	wire 'close' '{"v":1,"cmd":"close","cam":"cam1"}' close cam1
	wire 'close all' '{"v":1,"cmd":"close","cam":"all"}' close all
	wire 'seal' '{"v":1,"cmd":"seal","cam":"cam1"}' seal cam1
	wire 'block' '{"v":1,"cmd":"seal","cam":"cam1"}' block cam1
	wire 'auto' '{"v":1,"cmd":"auto","cam":"all"}' auto all
	wire 'off' '{"v":1,"cmd":"off"}' off
	wire 'off 5m' '{"v":1,"cmd":"off","for_s":300}' off 5m
	wire 'on' '{"v":1,"cmd":"on"}' on
	wire 'who' '{"v":1,"cmd":"who","cam":"cam1"}' who cam1
	wire 'blocked' '{"v":1,"cmd":"blocked","cam":"cam1"}' blocked cam1
	wire 'blocked --since' '{"v":1,"cmd":"blocked","cam":"cam1","since_s":600}' blocked cam1 --since=10m
	wire 'why address' '{"v":1,"cmd":"why","cam":"cam1","address":"203.0.113.9"}' why cam1 203.0.113.9
	wire 'why port' '{"v":1,"cmd":"why","cam":"cam1","address":"203.0.113.9","port":443}' why cam1 203.0.113.9:443
	wire 'why IPv6' '{"v":1,"cmd":"why","cam":"cam1","address":"2001:db8::1","port":53,"proto":"udp"}' \
		why cam1 '[2001:db8::1]:53/udp'
	wire 'why icmp' '{"v":1,"cmd":"why","cam":"cam1","address":"203.0.113.9","proto":"icmp"}' \
		why cam1 203.0.113.9/icmp
	wire 'why last port' '{"v":1,"cmd":"why","cam":"cam1","address":"203.0.113.9","port":65535,"proto":"tcp"}' \
		why cam1 203.0.113.9:65535/tcp
	wire 'learn' '{"v":1,"cmd":"learn","cam":"cam1"}' learn cam1
	wire 'learn 2h' '{"v":1,"cmd":"learn","cam":"cam1","for_s":7200}' learn cam1 2h
	wire 'learn --show' '{"v":1,"cmd":"learn","cam":"cam1","show":true}' learn cam1 --show
	wire 'learn --stop' '{"v":1,"cmd":"learn","cam":"cam1","stop":true}' learn --stop cam1
	wire 'allow' '{"v":1,"cmd":"allow","cam":"cam1","rule":"198.51.100.0/24:443/tcp"}' \
		allow cam1 198.51.100.0/24:443/tcp
	wire 'deny' '{"v":1,"cmd":"deny","cam":"cam1","rule":"203.0.113.9"}' deny cam1 203.0.113.9
	wire 'undo' '{"v":1,"cmd":"undo"}' undo
	wire 'counters' '{"v":1,"cmd":"counters"}' counters
	wire 'counters of one' '{"v":1,"cmd":"counters","cam":"cam1"}' counters cam1
	wire 'reload' '{"v":1,"cmd":"reload"}' reload
	wire 'doctor' '{"v":1,"cmd":"doctor"}' doctor
	wire 'detach' '{"v":1,"cmd":"detach"}' detach
	wire 'version' '{"v":1,"cmd":"version"}' version
	wire '--json behind' '{"v":1,"cmd":"on"}' on --json
	is '--json behind: the reply' "$out" '{"v":1,"ok":true,"code":0}'
	POSIXLY_CORRECT=1 wire 'options behind under POSIXLY_CORRECT' '{"v":1,"cmd":"on"}' on --json
	stop_agent
}

# ---- what people read -----------------------------------------------------
status_reply() { # until_s, extra members of the top object
	printf '%s' '{"v":1,"ok":true,"code":0,"version":"0.1.0","generation":7,"config":"/etc/camgate/camgate.conf",' \
		'"enforced":"full","lost_events":0,"ports":[{"name":"lan0","attached":true},{"name":"lan1","attached":true}],' \
		"$2" '"cams":[' \
		'{"id":"nursery","name":"婴儿房","exposure":"open","why":"opening","until_s":'"$1"',"mode":"enforce","seen":3,' \
		'"passed":{"packets":9,"bytes":1234567},"stopped":{"packets":0,"bytes":0},"text":"x"},' \
		'{"id":"garage","name":"garage","exposure":"closed","why":"config","mode":"enforce","seen":3700,' \
		'"passed":{"packets":1,"bytes":999},"stopped":{"packets":4,"bytes":12000},"text":"x"},' \
		'{"id":"attic","name":"attic","exposure":"sealed","why":"manual","mode":"enforce","seen":0,' \
		'"passed":{"packets":0,"bytes":0},"stopped":{"packets":0,"bytes":0},"text":"x"},' \
		'{"id":"door","name":"door","exposure":"open","why":"config","mode":"enforce","seen":1,' \
		'"passed":{"packets":0,"bytes":0},"stopped":{"packets":0,"bytes":0},"text":"x"},' \
		'{"id":"lost","name":"lost","exposure":"closed","why":"config","mode":"enforce","seen":"never",' \
		'"passed":{"packets":0,"bytes":0},"stopped":{"packets":0,"bytes":0},"text":"x"}]}'
}
columns_of() { # text before which string, line: display columns
	local before=${2%%"$1"*} wide
	wide=${before//[^婴儿房]/}
	echo $((${#before} + ${#wide}))
}

print_tests() {
	local until clock line title now

	start_agent
	now=$(date +%s)
	until=$((now + 3600))
	clock=$(date -u -d "@$until" +%H:%M)
	reply status "$(status_reply $until '')"
	cg
	is 'status: exit code' "$code" 0
	like 'status: open until' "$out" "open until (tomorrow )?$clock: can be watched from outside"
	has 'status: closed' "$out" 'closed: talks to its maker, nobody can watch'
	has 'status: sealed' "$out" 'sealed: nothing leaves (by hand)'
	has 'status: always open' "$out" 'always open: can be watched from outside'
	has 'status: never seen' "$out" 'never seen: check the MAC'
	has 'status: who is open now' "$out" 'Open now: 婴儿房 (nursery), door'
	has 'status: enforced' "$out" 'Enforced: generation 7 on 2 ports.'
	has 'status: sizes' "$out" '1.2 MB'
	has 'status: small sizes' "$out" '999 B'
	has 'status: ages' "$out" '1h 1m ago'
	title=$(grep '^CAMERA' <<<"$out")
	line=$(grep '^婴儿房' <<<"$out")
	is 'status: columns stand under their titles behind a wide name' \
		"$(columns_of 'open until' "$line")" "$(columns_of NOW "$title")"
	line=$(grep '^garage' <<<"$out")
	is 'status: and behind a narrow one' "$(columns_of 'closed:' "$line")" "$(columns_of NOW "$title")"
	hasnt 'status: no colour into a file' "$out" $'\033'
	reply status "$(status_reply $until '"off_until_s":'"$until"',"attention":["lan2 has no filter"],')"
	cg status
	like 'status: off' "$out" "^OFF until (tomorrow )?$clock: everything passes"
	has 'status: off is said of each camera' "$out" 'off; then closed: talks'
	has 'status: attention' "$out" '- lan2 has no filter'
	reply status '{"v":1,"ok":true,"code":5,"generation":3,"enforced":"partial","lost_events":2,"ports":[{"name":"lan3","attached":false}],"config_error":"camgate.conf:3:1: x","attention":["port lan3 is not enforced","camgate.conf:3:1: x"],"cams":[{"id":"a","name":"a","exposure":"closed","why":"config","mode":"monitor","seen":1}]}'
	cg
	is 'status: partly enforced ends with 5' "$code" 5
	has 'status: partly enforced' "$out" 'Only partly enforced'
	has 'status: on which port not' "$out" '- port lan3 is not enforced'
	has 'status: the error of the configuration' "$out" 'camgate.conf:3:1: x'
	has 'status: lost reports' "$out" '2 reports from the packet path were lost'
	has 'status: monitor' "$out" 'monitored only, nothing is stopped; would be closed'
	reply status '{"v":1,"ok":true,"code":0,"generation":3,"enforced":"full","ports":[],"attention":[],"cams":[{"id":"a","name":"a","exposure":"open","why":"schedule","until_s":'$until',"seen":1,"schedule":{"now":"open","clock_right":true,"window":"mon 22:00-06:30 open","until_s":'$until',"next":"closed"}},{"id":"b","name":"b","exposure":"closed","why":"schedule","seen":1,"schedule":{"now":"closed","clock_right":false}},{"id":"c","name":"c","exposure":"closed","why":"quota","seen":1,"quota":{"upload_bytes":200000000,"upload_limit":200000000,"upload_stopped":true,"open_s":3660,"open_limit_s":7200,"open_spent":false}}]}'
	cg
	like 'status: by schedule' "$out" "a +open until .*$clock: can be watched from outside \(by schedule\)"
	like 'status: what the schedule does, and what next' "$out" "a: by schedule open \(mon 22:00-06:30 open\) until .*$clock, then closed"
	has 'status: a clock that is not right' "$out" 'b: by schedule closed, for the clock is not known to be right'
	has 'status: a quota used up' "$out" '(its quota is used up)'
	has 'status: what was sent' "$out" 'c: sent 200 MB of 200 MB today: uploads are stopped and it stays closed'
	has 'status: how long it was open' "$out" 'c: open for 1h 1m of 2h today'
	reply status '{"v":1,"ok":true,"code":0,"generation":1,"enforced":"full","config":"/etc/x.conf","cams":[]}'
	cg
	has 'status: no camera' "$out" 'No camera is configured: nothing is held back. See /etc/x.conf.'

	hasnt 'status: no profile, no table of them' "$out" PROFILE
	reply status '{"v":1,"ok":true,"code":0,"generation":1,"enforced":"full","cams":[{"id":"a","name":"a","exposure":"closed","mode":"enforce","seen":1,"profile":"reolink","protection":"full","local_view":"yes"},{"id":"b","name":"b","exposure":"closed","mode":"enforce","seen":1},{"id":"c","name":"c","exposure":"closed","mode":"enforce","seen":1,"profile":"mine","protection":"none","local_view":"cloud-only"},{"id":"d","name":"d","exposure":"closed","mode":"enforce","seen":1,"profile":"next","protection":"later","local_view":"later"}]}'
	cg
	like 'status: a profile in words' "$out" 'a +reolink +full +closed, no known way to watch it from outside is left; at home it can be watched without'
	like 'status: of another, too' "$out" "c +mine +none +its maker's service cannot be told .*; this camera's app goes through its maker's cloud even at home; closed stops that too"
	like 'status: words of a later agent' "$out" 'd +next +later'
	is 'status: without one there is nothing' "$(grep -c '^b  ' <<<"$out")" 1
	reply open '{"v":1,"ok":true,"code":0,"cams":[{"id":"nursery","name":"婴儿房","exposure":"open","until_s":'$until',"old_until_s":'$((now + 7200))'}]}'
	cg open nursery 1h --to 203.0.113.9
	like 'open: until when, for whom, in place of what' "$out" \
		"^婴儿房 \(nursery\): open until .*$clock: can be watched from outside by 203.0.113.9 only \(was until "
	reply close '{"v":1,"ok":true,"code":0,"cams":[{"id":"a","name":"a","exposure":"closed","old":"open"},{"id":"b","name":"b","exposure":"sealed","old":"sealed"}]}'
	cg close all
	has 'close: closed' "$out" 'a: closed: talks to its maker, nobody can watch'
	has 'close: a seal by hand stays' "$out" 'b: stays sealed: nothing leaves'
	has 'close: and how it ends' "$out" 'camgate auto b'
	reply open '{"v":1,"ok":true,"code":0,"cams":[{"id":"a","name":"a","exposure":"open","until_s":'$until',"cut_by":"open_time"}]}'
	cg open a 3h
	has 'open: cut by a quota' "$out" '; cut to what is left of its open_time today'
	reply off '{"v":1,"ok":true,"code":0,"off_until_s":'$until'}'
	cg off
	like 'off: until when' "$out" "off until .*$clock: everything passes"
	reply who '{"v":1,"ok":true,"code":0,"peers":[{"peer":"2001:db8::9","peer_port":443,"cam_port":40000,"proto":"tcp","scope":"remote","began":"camera","verdict":"pass","reason":"control","reason_nr":8,"up_bytes":2048,"down_bytes":10,"age_s":65,"idle_s":2,"rule":0,"rule_text":"[2001:db8::/32]:443"},{"peer":"203.0.113.7","peer_port":0,"proto":"icmp","scope":"remote","began":"peer","verdict":"drop","reason":"inbound","reason_nr":19,"up_bytes":0,"down_bytes":0,"age_s":1,"idle_s":1}]}'
	cg who cam1
	has 'who: an end' "$out" '[2001:db8::9]:443/tcp'
	has 'who: an end without ports' "$out" '203.0.113.7/icmp'
	has 'who: the rule' "$out" 'an allow rule names it: [2001:db8::/32]:443'
	like 'who: the verdict in words' "$out" '203.0.113.7/icmp +internet +other side +stopped'
	reply who '{"v":1,"ok":true,"code":0,"peers":[]}'
	cg who cam1
	is 'who: nobody' "$out" 'cam1 talks to nobody'
	reply blocked '{"v":1,"ok":true,"code":0,"blocked":[{"peer":"203.0.113.7","port":554,"proto":"tcp","direction":"down","reason":"inbound","reason_nr":19,"packets":12,"first_s":'"$now"',"last_s":'"$now"'}]}'
	cg blocked cam1
	like 'blocked: a row' "$out" '203.0.113.7 +to it +554/tcp +12 .*somebody outside began it'
	reply blocked '{"v":1,"ok":true,"code":0,"blocked":[{"peer":"45.7.0.1","name":"pushx.reolink.com","port":443,"proto":"tcp","direction":"up","reason":"unruled","reason_nr":17,"packets":7,"guess":"push","known":true,"maker":"Reolink","mend":"camgate allow cam1 pushx.reolink.com:443/tcp"},{"peer":"45.7.0.2","port":123,"proto":"udp","direction":"up","reason":"unruled","reason_nr":17,"packets":1,"guess":"time","known":false,"mend":"camgate allow cam1 45.7.0.2:123/udp"},{"peer":"45.7.0.3","port":32100,"proto":"udp","direction":"up","reason":"unruled","reason_nr":17,"packets":1,"guess":"relay","known":false,"mend":"camgate open cam1 30m"},{"peer":"45.7.0.4","port":32100,"proto":"udp","direction":"up","reason":"unruled","reason_nr":17,"packets":1,"guess":"relay","known":false,"mend":"camgate open cam1 30m"},{"peer":"45.7.0.5","port":1,"proto":"tcp","direction":"up","reason":"denied","reason_nr":18,"packets":1,"guess":"unknown","known":false},{"peer":"45.7.0.6","port":1,"proto":"tcp","direction":"up","reason":"denied","reason_nr":18,"packets":1,"guess":"later"}]}'
	cg blocked cam1
	like 'blocked: by name, with what it is for' "$out" 'pushx.reolink.com +from it +443/tcp +7 .*push messages \(Reolink\) +no rule names this remote'
	like 'blocked: a guess is marked' "$out" '45.7.0.2 .* the time\? +no rule'
	hasnt 'blocked: the address behind a name is for programs' "$out" 45.7.0.1
	like 'blocked: nothing known, nothing guessed' "$out" '45.7.0.5 +from it +1/tcp +1 +[^ ]+ [^ ]+ +[^ ]+ [^ ]+ +a deny rule'
	like 'blocked: a word of a later agent' "$out" '45.7.0.6 .* later\? +a deny rule'
	is 'blocked: what to type, each once, as it is typed' "$(grep '^  camgate' <<<"$out")" \
		'  camgate allow cam1 pushx.reolink.com:443/tcp
  camgate allow cam1 45.7.0.2:123/udp
  camgate open cam1 30m'
	reply blocked '{"v":1,"ok":true,"code":0,"blocked":[]}'
	cg blocked cam1
	has 'blocked: nothing' "$out" 'nothing of cam1 was stopped'
	reply why '{"v":1,"ok":true,"code":0,"verdict":"drop","reason":"denied","reason_nr":18,"rule":"deny 203.0.113.0/24","file":"/etc/camgate/camgate.conf","line":12,"text":"cam1 to 203.0.113.9:443/tcp is stopped: a deny rule names it (deny 203.0.113.0/24, /etc/camgate/camgate.conf:12)","direction":"up","inbound":{"verdict":"pass","reason":"open","reason_nr":10,"direction":"down","text":"cam1 from 203.0.113.9:443/tcp passes"}}'
	cg why cam1 203.0.113.9
	is 'why: both ways, reasons, rule, file and line' "$out" "cam1 to 203.0.113.9:443/tcp is stopped: a deny rule names it (deny 203.0.113.0/24, /etc/camgate/camgate.conf:12)
  reason: denied (18)
cam1 from 203.0.113.9:443/tcp passes
  reason: open (10)"
	reply counters '{"v":1,"ok":true,"code":0,"source":"maps","cams":[{"id":"a","name":"a","counts":[{"direction":"up","verdict":"pass","reason":"unruled","reason_nr":17,"packets":3,"bytes":180,"monitored":true}]}]}'
	cg counters
	like 'counters: a row' "$out" 'a +from it +passes \(monitored\) +3 +180 +no rule names this remote'
	reply allow '{"v":1,"ok":true,"code":0,"file":"/etc/camgate/camgate.conf","line":9,"added":"allow += { \"203.0.113.9\" }","undo":"camgate undo"}'
	cg allow cam1 203.0.113.9
	has 'allow: where' "$out" 'added to /etc/camgate/camgate.conf:9: allow += { "203.0.113.9" }'
	has 'allow: the way back' "$out" 'camgate undo'
	reply undo '{"v":1,"ok":true,"code":0,"file":"f","restored":true,"what":"allow cam1 203.0.113.9"}'
	cg undo
	has 'undo: what' "$out" 'allow cam1 203.0.113.9'
	reply reload '{"v":1,"ok":true,"code":0,"generation":8,"cameras":3,"rules":41,"added":2,"removed":1,"changed":0}'
	cg reload
	is 'reload: the new generation' "$out" 'generation 8 is in force: 3 cameras, 41 rules (+2 -1 ~0)'
	reply doctor '{"v":1,"ok":true,"code":5,"findings":[{"level":"ok","what":"bpffs","text":"mounted"},{"level":"fail","what":"lan2","text":"hardware offload is on","fix":"ethtool -K lan2 hw-tc-offload off"}]}'
	cg doctor
	is 'doctor: exit code of the agent' "$code" 5
	like 'doctor: good' "$out" 'ok +bpffs +mounted'
	like 'doctor: bad, with what to do' "$out" 'WRONG +lan2 +hardware offload is on. To do: ethtool'
	reply version '{"v":1,"ok":true,"code":0,"version":"9.9","abi":1}'
	cg version
	has 'version: the agent' "$out" 'agent 9.9, packet path ABI 1'
	reply detach '{"v":1,"ok":true,"code":0,"removed":["filters on lan0"]}'
	cg detach
	has 'detach: what went' "$out" 'removed: filters on lan0'

	reply who '{"v":1,"ok":true,"code":0,"peers":[{"peer":"\u001b[31mred\u202e","peer_port":1,"proto":"tcp"}]}'
	cg who cam1
	has 'nothing from outside steers the terminal' "$out" '?[31mred?:1/tcp'
	hasnt 'no escape goes through' "$out" $'\033'
	stop_agent
}

# ---- the terminal ---------------------------------------------------------
terminal_tests() {
	local wide until

	start_agent
	until=$(($(date +%s) + 3600))
	reply status "$(status_reply $until '')"
	for wide in 60 80; do
		export COLUMNS=$wide
		cg
		unset COLUMNS
		is "no line is wider than $wide columns" "$(printf '%s\n' "${out//[婴儿房]/xx}" |
			awk -v w=$wide 'length($0) > w' | grep -v '^Open now')" ''
	done
	export COLUMNS=60
	cg
	unset COLUMNS
	for wide in talks 'maker,' nobody watch; do
		has "a narrow table wraps and keeps '$wide'" "$out" "$wide"
	done
	hasnt 'a narrow table: it did wrap' "$out" 'talks to its maker, nobody can watch'
	export LC_ALL=C
	cg
	export LC_ALL=C.UTF-8
	has 'names are UTF-8 in the C locale too' "$out" '婴儿房'
	is 'and as wide' "$(columns_of 'open until' "$(grep '^婴儿房' <<<"$out")")" \
		"$(columns_of NOW "$(grep '^CAMERA' <<<"$out")")"
	if command -v script >/dev/null; then
		out=$(TERM=xterm script -qec "'$camgate' --socket '$sock'" /dev/null </dev/null)
		has 'colour on a terminal' "$out" $'\033[3'
		has 'and the words all the same' "$out" 'open until'
		out=$(TERM=xterm NO_COLOR=1 script -qec "'$camgate' --socket '$sock'" /dev/null </dev/null)
		hasnt 'NO_COLOR' "$out" $'\033'
		has 'NO_COLOR: the words are there' "$out" 'open until'
		out=$(TERM=dumb script -qec "'$camgate' --socket '$sock'" /dev/null </dev/null)
		hasnt 'no colour on a dumb terminal' "$out" $'\033'
	else
		skip 'colour on a terminal' 'no script(1)'
	fi
	code=0
	"$camgate" --socket "$sock" >/dev/full 2>"$tmp/err" || code=$?
	is 'a full disk is no success' "$code" 1
	stop_agent
}

# ---- JSON, exit codes -----------------------------------------------------
json_tests() {
	local c r
	local -a args

	start_agent
	r='{"v":1,"ok":true,"code":0,"x":"婴儿房/ü"}'
	reply '*' "$r"
	while read -r c; do
		read -ra args <<<"$c"
		cg "${args[@]}" --json
		is "--json $c" "$out" "$r"
	done <<-END
		status
		open cam1 5m
		close cam1
		seal cam1
		block cam1
		auto cam1
		off
		on
		who cam1
		blocked cam1
		why cam1 203.0.113.9
		allow cam1 203.0.113.9
		deny cam1 203.0.113.9
		undo
		counters
		reload
		doctor
		detach
		version
	END
	for c in 0 1 2 3 4 5; do
		reply '*' '{"v":1,"ok":'"$([[ $c == 0 || $c == 5 ]] && echo true || echo false)"',"code":'"$c"',"error":"e"}'
		cg on
		is "exit code $c is the agent's" "$code" "$c"
	done
	reply '*' '{"v":1,"ok":false,"code":77,"error":"e"}'
	cg on
	is 'an unknown code is a failure' "$code" 1
	reply '*' '{"v":1,"ok":false,"code":0,"error":"e"}'
	cg on
	is 'a refusal is never success' "$code" 1
	reply '*' '{"v":1,"ok":false,"code":1,"error":"no camera \"nursry\"","hint":"see status","near":["nursery","nurse"]}'
	cg open nursry
	is 'a refusal: exit code' "$code" 1
	is 'a refusal: nothing on stdout' "$out" ''
	has 'a refusal: the error' "$err" 'camgate: no camera "nursry"'
	has 'a refusal: near names' "$err" "did you mean 'nursery' or 'nurse'?"
	has 'a refusal: the hint' "$err" 'see status'
	cg open nursry --json
	has 'a refusal as JSON' "$out" '"near":["nursery","nurse"]'
	is 'a refusal as JSON: exit code' "$code" 1
	is 'a refusal as JSON: no words' "$err" ''
	reply '*' '{"v":1,"ok":false,"code":4,"error":"camgate.conf:3:5: found x, expected y"}'
	cg reload
	is 'an invalid configuration at reload ends with 4' "$code" 4
	has 'and says where' "$err" 'camgate.conf:3:5: found x, expected y'
	stop_agent
}

# ---- an agent that is not well --------------------------------------------
sick_tests() {
	local r

	cg status
	is 'no agent: exit code' "$code" 3
	has 'no agent: a sentence' "$err" 'the agent is not running'
	cg status --json
	has 'no agent: JSON' "$out" '"ok":false,"code":3,"error":"the agent is not running'
	for r in 'open cam1' 'who cam1' on reload version 'allow cam1 203.0.113.9'; do
		# shellcheck disable=SC2086 # words
		cg $r
		is "no agent: $r ends with 3" "$code" 3
	done
	cg close cam1
	is 'no agent, no pins: close ends with 3' "$code" 3
	has 'no agent, no pins: close says so' "$err" 'nothing of camgate is in the packet path'
	rm -f "$sock"
	: >"$sock"
	cg status
	is 'a file where the socket should be' "$code" 3
	rm -f "$sock"

	start_agent
	# a socket nobody answers at is still a file
	stop_agent
	cg status
	is 'a dead socket' "$code" 3
	start_agent
	reply '*' '@garbage'
	cg on
	is 'garbage: exit code' "$code" 1
	has 'garbage: a sentence' "$err" 'makes no sense'
	for r in '[]' '{}' '{"v":2,"ok":true,"code":0}' '{"v":1,"ok":1,"code":0}' '{"v":1,"ok":true}' '7' \
		'{"v":1,"ok":true,"code":0} x' '{"v":1,"ok":true,"code":0,"x":'; do
		reply '*' "$r"
		cg on
		is "no reply of ours: $r" "$code" 1
	done
	reply '*' '{"v":1,"ok":true,"code":0,"cams":7,"ports":{"a":1},"generation":"x","attention":[1,null]}'
	cg status
	is 'members of odd types do no harm' "$code" 0
	reply '*' '@partial'
	cg on
	is 'half a reply' "$code" 1
	reply '*' '@hangup'
	cg on
	is 'no reply at all' "$code" 3
	has 'no reply at all: a sentence' "$err" 'ended before it answered'
	reply '*' '@silent'
	cg on --timeout 1s
	is 'a late reply: exit code' "$code" 3
	has 'a late reply: a sentence' "$err" 'did not answer in time'
	reply '*' '@drip {"v":1,"ok":true,"code":0}'
	cg on
	is 'a reply byte by byte' "$code" 0
	reply '*' '@huge_line 4000000'
	cg on
	is 'a long reply' "$code" 0
	reply '*' '@huge_line 8400000'
	cg on
	is 'a reply past the limit' "$code" 1
	has 'a reply past the limit: a sentence' "$err" 'too long'
	reply '*' '@huge 20000000'
	cg on
	is 'a reply without end' "$code" 1
	asked >/dev/null
	reply '*' '{"v":1,"ok":true,"code":0}'
	cg who "$(head -c 70000 /dev/zero | tr '\0' x)"
	is 'a request past the limit' "$code" 2
	is 'a request past the limit: nothing sent' "$(asked)" ''
	if [[ $(id -u) == 0 ]] && command -v setpriv >/dev/null; then
		chmod 0600 "$sock"
		code=0
		err=$(setpriv --reuid 65534 --regid 65534 --clear-groups "$camgate" --socket "$sock" on 2>&1) || code=$?
		is 'not permitted: exit code' "$code" 1
		has 'not permitted: a sentence' "$err" "member of group 'camgate'"
	else
		skip 'not permitted' 'needs root and setpriv'
	fi
	stop_agent
}

in_file() { # name, file, extended regular expression
	if grep -qE -e "$3" "$2"; then ok "$1"; else not_ok "$1" "no match in $2: $3"; fi
}

# ---- usage ----------------------------------------------------------------
usage() { # name, text in what is said, arguments...
	local name=$1 text=$2
	shift 2
	cg "$@"
	is "usage: $name: exit code" "$code" 2
	has "usage: $name" "$err" "$text"
}
usage_tests() {
	local c n commands man=packaging/man/camgate.1

	usage 'unknown command' "did you mean 'close'" clsoe cam1
	usage 'nothing near' 'camgate help' xyzzyq
	usage 'unknown option' "there is no option '--jsn'" on --jsn
	usage 'near option' "did you mean '--json'" on --jsn
	usage 'unknown short option' "there is no option '-x'" on -x
	usage 'option without value' "'--to' needs a value" open cam1 --to
	usage 'no camera' "Usage: camgate open CAM" open
	usage 'close of nothing' 'Usage: camgate close CAM|all' close
	usage 'too many' "cannot do with 'b'" close a b
	usage 'far too many' 'too many arguments' open a b c d e f g h i j
	usage 'option of another command' "'close' has no option --force" close cam1 --force
	usage 'no time' "'soon' is no time" open cam1 soon
	usage 'a name with spaces' 'in quotes' open front door
	usage 'no time at all' 'more than 0' open cam1 0m
	usage 'too long' 'at most 30d' open cam1 31d
	usage 'until what' "'until' when?" open cam1 until
	usage 'until nonsense' 'is no time of day' open cam1 until 25:00
	usage 'until the past' 'in the past' open cam1 until '2020-01-01 00:00'
	usage 'until too far' 'more than 30 days' open cam1 until '2099-01-01 00:00'
	usage 'time behind time' 'too many' open cam1 30m 30m
	usage '--to a word' 'not an address' open cam1 --to me
	usage 'off for too long' 'at most 24h' off 25h
	usage 'since what' 'no time' blocked cam1 --since x
	usage 'since too long' 'at most 1h' blocked cam1 --since 2h
	usage 'learn for too long' 'at most 7d' learn cam1 8d
	usage 'learn: show takes no time' 'takes no time' learn cam1 1h --show
	usage 'timeout what' 'no time' on --timeout x
	usage 'why a prefix' 'one address' why cam1 203.0.113.0/24
	usage 'why a range' 'one address' why cam1 203.0.113.9:1-5
	usage 'why nonsense' 'expected' why cam1 here
	usage 'allow a bad port' '70000' allow cam1 203.0.113.9:70000
	cg xyzzyq --json
	has 'usage as JSON' "$out" '"ok":false,"code":2,"error":"there is no command'

	cg --version
	like '--version' "$out" '^camgate [0-9]+\.[0-9]'
	is '--version: exit code' "$code" 0
	commands=(status open close seal block auto off on who blocked why allow deny undo counters check mud reload learn
		doctor detach version help)
	cg --help
	is '--help: exit code' "$code" 0
	for c in "${commands[@]}"; do
		like "--help lists $c" "$out" "(^|"$'\n'")  $c( |"$'\n'")"
		in_file "camgate(1) lists $c" $man "^\.It Ic $c( |$)"
		in_file "completion lists $c" packaging/completion/camgate "\b$c\b"
		in_file "zsh completion lists $c" packaging/completion/_camgate "'$c:"
	done
	is '--help lists nothing else' "$(grep -E '^  [a-z]' <<<"$out" | awk '{ print $1 }' | sort | tr '\n' ' ')" \
		"$(printf '%s\n' "${commands[@]}" | sort | tr '\n' ' ')"
	# the protocol: every command of the agent's table, every reason of the packet path
	while read -r c; do
		in_file "camgate-control(7) has $c" packaging/man/camgate-control.7 "^\\.Ss $c( |$)"
		in_file "camgate-control(7) has a session of $c" packaging/man/camgate-control.7 "^> \{\"v\":1,\"cmd\":\"$c\""
	done < <(sed -nE 's/^\t\{ "([a-z]+)", (true|false), .*/\1/p' agent/daemon/command.c)
	while read -r c n; do
		in_file "camgate-control(7) has reason $n" packaging/man/camgate-control.7 "^\\.It $n $(sed -nE \
			"s/^\t\\[$c\\] = \\{ \"([a-z-]+)\".*/\1/p" agent/lib/reason.c)$"
	done < <(sed -nE 's/^\t(CG_(PASS|DROP)_[A-Z_]+) = ([0-9]+),.*/\1 \3/p' include/camgate/bpf_abi.h)
	cg help open
	has 'help of a command' "$out" 'Usage: camgate open CAM [TIME | until CLOCK] [--to ADDRESS] [--force]'
	has 'help of a command: its options' "$out" '--to ADDRESS'
	cg open --help
	has 'a command with --help' "$out" 'Usage: camgate open'
	cg help opne
	is 'help of nothing' "$code" 2
	cg help --json
	is 'help as JSON' "$(jq -r '.commands[].name' <<<"$out" | sort | tr -s '\n' ' ')" \
		"$(printf '%s\n' "${commands[@]}" | sort | tr '\n' ' ')"
	for c in $(grep -oE '^  (-., )?--[a-z-]+' < <("$camgate" --help) | grep -oE '\-\-[a-z-]+') --to --force --since --camera --url --show --stop --learned; do
		in_file "camgate(1) has $c" $man "Fl.* Fl ${c#--}|Fl Fl ${c#--}"
		in_file "completion has $c" packaging/completion/camgate "$c\b"
	done
}

# ---- check ----------------------------------------------------------------
check_tests() {
	cat >"$tmp/camgate.conf" <<-'END'
		lan = { "br-lan" }
		defaults { allow = { "198.51.100.0/24:443/tcp" } }
		camera "婴儿房" { id = "nursery" mac = { "02:ca:00:00:00:01" } deny = { "203.0.113.9" } }
		camera "garage" { mac = { "02:ca:00:00:00:02" } }
	END
	cg check
	is 'check: exit code' "$code" 0
	is 'check: good' "$out" "$tmp/camgate.conf: ok, 2 cameras, 3 rules"
	cg check --json
	is 'check: JSON' "$out" '{"v":1,"ok":true,"code":0,"file":"'"$tmp"'/camgate.conf","cameras":2,"rules":3}'
	printf 'lan = { "br-lan" }\ncamera "x" {\n  mac = { "02:ca:00:00:00:0g" }\n}\n' >"$tmp/bad.conf"
	printf 'guard_mark = 0x300\nguard_mask = 0x700\n' | cat - "$tmp/camgate.conf" >"$tmp/mark.conf"
	mkdir -p "$tmp/profiles.d"
	printf 'protection = partial\nlocal_view = cloud-only\nallow = { "push.acme.example:443/tcp" }\n' \
		>"$tmp/profiles.d/acme.conf"
	printf 'lan = br0\nprofiles = none-here\ncamera "a" { mac = "02:ca:00:00:00:01" profile = %s }\n' acme >"$tmp/makes.conf"
	cg check "$tmp/makes.conf"
	is 'check: a profile: exit code' "$code" 0
	has 'check: a profile: its rules count' "$out" 'ok, 1 camera, 1 rule'
	like 'check: a profile in words, before it is in force' "$out" "a +acme +partial +closed stops the known ways.*closed stops that too"
	cg check "$tmp/makes.conf" --json
	has 'check: a profile: JSON' "$out" '"profiles":[{"id":"a","name":"a","profile":"acme","protection":"partial","local_view":"cloud-only","profile_text":"closed stops'
	sed -i 's/= acme/= amce/' "$tmp/makes.conf"
	cg check "$tmp/makes.conf"
	is 'check: an unknown profile: exit code' "$code" 4
	has 'check: an unknown profile: where, what was found, what is near' "$err" "makes.conf:3:50: profile: found 'amce', expected 'acme'"
	cg check "$tmp/mark.conf"
	is 'check: mark: exit code' "$code" 0
	has 'check: mark: whose bits' "$err" 'guard_mask 0x00000700 holds bits of mwan3 (0x00003f00)'
	cg check "$tmp/mark.conf" --json
	has 'check: mark: JSON' "$out" '"warnings":["guard_mask 0x00000700 holds bits of mwan3'
	printf 'guard_mark = 0x300\nguard_mask = 0x100\n' >"$tmp/mark.conf"
	cg check "$tmp/mark.conf"
	is 'check: mark outside of its mask: exit code' "$code" 4
	has 'check: mark outside of its mask: where' "$err" "mark.conf:2:"
	cat >"$tmp/times.conf" <<-'END'
		lan = { "br-lan" }
		camera "x" {
			mac = { "02:ca:00:00:00:01" }
			timezone = "Europe/Berlin"
			schedule { days = { mon, tue } from = "22:00" to = "06:30" exposure = closed }
			schedule { from = "06:00" to = "07:00" exposure = open }
		}
	END
	cg check "$tmp/times.conf"
	is 'check: windows that overlap: exit code' "$code" 0
	has 'check: windows that overlap' "$err" "$tmp/times.conf:6: camera 'x': the windows '06:00-07:00 open' and 'mon tue 22:00-06:30 closed' of line 5 overlap, the stricter holds"
	sed -i 's/06:00/06:30/' "$tmp/times.conf"
	cg check "$tmp/times.conf"
	is 'check: windows that meet do not' "$err" ''
	sed -i 's/Berlin/Berln/' "$tmp/times.conf"
	cg check "$tmp/times.conf"
	is 'check: no such time zone: exit code' "$code" 4
	has 'check: no such time zone' "$err" "$tmp/times.conf:4:12: timezone: this machine has no 'Europe/Berln', expected 'Europe/Berlin'"
	cg check "$tmp/bad.conf"
	is 'check: bad: exit code' "$code" 4
	has 'check: bad: file and line' "$err" "$tmp/bad.conf:3:"
	cg check "$tmp/bad.conf" --json
	has 'check: bad: JSON' "$out" '"ok":false,"code":4,"error":"'"$tmp/bad.conf:3:"
	cg check "$tmp/none.conf"
	is 'check: no file: exit code' "$code" 4
	has 'check: no file: which' "$err" "$tmp/none.conf"
	cg check "$tmp"
	is 'check: a folder' "$code" 4
	CAMGATE_CONFIG=$tmp/bad.conf "$camgate" check >/dev/null 2>"$tmp/err" || code=$?
	has 'check: file from the environment' "$(<"$tmp/err")" "$tmp/bad.conf:3:"
}

# ---- the agent dead, the maps there ---------------------------------------
pins_tests() {
	local pins=$tmp/bpf/camgate n

	mkdir "$tmp/bpf"
	if ! mount -t bpf bpf "$tmp/bpf" || ! mkdir -m 700 "$pins"; then
		skip 'pins' 'no bpffs'
		return
	fi
	# 0x400: BPF_F_MMAPABLE; slots 0 and 2 are cameras
	if ! bpftool map create "$pins/cg_meta" type array key 4 value 72 entries 1 name cg_meta flags 0x400 ||
		! bpftool map create "$pins/cg_exposure" type array key 4 value 40 entries 4 name cg_exposure flags 0x400 ||
		! bpftool map create "$pins/cg_names" type array key 4 value 96 entries 4 name cg_names; then
		skip 'pins' 'the kernel gives no maps'
		umount "$tmp/bpf"
		return
	fi
	bytes() { # text, length: as decimal bytes
		printf %s "$1" | od -An -v -tu1 | tr -s ' \n' ' '
		for ((n = $(printf %s "$1" | wc -c); n < $2; n++)); do printf '0 '; done
	}
	value() { # slot: word's two top bits, manual
		bpftool -j map lookup pinned "$pins/cg_exposure" key "$1" 0 0 0 |
			jq -r '.value | map(ltrimstr("0x")) | .[7] + " " + .[8]'
	}
	open_slot() { # slot: config closed, open until the end of days
		bpftool map update pinned "$pins/cg_exposure" key "$1" 0 0 0 value \
			255 255 255 255 255 255 255 79  0 0 0 0  1 0 0 0  0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0  0 0 0 0 0 0 0 0
	}
	meta() { # ABI version
		# shellcheck disable=SC2046 # bytes are words
		bpftool map update pinned "$pins/cg_meta" key 0 0 0 0 value $(bytes '' 16) "$1" 0 0 0 $(bytes '' 52)
	}
	meta 5
	# shellcheck disable=SC2046 # bytes are words
	{
		bpftool map update pinned "$pins/cg_names" key 0 0 0 0 value $(bytes nursery 32) $(bytes 婴儿房 64)
		bpftool map update pinned "$pins/cg_names" key 2 0 0 0 value $(bytes garage 32) $(bytes garage 64)
	}
	open_slot 0
	open_slot 2
	dead() { cg --pin-dir "$pins" "$@"; }

	is 'pins: opened at first' "$(value 0) $(value 2)" '4f 00 4f 00'
	dead close nursery
	is 'pins: close: exit code' "$code" 0
	is 'pins: close: in the map' "$(value 0)" '40 01'
	is 'pins: close: the other is as before' "$(value 2)" '4f 00'
	has 'pins: close: said' "$err" 'the agent is not running: done in the packet path itself'
	has 'pins: close: the sentence' "$out" '婴儿房 (nursery): closed: talks to its maker, nobody can watch'
	is 'pins: close: in the state file' "$(jq -c '[.v, .manual]' "$tmp/state/state.json")" '[1,{"nursery":"close"}]'
	is 'pins: the state file is not for others' "$(stat -c %a "$tmp/state/state.json")" 600
	jq '.lan = ["br-lan"]' "$tmp/state/state.json" >"$tmp/x" && cp "$tmp/x" "$tmp/state/state.json"
	dead seal 婴儿房
	is 'pins: seal by name: in the map' "$(value 0)" '00 02'
	is 'pins: seal: in the state file, the rest kept' "$(jq -c '[.manual, .lan]' "$tmp/state/state.json")" \
		'[{"nursery":"seal"},["br-lan"]]'
	dead close nursery
	is 'pins: close leaves a seal by hand: in the map' "$(value 0)" '00 02'
	has 'pins: close leaves a seal by hand: said' "$out" 'stays sealed'
	is 'pins: close leaves a seal by hand: in the state file' "$(jq -c .manual "$tmp/state/state.json")" '{"nursery":"seal"}'
	open_slot 0
	dead close all --json
	is 'pins: close all: in the map' "$(value 0) $(value 2)" '40 01 40 01'
	is 'pins: close all: JSON' "$(jq -c '[.ok, .code, .direct, .saved, [.cams[].id], [.cams[].old]]' <<<"$out")" \
		'[true,0,true,true,["nursery","garage"],["open","open"]]'
	dead close nursry
	is 'pins: unknown camera: exit code' "$code" 1
	has 'pins: unknown camera: near' "$err" "did you mean 'nursery'"
	dead open nursery
	is 'pins: open is refused' "$code" 3
	is 'pins: open changes nothing' "$(value 0)" '40 01'
	echo '{"broken' >"$tmp/state/state.json"
	dead seal garage
	is 'pins: a broken state file is begun anew' "$(jq -c '[.v, .manual]' "$tmp/state/state.json")" '[1,{"garage":"seal"}]'
	: >"$tmp/file"
	open_slot 0
	dead close nursery --state-dir "$tmp/file"
	is 'pins: no state file: partly done' "$code" 5
	is 'pins: no state file: closed all the same' "$(value 0)" '40 01'
	has 'pins: no state file: said' "$err" 'until the next boot only'
	open_slot 0
	start_agent
	reply '*' @hangup
	dead close nursery
	is 'pins: an agent that dies meanwhile' "$code $(value 0)" '0 40 01'
	open_slot 0
	reply '*' @silent
	SECONDS=0
	dead close nursery
	is 'pins: an agent that hangs' "$code $(value 0)" '0 40 01'
	# However busy the machine is: without its time-out it would wait for ever.
	like 'pins: an agent that hangs is not waited for long' "$SECONDS" '^[0-9]$'
	has 'pins: an agent that hangs: said' "$err" 'does not answer: done in the packet path itself'
	open_slot 0
	reply '*' '{"v":1,"ok":false,"code":1,"error":"no"}'
	dead close nursery
	is 'pins: a living agent that refuses is believed' "$code $(value 0)" '1 4f 00'
	stop_agent
	if command -v setpriv >/dev/null; then
		code=0
		err=$(setpriv --reuid 65534 --regid 65534 --clear-groups --bounding-set -all "$camgate" --socket "$tmp/none" \
			--pin-dir "$pins" close nursery 2>&1) || code=$?
		is 'pins: only root: exit code' "$code $(value 0)" '3 4f 00'
		has 'pins: only root: said' "$err" 'only root may do this'
		code=0
		err=$(setpriv --reuid 65534 --regid 65534 --clear-groups --bounding-set -all "$camgate" --socket "$tmp/none" \
			--pin-dir "$pins" counters 2>&1) || code=$?
		is 'pins: counters: only root: exit code' "$code" 3
		has 'pins: counters: only root: said' "$err" 'only root may do this'
	fi
	meta 99
	dead close nursery
	is 'pins: of another version: exit code' "$code $(value 0)" '3 4f 00'
	has 'pins: of another version: said' "$err" "another version's"

	: >"$tmp/bpf-not"
	mkdir -p "$tmp/dir/sub"
	cg --pin-dir "$tmp/dir" detach
	is 'detach: only from bpffs' "$code $([[ -d $tmp/dir/sub ]] && echo there)" '1 there'
	cg --pin-dir "$tmp/bpf" detach
	is 'detach: not the whole of bpffs' "$code $([[ -e $pins/cg_meta ]] && echo there)" '1 there'
	mkdir "$pins/more" "$tmp/bpf/other"
	bpftool map create "$pins/more/m" type array key 4 value 4 entries 1 name m
	filters_tests "$pins"
	dead detach
	is 'detach: exit code' "$code" 0
	has 'detach: said' "$err" 'the agent is not running: done in the packet path itself'
	has 'detach: what went' "$out" "removed: pin $pins/cg_meta"
	is 'detach: all is gone, others stay' "$([[ -e $pins ]] || echo gone) $([[ -d $tmp/bpf/other ]] && echo there)" 'gone there'
	dead detach --json
	is 'detach: again' "$code $out" '0 {"v":1,"ok":true,"code":0,"removed":[],"direct":true}'
	umount "$tmp/bpf"
}

# A filter of ours and one of somebody else's on an interface of this namespace.
filters_tests() { # pins
	local object=$build/camgate.bpf.o

	if [[ ! -e $object ]] || ! ip link add cgt0 type veth peer cgt1 || ! tc qdisc add dev cgt0 clsact; then
		skip 'detach: filters' 'no packet path built'
		return
	fi
	bpftool prog loadall "$object" "$tmp/bpf/other" 2>/dev/null || true
	if ! tc filter add dev cgt0 ingress pref 202 handle 1 protocol all bpf da object-pinned "$tmp/bpf/other/cg_from_cam" ||
		! tc filter add dev cgt0 egress pref 202 handle 1 protocol all bpf da object-pinned "$tmp/bpf/other/cg_to_cam" ||
		! tc filter add dev cgt0 ingress pref 7 handle 1 protocol all bpf da object-pinned "$tmp/bpf/other/cg_to_cam"; then
		skip 'detach: filters' 'the packet path does not load'
	else
		dead detach
		is 'detach: filters: said' "$(grep -c 'filters on cgt0' <<<"$out")" 1
		is 'detach: filters: ours are gone, others stay' \
			"$(tc filter show dev cgt0 ingress | grep -c 'pref 7 .*handle') $(tc filter show dev cgt0 ingress |
				grep -c cg_from_cam) $(tc filter show dev cgt0 egress | grep -c cg_)" '1 0 0'
		mkdir -p "$1" && bpftool map create "$1/cg_meta" type array key 4 value 72 entries 1 name cg_meta flags 0x400
	fi
	rm -f "$tmp"/bpf/other/*
	ip link del cgt0
}

# ---- how long close takes -------------------------------------------------
speed_tests() {
	local n best=1000000000 from ns

	start_agent
	reply close '{"v":1,"ok":true,"code":0,"cams":[{"id":"cam1","name":"cam1","exposure":"closed","old":"open"}]}'
	for n in 1 2 3 4 5 6 7 8 9; do
		from=$(date +%s%N)
		"$camgate" --socket "$sock" close cam1 >/dev/null
		ns=$(($(date +%s%N) - from))
		((ns < best)) && best=$ns
	done
	echo "# close, exec to exit, best of 9: $((best / 1000)) us, two runs of date(1) included"
	like 'close takes less than 50 ms' "$((best / 1000000))" '^([0-9]|[1-4][0-9])$'
	stop_agent
}

if [[ $part == pins ]]; then
	pins_tests
	exit $rc
fi
wire_tests
print_tests
terminal_tests
json_tests
sick_tests
usage_tests
check_tests
speed_tests
if [[ $(id -u) == 0 ]] && command -v bpftool >/dev/null && unshare -mn true 2>/dev/null; then
	CG_CLI_PART=pins unshare -mn --propagation private bash "$self" "$build" || rc=1
else
	skip 'pins' 'needs root, bpftool and namespaces'
fi
exit $rc
