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
export LC_ALL=C.UTF-8 TZ=UTC SHELL=/bin/sh
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
	# Whole at once: it is read meanwhile.
	printf '%s %s\n' "$1" "$2" >"$replies.new"
	mv "$replies.new" "$replies"
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
	wire 'sessions' '{"v":1,"cmd":"sessions"}' sessions
	wire 'sessions of one' '{"v":1,"cmd":"sessions","cam":"cam1"}' sessions cam1
	wire 'log' '{"v":1,"cmd":"log"}' log
	wire 'log erase' '{"v":1,"cmd":"erase","cam":"cam1"}' log erase cam1 --yes
	wire 'log --cam' '{"v":1,"cmd":"log","cam":"cam1"}' log --cam cam1
	asked >/dev/null
	cg log --since 2h
	r=$(asked)
	like 'log --since: on the wire' "$r" '^\{"v":1,"cmd":"log","since_s":[0-9]+\}$'
	until=$(sed 's/.*since_s"://; s/}//' <<<"$r")
	like 'log --since: two hours ago' "$(($(date +%s) - ${until:-0}))" '^720[0-5]$'
	cg log --since 2026-11-25
	like 'log --since a day: or why not' "$(asked)$err" '"since_s":1795564800|no time past'
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
	wire 'audit' '{"v":1,"cmd":"audit"}' audit
	wire 'audit of one' '{"v":1,"cmd":"audit","cam":"cam1"}' audit cam1
	wire 'audit --probe' '{"v":1,"cmd":"audit","cam":"cam1","probe":true}' audit --probe cam1
	wire 'allow' '{"v":1,"cmd":"allow","cam":"cam1","rule":"198.51.100.0/24:443/tcp"}' \
		allow cam1 198.51.100.0/24:443/tcp
	wire 'deny' '{"v":1,"cmd":"deny","cam":"cam1","rule":"203.0.113.9"}' deny cam1 203.0.113.9
	wire 'undo' '{"v":1,"cmd":"undo"}' undo
	wire 'mappings' '{"v":1,"cmd":"mappings"}' mappings
	wire 'mappings of one, closed' '{"v":1,"cmd":"mappings","cam":"cam1","close":true}' mappings cam1 --close
	wire 'discover' '{"v":1,"cmd":"discover"}' discover
	wire 'adopt' '{"v":1,"cmd":"adopt","device":3,"name":"Attic Cam"}' adopt 3 'Attic Cam'
	wire 'adopt by MAC, on trial' \
		'{"v":1,"cmd":"adopt","device":"06:ca:00:00:00:07","name":"attic","try_s":600,"profile":"reolink","force":true}' \
		adopt 06:ca:00:00:00:07 attic --try 10m --profile reolink --force
	wire 'adopt --show' '{"v":1,"cmd":"adopt","device":1,"name":"attic","show":true}' adopt --show 1 attic
	wire 'keep' '{"v":1,"cmd":"keep","cam":"attic"}' keep attic
	wire 'forget' '{"v":1,"cmd":"forget","cam":"attic"}' forget attic
	wire 'forget --force' '{"v":1,"cmd":"forget","cam":"attic","force":true}' forget attic --force
	wire 'release' '{"v":1,"cmd":"release","device":2}' release 2
	wire 'release by MAC' '{"v":1,"cmd":"release","device":"06-CA-00-00-00-07"}' release 06-CA-00-00-00-07
	wire 'counters' '{"v":1,"cmd":"counters"}' counters
	wire 'counters of one' '{"v":1,"cmd":"counters","cam":"cam1"}' counters cam1
	wire 'reload' '{"v":1,"cmd":"reload"}' reload
	wire 'doctor' '{"v":1,"cmd":"doctor"}' doctor
	wire 'notify' '{"v":1,"cmd":"notify"}' notify
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
	reply open '{"v":1,"ok":true,"code":0,"cams":[{"id":"nursery","name":"nursery","exposure":"open","until_s":'$until',"to":"phone, Oma"}]}'
	cg open nursery 1h
	has 'open: for the viewers of the camera' "$out" 'can be watched from outside by phone, Oma only'
	reply open '{"v":1,"ok":true,"code":0,"cams":[{"id":"nursery","name":"nursery","exposure":"open","until_s":'$until'}]}'
	cg open nursery 1h --to all
	has 'open: for all of them' "$out" 'can be watched from outside'
	hasnt 'open: for all of them: nobody by name' "$out" 'only'
	reply open "{\"v\":1,\"ok\":false,\"code\":2,\"error\":\"'fone' is no viewer\",\"near\":[\"phone\"]}"
	cg open nursery --to fone
	is 'open: no such viewer: exit code' "$code" 2
	has 'open: no such viewer: who is near' "$err" "did you mean 'phone'"
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
	reply who '{"v":1,"ok":true,"code":0,"peers":[{"peer":"203.0.113.7","peer_port":443,"cam_port":1,"viewer":"Oma","proto":"tcp","scope":"remote","began":"peer","verdict":"pass","reason":"open","reason_nr":10,"up_bytes":1,"down_bytes":1,"age_s":1,"idle_s":1}]}'
	cg who cam1
	has 'who: a viewer by name' "$out" '203.0.113.7:443/tcp (Oma)'
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
	reply mappings '{"v":1,"ok":true,"code":0,"openings":3,"mappings":[{"cam":"a","name":"a","kind":"forward","by":"upnp","proto":"tcp","port":"18554","to":"192.168.1.20","to_port":"554","where":"by UPnP, NAT-PMP or PCP, rule 4 of inet fw4 upnp_prerouting","note":"libminiupnpc","text":"t","closable":true,"todo":"camgate mappings --close closes it"},{"cam":"a","name":"a","kind":"forward","by":"hand","proto":"tcp","to":"192.168.1.20","to_port":"554","where":"by hand, rule 5 of ip nat pre","note":"","text":"t","closable":false,"todo":"take it out"},{"cam":"a","name":"a","kind":"pass","by":"upnp","proto":"tcp","to":"192.168.1.20","to_port":"554","where":"by UPnP, NAT-PMP or PCP, rule 6 of inet fw4 upnp_forward","note":"","text":"t","closable":true,"todo":"camgate mappings --close closes it"}],"not_read":[{"text":"rule 9 cannot be read here"}],"incomplete":"no nft","left_out":7}'
	cg mappings
	like 'mappings: a forwarded port' "$out" 'a +18554/tcp +leads +192.168.1.20 +554/tcp +by UPnP, NAT-PMP or PCP, rule 4 .*\(libminiupnpc\)'
	like 'mappings: any port' "$out" 'a +any/tcp +leads +192.168.1.20 +554/tcp +by hand'
	like 'mappings: a pinhole' "$out" 'a +is let through +192.168.1.20 +554/tcp'
	has 'mappings: what was not read' "$out" 'rule 9 cannot be read here'
	has 'mappings: what was not looked at' "$out" 'not everything was looked at: no nft'
	has 'mappings: more than are listed' "$out" '7 more are not listed'
	is 'mappings: what is to be done, each once' "$(grep -c -- '--close' <<<"$out")" 1
	reply mappings '{"v":1,"ok":true,"code":0,"openings":1,"closed":[{"cam":"a","name":"a","kind":"forward","by":"upnp","proto":"tcp","port":"18554","to":"192.168.1.20","to_port":"554","where":"by UPnP, NAT-PMP or PCP, rule 4 of inet fw4 upnp_prerouting","note":"libminiupnpc","text":"t","closable":true,"todo":"camgate mappings --close closes it"}],"mappings":[{"cam":"a","name":"a","kind":"forward","by":"hand","proto":"tcp","to":"192.168.1.20","to_port":"554","where":"by hand, rule 5 of ip nat pre","note":"","text":"t","closable":false,"todo":"take it out"}]}'
	cg mappings --close
	like 'mappings --close: what it closed' "$out" '^closed:'
	has 'mappings --close: and what stays' "$out" 'left as they are:'
	reply mappings '{"v":1,"ok":true,"code":0,"openings":0,"mappings":[]}'
	cg mappings
	has 'mappings: none' "$out" 'no opening of a port leads to a camera'
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
	reply discover '{"v":1,"ok":true,"code":0,"devices":[{"nr":4,"mac":"06:ca:00:00:00:07","private":true,"address":"192.168.1.77","port":"lan1","score":62,"class":"camera","reasons":["answers RTSP (Fake/1)","sends as steadily as a picture does"],"held":"identifies","held_text":"it shows itself to be a camera","clues":["rtsp"],"profile":"reolink","first_s":1,"last_s":1,"up_bytes":400000,"stopped_bytes":90000},{"nr":2,"mac":"00:00:5e:00:53:09","hostname":"plug","score":0,"class":"unknown","reasons":["is a small Linux or chip (udhcp)"],"clues":["embedded"],"first_s":1,"last_s":1,"up_bytes":0,"stopped_bytes":0},{"mac":"06:ca:00:00:00:08","private":true,"score":0,"class":"other","user":true,"reasons":[],"clues":[],"first_s":1,"last_s":1,"up_bytes":5,"stopped_bytes":0}],"grouped":7,"listening":true,"quarantine":"cameras","probation":false}'
	cg discover
	is 'discover: exit code' "$code" 0
	like 'discover: what it is' "$out" '4 +06:ca:00:00:00:07 +- +192\.168\.1\.77 on lan1 +camera, held +62 +400 kB'
	like 'discover: what it calls itself' "$out" '2 +00:00:5e:00:53:09 +plug +- +not known +0 '
	hasnt 'discover: one line for made-up addresses' "$out" '06:ca:00:00:00:08'
	has 'discover: how many these are' "$out" '7 devices with private addresses'
	has 'discover: the reasons' "$out" '4  06:ca:00:00:00:07: held, it shows itself to be a camera; 90 kB were stopped
   - answers RTSP (Fake/1)
   - sends as steadily as a picture does
   profile that fits: reolink
   camgate adopt 4 NAME makes it a camera of yours, camgate release 4 lets it go'
	hasnt 'discover: no reasons where nothing is suspected' "$out" 'udhcp'
	reply discover '{"v":1,"ok":true,"code":0,"devices":[],"grouped":0,"listening":false,"quarantine":"none","probation":false}'
	cg discover
	is 'discover: nothing' "$out" 'No unknown device was seen yet.'
	has 'discover: nobody listens' "$err" 'does not listen'
	reply discover '{"v":1,"ok":true,"code":0,"asked":1,"wait_s":0,"devices":[],"grouped":0,"listening":true}'
	asked >/dev/null
	cg discover --probe
	is 'discover --probe: asks, then looks' "$(asked)" '{"v":1,"cmd":"discover","probe":true}
{"v":1,"cmd":"discover"}'
	has 'discover --probe: says that it waits' "$err" 'asked on 1 network, waiting'
	cg discover --probe --json
	is 'discover --probe --json: the list alone' "$(wc -l <<<"$out")" 1
	reply discover '{"v":1,"ok":false,"code":1,"error":"the LAN was asked just now"}'
	cg discover --probe
	is 'discover --probe too often' "$code" 1
	reply adopt '{"v":1,"ok":true,"code":0,"id":"attic","name":"Attic","mac":"06:ca:00:00:00:07","file":"/etc/camgate/cameras.d/attic.conf","text":"# camgate adopt 1\ncamera \"Attic\" { }\n","effects":["nothing of it leaves the house"]}'
	cg adopt 4 Attic
	is 'adopt: what it did' "$out" 'Attic: written to /etc/camgate/cameras.d/attic.conf
- nothing of it leaves the house
to take it back: camgate forget attic'
	cg adopt 4 Attic --show
	is 'adopt --show: the file alone' "$out" '# camgate adopt 1
camera "Attic" { }'
	is 'adopt --show: the rest beside' "$err" '# nothing of it leaves the house'
	reply adopt '{"v":1,"ok":true,"code":0,"id":"attic","name":"Attic","file":"f","text":"","effects":[],"until_s":'"$(($(date +%s) + 86400 * 9))"'}'
	cg adopt 4 Attic --try 9d
	like 'adopt --try: how to keep it' "$out" 'at 20[0-9-]+ [0-9:]+ all of this is undone, unless you type camgate keep attic'
	reply release '{"v":1,"ok":true,"code":0,"mac":"06:ca:00:00:00:07","was_held":true}'
	cg release 4
	has 'release: what it did' "$out" '06:ca:00:00:00:07 is let go and is not held again'
	reply forget '{"v":1,"ok":true,"code":0,"id":"attic","name":"Attic","file":"f"}'
	cg forget attic
	is 'forget: what it did' "$out" 'Attic is no camera any more, f is gone; the device is new again'
	reply keep '{"v":1,"ok":true,"code":0,"id":"attic","name":"Attic","file":"f"}'
	cg keep attic
	is 'keep: what it did' "$out" 'Attic is kept: f'
	reply reload '{"v":1,"ok":true,"code":0,"generation":8,"cameras":3,"rules":41,"added":2,"removed":1,"changed":0}'
	cg reload
	is 'reload: the new generation' "$out" 'generation 8 is in force: 3 cameras, 41 rules (+2 -1 ~0)'
	reply doctor '{"v":1,"ok":true,"code":5,"findings":[{"level":"ok","what":"bpffs","text":"mounted"},{"level":"fail","what":"lan2","text":"hardware offload is on","fix":"ethtool -K lan2 hw-tc-offload off"}]}'
	cg doctor
	is 'doctor: exit code of the agent' "$code" 5
	like 'doctor: good' "$out" 'ok +bpffs +mounted'
	like 'doctor: bad, with what to do' "$out" 'WRONG +lan2 +hardware offload is on. To do: ethtool'
	reply notify '{"v":1,"ok":true,"code":0,"told":0,"left_out":0,"waiting":0,"running":false,"testing":false}'
	cg notify
	has 'notify: nobody is told' "$out" 'No program is told of anything'
	reply notify '{"v":1,"ok":true,"code":0,"program":"/etc/n","told":2,"left_out":1,"running":true,"testing":false,"last":{"event":"opening-ended","ended_s":1795631400,"how":"signal","value":9}}'
	cg notify
	has 'notify: who is told' "$out" 'told: /etc/n'
	has 'notify: how many' "$out" '2 notices, 1 left out'
	like 'notify: how the last one ended' "$out" 'the last one, opening-ended, at .*: it was ended by signal 9'
	has 'notify: runs' "$out" 'running now'
	while read -r want text result; do
		reply notify '{"v":1,"ok":true,"code":0,"program":"/etc/n","told":2,"left_out":0,"testing":false,"test":{"event":"test","ended_s":1,'"$result"'}}'
		cg notify --test
		is "notify --test: $text: exit code" "$code" "$want"
		like "notify --test: $text" "$out$err" "/etc/n: it .*${text//_/ }"
	done <<-'END'
		0 ended_well "how":"exited","value":0
		1 exit_status_3 "how":"exited","value":3
		1 signal_15 "how":"signal","value":15
		1 longer_than_10_s "how":"timeout"
		1 Permission_denied "how":"unstarted","error":"Permission denied"
	END
	reply notify '{"v":1,"ok":true,"code":0,"told":2,"left_out":0,"testing":false}'
	cg notify --test
	is 'notify --test: given up' "$code" 1
	reply notify '{"v":1,"ok":false,"code":1,"error":"no program is told of anything","hint":"set `notify` in the configuration"}'
	cg notify --test
	is 'notify --test: nobody is told' "$code" 1
	mkdir -p "$tmp/hookbin"
	printf '#!/bin/sh\nprintf "%%s\\n" "$*"\n' >"$tmp/hookbin/logger"
	chmod 755 "$tmp/hookbin/logger"
	is 'notify: the example says what happened' "$(PATH=$tmp/hookbin:$PATH packaging/doc/examples/notify \
		<<<'{"v":1,"event":"opening-ended","cam":"n1","name":"nursery","time_s":1,"until_s":2,"by":"hand"}')" \
		'-t camgate-notify -- nursery is closed again'
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

# ---- who watches ----------------------------------------------------------
session() { # peer, state, up_kbps, extra members
	printf '{"cam":"nursery","name":"婴儿房","peer":"%s","peer_port":32100,"proto":"udp","began":"camera","state":"%s","sign":"signature","signature":"pppp-session","up_bytes":1240000,"down_bytes":10,"stopped_bytes":0,"up_kbps":%s,"down_kbps":3,"since_s":%s,"idle_s":2%s}' \
		"$1" "$2" "$3" "$now" "$4"
}
sessions_reply() { # sessions with commas between
	reply sessions '{"v":1,"ok":true,"code":0,"sessions":['"$1"'],"cams":[{"id":"nursery","name":"婴儿房","exposure":"open","until_s":'$until',"watching":1,"stopped":0,"up_kbps":900,"down_kbps":3},{"id":"garage","name":"garage","exposure":"closed","watching":0,"stopped":1,"up_kbps":0,"down_kbps":0,"blocked_until_s":'$until'}]}'
}
record_line() { # id, what, peer, last_s, extra members
	printf '{"v":1,"id":%s,"what":"%s","cam":"nursery","name":"婴儿房","first_s":%s,"last_s":%s,"duration_s":60,"count":1,"peer":"%s","proto":"udp","began":"camera","sign":"signature","signature":"pppp-session","up_bytes":1240,"down_bytes":880,"stopped_bytes":20480,"evidence":{"up_packets":9,"down_packets":7}%s}\n' \
		"$1" "$2" "$4" "$4" "$3" "$5"
}
# Waits until the file holds that many lines.
lines() { # file, count
	local _
	for _ in $(seq 500); do
		[[ $(wc -l <"$1") -ge $2 ]] && return 0
		sleep 0.02
	done
	return 1
}
# Waits until top has drawn that often.
drawn() { # count
	local _
	for _ in $(seq 500); do
		[[ $(grep -ao $'\033\\[H' "$tmp/top" | wc -l) -ge $1 ]] && return 0
		sleep 0.02
	done
	return 1
}
watch_tests() {
	local now until clock pid line wide

	start_agent
	now=$(date +%s)
	until=$((now + 3600))
	clock=$(date -u -d "@$until" +%H:%M)
	reply sessions '{"v":1,"ok":true,"code":0,"sessions":[],"cams":[]}'
	asked >/dev/null
	cg sessions
	is 'sessions: nobody' "$out" 'no camera is connected with anybody outside'
	sessions_reply "$(session 203.0.113.9 watching 900 '')"
	asked >/dev/null
	cg sessions
	is 'sessions: with rates one question is enough' "$(asked | wc -l)" 1
	like 'sessions: a row' "$out" '婴儿房 +203.0.113.9:32100/udp +watching +camera +[0-9:]+ +900 +3 +1.2 MB +2s +PPPP: camera and viewer reach each other'
	like 'sessions: all remotes together' "$out" "garage: all remotes together got too much; blocked until (tomorrow )?$clock"
	sessions_reply "$(session 2001:db8::9 stopped 0 ',"until_s":'$until',"repeats":1,"asked":""')"
	cg sessions nursery
	like 'sessions: stopped, and until when' "$out" "\[2001:db8::9\]:32100/udp +stopped until (tomorrow )?$clock"
	hasnt 'sessions: without a database there is no column for it' "$out" WHERE
	sessions_reply "$(session 203.0.113.9 watching 900 ',"country":"CN","network":"AS64500"'),$(session 192.0.2.7 control 1 ',"country":"unknown"')"
	cg sessions
	like 'sessions: where the other side is' "$out" '203.0.113.9:32100/udp +CN AS64500 +watching'
	like 'sessions: where nobody knows' "$out" '192.0.2.7:32100/udp +unknown +talk'
	reply sessions '{"v":1,"ok":true,"code":0,"sessions":[{"cam":"a","name":"a","peer":"203.0.113.9","asked":"p2p.vendor.example","state":"later","sign":"later","signature":"later"}],"cams":[]}'
	asked >/dev/null
	cg sessions
	is 'sessions: without rates the agent is asked again' "$(asked | wc -l)" 2
	like 'sessions: by name, words of a later agent' "$out" 'a +p2p.vendor.example +later +camera .* - +- +0 B +0s +later \(later\)'
	reply sessions '{"v":1,"ok":false,"code":1,"error":"there is no camera '"'x'"'"}'
	cg sessions x --follow
	is 'sessions --follow: a refusal ends it' "$code" 1

	: >"$tmp/follow"
	sessions_reply ''
	asked >/dev/null
	"$camgate" --socket "$sock" sessions --follow >"$tmp/follow" 2>"$tmp/follow.err" &
	pid=$!
	lines "$log" 1
	sessions_reply "$(session 203.0.113.9 control 0 '')"
	lines "$tmp/follow" 1
	sessions_reply "$(session 203.0.113.9 stopped 0 ',"until_s":'$until',"repeats":1')"
	lines "$tmp/follow" 2
	sessions_reply "$(session 203.0.113.9 stopped 0 ',"until_s":'$until',"repeats":2')"
	lines "$tmp/follow" 3
	sessions_reply ''
	lines "$tmp/follow" 4
	line=$(<"$tmp/follow")
	like 'sessions --follow: talk begins' "$line" '^[0-9:]{8} 婴儿房: 203.0.113.9:32100/udp: talk'
	like 'sessions --follow: and is stopped' "$line" "203.0.113.9:32100/udp: stopped until (tomorrow )?$clock \(PPPP"
	is 'sessions --follow: stopped again is another line' "$(grep -c 'stopped until' <<<"$line")" 2
	like 'sessions --follow: and ends' "$line" '203.0.113.9:32100/udp: ended \(PPPP[^'$'\n'']*$'
	asked >/dev/null
	sleep 1.2
	lines "$log" 1
	like 'sessions --follow: two questions a second, no more' "$(asked | wc -l)" '^[123]$'
	is 'sessions --follow: nothing new, no line' "$(wc -l <"$tmp/follow")" 4
	stop_agent
	code=0
	wait "$pid" || code=$?
	is 'sessions --follow: the agent ends' "$code" 3
	has 'sessions --follow: and it says so' "$(<"$tmp/follow.err")" 'the agent ended'
	start_agent
	: >"$tmp/follow"
	sessions_reply "$(session 2001:db8::9 watching 0 '')"
	"$camgate" --socket "$sock" sessions nursery --follow --json >"$tmp/follow" &
	pid=$!
	lines "$tmp/follow" 1
	# Another address of the same /64 is the same remote, one of another is not.
	sessions_reply "$(session 2001:db8::77 watching 0 '')"
	asked >/dev/null
	lines "$log" 2
	sessions_reply "$(session 2001:db8:0:1::9 watching 0 '')"
	lines "$tmp/follow" 3
	kill "$pid"
	wait "$pid" 2>/dev/null
	is 'sessions --follow --json: an object a change' "$(jq -r '.change + " " + .session.peer' <"$tmp/follow")" \
		'there 2001:db8::9
began 2001:db8:0:1::9
ended 2001:db8::77'

	reply status '{"v":1,"ok":true,"code":0,"generation":1,"enforced":"full","cams":[],"stopped_lately":[{"id":"a","name":"a","text":"a: viewing was stopped at 14:02: 203.0.113.9, x"}]}'
	cg
	has 'status: what was stopped lately' "$out" 'a: viewing was stopped at 14:02: 203.0.113.9, x'

	reply log '{"v":1,"ok":true,"code":0,"record":"minimal","record_days":30,"entries":['"$(record_line 1 allowed 203.0.113.0/24 "$now" ',"running":true,"opening":{"by":"hand","since_s":'"$now"',"uid":1000,"user":"anna"}' | tr -d '\n'),$(record_line 2 stopped 203.0.113.9 "$now" ',"peer_port":32100,"rule":"allow 203.0.113.0/24","file":"/etc/c.conf","line":12,"blocked_until_s":'"$until" | tr -d '\n'),$(record_line 3 refused ::/0 "$now" '' | tr -d '\n')"'],"left_off":7}'
	cg log
	like 'log: let in, and by whom it was opened' "$out" '婴儿房 +let in, goes on +203.0.113.0/24 +1 +1m +1.2 kB +PPPP.*; opened by anna at '
	like 'log: stopped, by which rule, until when' "$out" "stopped +203.0.113.9:32100/udp +1 .*; allow 203.0.113.0/24 \(/etc/c.conf:12\); blocked until (tomorrow )?$clock"
	like 'log: many' "$out" 'refused +many others'
	has 'log: what is left out' "$out" '7 older entries are left out'
	reply log '{"v":1,"ok":true,"code":0,"record":"off","entries":[]}'
	cg log
	is 'log: nobody, and nothing is recorded' "$out" 'nobody outside watched or tried to
nothing is recorded now: record = off'

	sessions_reply "$(session 203.0.113.9 watching 10 ''),$(session 203.0.113.10 watching 900 '')"
	cg top --once
	like 'top: cameras' "$out" "婴儿房 \(nursery\) +open until (tomorrow )?$clock +1 +0 +900 +3"
	is 'top: the fastest stands first' "$(grep -o '203.0.113.[0-9]*' <<<"$out" | tr '\n' ' ')" '203.0.113.10 203.0.113.9 '
	hasnt 'top --once: nothing steers a terminal' "$out" $'\033'
	cg top
	has 'top: into a file it is once, too' "$out" '203.0.113.10'
	cg top --json
	is 'top --json: the reply' "$(jq -r '.sessions[0].peer' <<<"$out")" 203.0.113.9
	if command -v script >/dev/null; then
		for wide in q $'\003'; do
			# A key before the second drawing would meet no top yet.
			# The shell of script(1) must not be what the key ends.
			: >"$tmp/top"
			(drawn 2; printf %s "$wide") | TERM=xterm LINES=20 timeout 30 script -qec "exec '$camgate' --socket '$sock' top" /dev/null >"$tmp/top"
			is "top: ends with key $(printf %s "$wide" | od -An -tx1 | tr -d ' ')" "${PIPESTATUS[1]}" 0
		done
		out=$(<"$tmp/top")
		has 'top: another screen' "$out" $'\033[?1049h'
		like 'top: and back again, with cursor and long lines' "$out" $'\033\\[\\?7h\033\\[\\?25h\033\\[\\?1049l'
		like 'top: drawn more than once' "$(grep -o $'\033\\[H' <<<"$out" | wc -l)" '^[2-9]$'
		has 'top: colour' "$out" $'\033[33m'
		: >"$tmp/top"
		(drawn 1; printf q) | TERM=xterm NO_COLOR=1 LINES=8 timeout 30 script -qec "exec '$camgate' --socket '$sock' top" /dev/null >"$tmp/top"
		out=$(<"$tmp/top")
		hasnt 'top: NO_COLOR' "$out" $'\033[33m'
		has 'top: a small screen shows the fastest' "$out" 203.0.113.10
	else
		skip 'top on a terminal' 'no script(1)'
	fi
	stop_agent

	# The agent dead: what it had written down.
	cg log
	is 'log: no agent and no record: exit code' "$code" 3
	mkdir -p "$tmp/state"
	record_line 5 allowed 198.51.100.0/24 $((now - 7200)) '' >"$tmp/state/record.jsonl.1"
	{
		record_line 6 allowed 203.0.113.0/24 $((now - 100)) ',"running":true'
		echo '{"v":1,"half'
		record_line 6 stopped 203.0.113.9 $((now - 50)) ''
		record_line 7 refused 203.0.113.9 $((now - 20)) ''
	} >"$tmp/state/record.jsonl"
	cg log
	is 'log: no agent: exit code' "$code" 0
	is 'log: no agent: said anew is said once, tried on is one' "$(grep -c 婴儿房 <<<"$out")" 2
	like 'log: no agent: stopped, twice' "$out" 'stopped +203.0.113.9/udp +2 '
	has 'log: no agent: it is said' "$err" 'the agent is not running'
	cg log --since 1h --json
	is 'log: no agent: since, JSON' "$(jq -r '.direct, (.entries | length), .entries[0].count' <<<"$out" | tr '\n' ' ')" 'true 1 2 '
	cg log --cam garage
	is 'log: no agent: another camera' "$out" 'nobody outside watched or tried to'
	cg log --cam 婴儿房
	has 'log: no agent: by name' "$out" 203.0.113.9
	if [[ $(id -u) == 0 ]] && command -v setpriv >/dev/null; then
		chmod 0600 "$tmp/state/record.jsonl"
		code=0
		err=$(setpriv --reuid 65534 --regid 65534 --clear-groups "$camgate" --socket "$sock" --state-dir "$tmp/state" log 2>&1) || code=$?
		is 'log: no agent, not permitted: exit code' "$code" 3
		has 'log: no agent, not permitted' "$err" "is for root and group 'camgate'"
	else
		skip 'log: not permitted' 'needs root and setpriv'
	fi
	rm -rf "$tmp/state"
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
		out=$(TERM=xterm script -qec "exec '$camgate' --socket '$sock'" /dev/null </dev/null)
		has 'colour on a terminal' "$out" $'\033[3'
		has 'and the words all the same' "$out" 'open until'
		out=$(TERM=xterm NO_COLOR=1 script -qec "exec '$camgate' --socket '$sock'" /dev/null </dev/null)
		hasnt 'NO_COLOR' "$out" $'\033'
		has 'NO_COLOR: the words are there' "$out" 'open until'
		out=$(TERM=dumb script -qec "exec '$camgate' --socket '$sock'" /dev/null </dev/null)
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
		sessions
		log
		top
		why cam1 203.0.113.9
		allow cam1 203.0.113.9
		deny cam1 203.0.113.9
		undo
		mappings
		discover
		adopt 1 attic
		keep cam1
		forget cam1
		release 1
		counters
		reload
		doctor
		notify
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

# ---- audit: words, and a page ----------------------------------------------
evil='<script>alert(1)</script>"'"'"'&'
audit_cam() { # probing
	jq -cn --arg evil "$evil" --argjson probing "$1" '{id:"nursery",name:("婴儿房 "+$evil),probing:$probing,
		probed_s:1700000000,maker:$evil,model:$evil,firmware:$evil,
		services:[{port:554,proto:"tcp",kind:"rtsp",what:$evil,state:"anybody",how:"probed",when_s:1700000000,text:$evil}],
		findings:[{id:"rtsp-open",level:"high",provision:"5.5-4",requires:$evil,text:("no password "+$evil),advice:$evil},
			{id:"x",level:"\"><script>",provision:$evil,requires:"r",text:"t",advice:"a"}],
		mappings:[{text:("port 8000 leads " + $evil),where:$evil}],
		destinations:[{peer:"198.51.100.7",name:$evil,up_bytes:5000,down_bytes:1,tries:0,
			hours:[range(24)|[. * 10,0,0]]},{peer:"203.0.113.9",up_bytes:0,down_bytes:0,tries:3,
			hours:[range(24)|[0,0,(if . == 5 then 3 else 0 end)]]},
			{rest:true,up_bytes:7,down_bytes:0,tries:0,hours:"odd"}],hour_s:1700000000}'
}
audit_reply() { # probing
	printf '{"v":1,"ok":true,"code":0,"standard":"ETSI EN 303 645 V3.1.3","countries":"no country database","incomplete":"nft <is> not there","cams":[%s]}' \
		"$(audit_cam "$1")"
}
audit_tests() {
	local page n

	start_agent
	reply audit "$(audit_reply false)"
	cg audit
	is 'audit: exit code' "$code" 0
	like 'audit: the finding' "$out" 'high +5\.5-4 +no password'
	has 'audit: what leads to it' "$out" 'port 8000 leads '
	like 'audit: the service' "$out" '554/tcp.*answers anybody.*asking it'
	has 'audit: what could not be looked at' "$out" 'openings of ports: nft <is> not there'
	has 'audit: the standard' "$out" 'ETSI EN 303 645 V3.1.3'
	like 'audit: what was stopped' "$out" '203\.0\.113\.9 +0 B +0 B +3'
	hasnt 'audit: without a database there is no column for it' "$out" COUNTRY,
	reply audit "$(audit_reply false | jq -c '.countries = "w.mmdb of 2026-11-01" | .cams[0].destinations[1] += {country:"CN",network:"AS64500"} |
		.cams[0].countries = [{country:"CN",up_bytes:5000,down_bytes:1,tries:3},{up_bytes:7,down_bytes:0,tries:0}]')"
	cg audit
	like 'audit: where its bytes go, by country' "$out" 'CN +5.0 kB +1 B +3'
	like 'audit: those that are not told apart' "$out" '\(not told apart\) +7 B +0 B +0'
	like 'audit: the country of a destination' "$out" '203\.0\.113\.9 +CN AS64500 +0 B +0 B +3'
	has 'audit: which list says so' "$out" 'w.mmdb of 2026-11-01'
	cg audit --html
	has 'audit --html: by country' "$out" '<tr><td>CN</td><td class="n">5.0 kB</td>'
	has 'audit --html: the country of a destination' "$out" '203.0.113.9, CN AS64500</title>'
	reply audit "$(audit_reply false)"
	cg audit --json
	is 'audit: JSON is the reply' "$(jq -c .cams[0].findings[0].provision <<<"$out")" '"5.5-4"'
	# asked until nothing is probing any more
	asked >/dev/null
	reply audit "$(audit_reply true)"
	(sleep 1; reply audit "$(audit_reply false)") &
	cg audit --probe
	wait $!
	n=$(asked)
	like 'audit --probe: asks to probe once' "$n" '^\{"v":1,"cmd":"audit","probe":true\}'$'\n'
	is 'audit --probe: and only once' "$(grep -c probe <<<"$n")" 1
	like 'audit --probe: then until it is through' "$(wc -l <<<"$n")" '^[3-9]$'
	hasnt 'audit --probe: through' "$out" 'still being asked'
	reply audit '{"v":1,"ok":false,"code":1,"error":"there is no camera '"'x'"'","near":["nursery"]}'
	cg audit x --html
	is 'audit: no camera: exit code' "$code" 1
	has 'audit: no camera: near' "$err" nursery

	reply audit "$(audit_reply false)"
	cg audit --html
	is 'audit --html: exit code' "$code" 0
	page=$out
	like 'audit --html: asks each camera for its hours' "$(asked | tail -n 1)" '"cam":"nursery"'
	has 'audit --html: a page' "$page" '<!DOCTYPE html>'
	has 'audit --html: the name, escaped' "$page" '婴儿房 &#60;script&#62;alert(1)&#60;/script&#62;&#34;&#39;&#38;'
	# Nothing of it runs, loads or leads out of the page.
	is 'audit --html: tags are ours alone' \
		"$(grep -oE '<[a-z!][a-z0-9]*' <<<"$page" | sort -u | tr -d '<' | tr '\n' ' ')" \
		'! a b body figcaption figure h1 h2 h3 head html li line meta ol p path rect section small span style svg table tbody td text th thead title tr ul '
	is 'audit --html: no attribute runs or loads anything' \
		"$(grep -oiE '[ \"](on[a-z]+|src|srcset|data|action|poster|style|xlink:href)=' <<<"${page//&#/}" | grep -v script)" ''
	is 'audit --html: no address is fetched' "$(grep -oE '(https?:)?//|url\(|@import' <<<"$page")" ''
	is 'audit --html: links stay in the page' "$(grep -oE 'href="[^#]' <<<"$page")" ''
	has 'audit --html: what could not be looked at' "$page" 'nft &#60;is&#62; not there'
	has 'audit --html: a policy against all of it' "$page" "default-src 'none'"
	is 'audit --html: a level from outside is no class' "$(grep -oE '<li class="[^"]*"' <<<"$page" | sort -u | tr '\n' ' ')" \
		'<li class="high" <li class="note" '
	is 'audit --html: a bar for each hour with bytes' "$(grep -oE '<rect class="up"[^>]*><title>' <<<"$page" | wc -l)" 23
	is 'audit --html: a cross where something was stopped' "$(grep -c . < <(grep -oE 'class="stop"' <<<"$page"))" 1
	cg audit --html="$tmp/page.html"
	is 'audit --html=FILE: exit code' "$code" 0
	has 'audit --html=FILE: said' "$err" 'page.html is written'
	# but for the minute it was made in
	is 'audit --html=FILE: the same page' "$(grep -v '<h1>' "$tmp/page.html")" "$(grep -v '<h1>' <<<"$page")"
	is 'audit --html=FILE: for its owner' "$(stat -c %a "$tmp/page.html")" 600
	cg audit --html="$tmp/none/page.html"
	is 'audit --html into no folder: exit code' "$code" 1
	stop_agent
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
	usage 'off for too long' 'at most 24h' off 25h
	usage 'since what' 'no time' blocked cam1 --since x
	usage 'since too long' 'at most 1h' blocked cam1 --since 2h
	usage 'log since what' 'no time past' log --since soon
	usage 'log since tomorrow' 'no time past' log --since 'tomorrow 07:30'
	usage 'log of a camera is an option' "cannot do with 'cam1'" log cam1
	usage 'log verify of what' "cannot do with 'cam1'" log verify cam1
	usage 'log verify has no --since' "'log verify' has no option --since" log verify --since 2h
	usage 'log has no --yes' "'log' has no option --yes" log --yes
	usage 'log erase whom' 'needs a camera' log erase --yes
	usage 'log erase, nobody to ask' 'needs --yes' log erase cam1
	usage 'log verify --anchor of what' 'expected COUNT:HASH' log verify --anchor 7:0123
	usage 'report as what' 'expected text, json, csv or html' report --format pdf
	usage 'report of no time' 'no time past' report --from soon
	usage 'report backwards' '--to is not after --from' report --from 1h --to 2h
	usage 'top of nothing' "cannot do with 'cam1'" top cam1
	usage 'follow what' "'log' has no option --follow" log --follow
	usage 'learn for too long' 'at most 7d' learn cam1 8d
	usage 'learn: show takes no time' 'takes no time' learn cam1 1h --show
	cg audit --html --json
	is 'usage: audit: JSON or a page: exit code' "$code" 2
	has 'usage: audit: JSON or a page' "$out" 'expected one of them'
	usage 'probe what' "'learn' has no option --probe" learn cam1 --probe
	usage 'html what' "'who' has no option --html" who cam1 --html
	usage 'adopt nobody' 'neither a number' adopt here attic
	usage 'adopt number nothing' 'neither a number' adopt 0 attic
	usage 'adopt without a name' 'needs an argument' adopt 1
	usage 'adopt for too long' 'at most 30d' adopt 1 attic --try 31d
	usage 'release nobody' 'neither a number' release 3x
	usage 'probe what' "'status' has no option --probe" status --probe
	usage 'profile of whom' "'keep' has no option --profile" keep cam1 --profile x
	usage 'setup, nobody to ask' 'no terminal to ask at' setup
	usage 'setup takes no word' "cannot do with 'br-lan'" setup br-lan
	usage 'lan of what' "'discover' has no option --lan" discover --lan br-lan
	usage 'setup for no time' 'no time of at most 30d' setup --yes --try soon
	usage 'try what' "'release' has no option --try" release 1 --try 1m
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
	commands=(status open close seal block auto off on who blocked sessions log report top why allow deny undo mappings counters metrics mqtt check mud reload learn audit setup discover adopt keep forget release
		doctor notify update-lists detach version help)
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
	has 'help of a command' "$out" 'Usage: camgate open CAM [TIME | until CLOCK] [--to VIEWER] [--force]'
	has 'help of a command: its options' "$out" '--to VIEWER'
	cg open --help
	has 'a command with --help' "$out" 'Usage: camgate open'
	cg help opne
	is 'help of nothing' "$code" 2
	cg help --json
	is 'help as JSON' "$(jq -r '.commands[].name' <<<"$out" | sort | tr -s '\n' ' ')" \
		"$(printf '%s\n' "${commands[@]}" | sort | tr '\n' ' ')"
	for c in $(grep -oE '^  (-., )?--[a-z-]+' < <("$camgate" --help) | grep -oE '\-\-[a-z-]+') --to --force --since --camera --url --show --stop --learned --cam --follow --once --anchor --yes --from --format --probe --html --close --profile --try --lan --home --adopt --start --textfile --test; do
		in_file "camgate(1) has $c" $man "Fl.* Fl ${c#--}|Fl Fl ${c#--}"
		in_file "completion has $c" packaging/completion/camgate "$c\b"
	done
}

# ---- the record -----------------------------------------------------------
# The chain by sha256sum(1): what others compute is what camgate does.
chain_n=0 chain_prev=
chain() { # an object; the line on stdout is in $chain_line
	chain_n=$((chain_n + 1))
	chain_line="${1%\}},\"n\":$chain_n,\"salt\":\"00112233445566$(printf %02x $((chain_n % 256)))\",\"prev\":\"$chain_prev\"}"
	chain_prev=$(printf %s "$chain_line" | sha256sum)
	chain_prev=${chain_prev%% *}
}
chain_new() { # lines of objects on stdin; writes the files
	local o
	rm -rf "$tmp/state"
	mkdir -p "$tmp/state"
	chain_n=0 chain_prev=$(printf '0%.0s' {1..64})
	while read -r o; do
		chain "$o"
		echo "$chain_line" >>"$tmp/state/record.jsonl"
	done
	printf '{"v":1,"n":%s,"hash":"%s","bytes":%s,"time_s":0,"open":false}\n' "$chain_n" "$chain_prev" \
		"$(stat -c %s "$tmp/state/record.jsonl")" >"$tmp/state/record.head"
}
record_made() { # now
	chain_new <<-END
		{"v":2,"what":"begin","last_s":$(($1 - 9000))}
		$(record_line 6 allowed 203.0.113.0/24 $(($1 - 7200)) ',"opening":{"by":"hand","uid":1000,"user":"anna"}')
		$(record_line 7 stopped 203.0.113.9 $(($1 - 50)) ',"asked":"<script>alert(1)</script>"')
		{"v":2,"what":"opened","cam":"nursery","name":"婴儿房","last_s":$(($1 - 7300)),"until_s":$1,"uid":1000,"user":"an\"na"}
		{"v":2,"what":"day","cam":"nursery","name":"婴儿房","day":"2026-11-26","first_s":$(($1 - 9000)),"last_s":$(($1 - 100)),"up_bytes":1,"down_bytes":1,"to":[{"name":"old.example","net":"198.51.100.0/24","up_bytes":1}],"stopped":[]}
		{"v":2,"what":"day","cam":"nursery","name":"婴儿房","day":"2026-11-26","first_s":$(($1 - 9000)),"last_s":$(($1 - 90)),"up_bytes":5000,"down_bytes":70,"to":[{"name":"=cmd|' /C calc'!A0","net":"198.51.100.0/24","country":"DE","network":"AS64500","up_bytes":5000,"down_bytes":70}],"countries":[{"country":"DE","up_bytes":5000,"down_bytes":70},{"country":"<b>unknown","stopped_bytes":720},{"up_bytes":9,"others":2}],"networks":[{"network":"AS64500","up_bytes":5000,"down_bytes":70}],"stopped":[{"class":"remote","reason":"unruled","direction":"up","packets":12,"bytes":720}]}
		{"v":2,"what":"hole","why":"cut","last_s":$(($1 - 80))}
		{"v":2,"what":"gone","why":"erase","count":3,"last_s":$(($1 - 70)),"cam":"garage","uid":0,"user":"root"}
	END
}
record_tests() {
	local now anchor f=$tmp/state/record.jsonl

	rm -rf "$tmp/state"
	mkdir -p "$tmp/state"
	cg log verify
	is 'verify: nothing is recorded' "$code $out" '0 nothing is recorded'
	now=$(date +%s)
	record_made "$now"
	anchor=$chain_n:$chain_prev
	cg log verify
	is 'verify: exit code' "$code" 0
	is 'verify: what sha256sum chained' "$out" "8 lines are as they were written
1 holes: a power cut, or the agent was killed
anchor $anchor"
	cg log verify --json
	is 'verify: JSON' "$(jq -c '[.ok, .lines, .holes, .agrees, has("fault")]' <<<"$out")" \
		'[true,8,1,"'"$anchor"'",false]'
	cg log verify --anchor "${anchor:0:20}"
	is 'verify: an anchor, shortened' "$code" 0
	cg log verify --anchor "8:0123456789abcdef"
	is 'verify: another anchor: exit code' "$code" 1
	has 'verify: another anchor: which line' "$out" "$f:8: another record"
	cg log verify --anchor "9:0123456789abcdef"
	has 'verify: an anchor of more' "$out" "$f:9: cut off: numbers 9 to 9"
	sed -i '3s/20480/20481/' "$f"
	cg log verify
	is 'verify: altered: exit code' "$code" 1
	like 'verify: altered: file, line, up to where it agrees' "$out" "$f:3: altered: .* number 3
.*agrees up to 2:[0-9a-f]{64}"
	cg log verify --json
	is 'verify: altered: JSON' "$(jq -c '[.ok, .code, .fault, .line, .n]' <<<"$out")" '[false,1,"altered",3,3]'
	record_made "$now"
	sed -i 4d "$f"
	cg log verify
	has 'verify: removed' "$out" "$f:4: missing: numbers 4 to 4"
	record_made "$now"
	sed -i '4{h;d};5{G}' "$f"
	cg log verify
	has 'verify: swapped' "$out" "$f:4: reordered: number 5"
	record_made "$now"
	echo '{"v":2,"what":"stopped"}' >>"$f"
	cg log verify
	has 'verify: appended' "$out" "$f:9: foreign"
	record_made "$now"
	truncate -s -10 "$f"
	cg log verify
	has 'verify: cut off' "$out" "$f:8: cut off"
	record_made "$now"
	rm "$tmp/state/record.head"
	cg log verify
	has 'verify: without its head' "$out" 'record.head, which says how far the record goes, is not there'
	record_made "$now"
	printf '{"v":2,"what":"day","half' >>"$f"
	cg log verify
	is 'verify: half a line behind all of it is no fault' "$code" 0
	has 'verify: but it is said' "$out" '25 bytes were being written'
	if [[ $(id -u) == 0 ]] && command -v setpriv >/dev/null; then
		chmod 0600 "$f"
		code=0
		setpriv --reuid 65534 --regid 65534 --clear-groups "$camgate" --state-dir "$tmp/state" log verify >"$tmp/err" 2>&1 || code=$?
		err=$(grep -v '^profiling:' "$tmp/err") # of a build that counts its lines
		is 'verify: not permitted' "$code $err" "1 camgate: $tmp/state/record.jsonl is for root and group 'camgate'"
	else
		skip 'verify: not permitted' 'needs root and setpriv'
	fi

	record_made "$now"
	cg log
	has 'log: its anchor' "$out" "anchor $anchor"
	cg report
	is 'report: exit code' "$code" 0
	like 'report: what left, by name and network' "$out" "left +婴儿房 .*=cmd.* 198.51.100.0/24 DE AS64500 +5.0 kB +70 B"
	like 'report: what left, by country' "$out" 'country +婴儿房 .* DE +5.0 kB +70 B'
	like 'report: what was stopped, by country' "$out" 'country +婴儿房 .* <b>unknown .*720 B'
	like 'report: countries without a sum of their own' "$out" 'country +婴儿房 .* \(others\) +9 B'
	like 'report: what left, by network' "$out" 'network +婴儿房 .* AS64500 +5.0 kB +70 B'
	hasnt 'report: a later line of a day takes the place of an earlier one' "$out" old.example
	like 'report: what was stopped' "$out" 'stopped +婴儿房 .* unruled +remote .*720 B'
	like 'report: who watched, and who had opened' "$out" 'session +婴儿房 .*allowed +203.0.113.0/24 .* anna'
	like 'report: who opened' "$out" 'opened +婴儿房 .* an"na'
	like 'report: what was erased' "$out" 'erased +garage .* erase .* root'
	like 'report: what was lost' "$out" 'hole .* cut'
	has 'report: its anchor' "$out" "anchor $anchor"
	cg report --format json
	is 'report: JSON' "$(jq -c '[.whole, .anchor, (.days | length), (.sessions | length), .opened[0].user, (.erased | length), (.holes | length)]' <<<"$out")" \
		'[true,"'"$anchor"'",1,2,"an\"na",1,1]'
	is 'report: JSON: by country and network' "$(jq -c '.days[0] | [.countries[0].country, .countries[0].up_bytes, .countries[2].others, .networks[0].network]' <<<"$out")" \
		'["DE",5000,2,"AS64500"]'
	is 'report: JSON: no chain in it' "$(jq '[.. | objects | has("prev") or has("salt")] | any' <<<"$out")" false
	cg report --json --cam garage
	is 'report: one camera' "$(jq -c '[(.days | length), (.sessions | length), (.opened | length), (.erased | length)]' <<<"$out")" '[0,0,0,1]'
	cg report --json --from 30m
	is 'report: since' "$(jq -c '[.sessions[].what]' <<<"$out")" '["stopped"]'
	cg report --json --to 30m
	is 'report: until' "$(jq -c '[.sessions[].what]' <<<"$out")" '["allowed"]'
	cg report --format csv
	is 'report: CSV: a line a row, ended by CR and LF' "$(grep -c $'\r$' "$tmp/out") $(wc -l <"$tmp/out")" '12 12'
	is 'report: CSV: by country and network' "$(tr -d '"\r' <"$tmp/out" | awk -F, -v OFS='|' '$1 == "country" || $1 == "network" { print $1, $8, $9, $11, $15 }')" \
		'country|DE|5000||
country|<b>unknown||720|
country||9||
network||5000||AS64500'
	has 'report: CSV: quotes are doubled' "$out" '"an""na"'
	has 'report: CSV: no formula' "$out" "\"'=cmd|' /C calc'!A0\""
	is 'report: CSV: as RFC 4180 reads it' "$(awk -v RS='\r\n' '{
		n = 1; quoted = 0; split("", f)
		for (i = 1; i <= length($0); i++) {
			c = substr($0, i, 1)
			if (quoted && c == "\"" && substr($0, i + 1, 1) == c) { f[n] = f[n] c; i++ }
			else if (c == "\"") quoted = !quoted
			else if (c == "," && !quoted) n++
			else f[n] = f[n] c
		}
		fields[n]
		if (f[1] == "opened") print f[14]
	}
	END { for (n in fields) print n }' "$tmp/out")" 'an"na
15'
	cg report --format html
	hasnt 'report: HTML: nothing of it runs' "$out" '<script'
	has 'report: HTML: it is escaped' "$out" '&#60;script&#62;alert(1)&#60;/script&#62;'
	has 'report: HTML: quotes too' "$out" 'an&#34;na'
	has 'report: HTML: nothing is loaded' "$out" "default-src 'none'"
	is 'report: HTML: nor named' "$(grep -ciE 'src=|href=|url\(|@import' "$tmp/out")" 0
	is 'report: HTML: a bar a country' "$(grep -c '<rect' "$tmp/out")" 3
	has 'report: HTML: its country and bytes' "$out" '>DE</text>'
	has 'report: HTML: its bytes' "$out" '5.0 kB</text>'
	has 'report: HTML: what was stopped beside' "$out" '720 B stopped</text>'
	hasnt 'report: HTML: a country is escaped, too' "$out" '<b>unkn'
	has 'report: HTML: its anchor' "$out" "<code>$anchor</code>"
	sed -i '3s/20480/20481/' "$f"
	cg report
	has 'report: of an altered record' "$out" 'NOT as it was written'
	cg report --format html
	has 'report: HTML of an altered record' "$out" 'NOT as it was written'
	rm -rf "$tmp/state"
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
	printf '%s\n' 'lan = { br-lan }' 'camera "a" { mac = { "02:ca:00:00:00:01" } signs = { inbound, rate }' \
		'control_budget = "rate=1k" max_viewers = 2 upload = { "192.0.2.1 rate=64k hour=1G" } }' >"$tmp/viewing.conf"
	cg check "$tmp/viewing.conf"
	is 'check: signs and budgets' "$out" "$tmp/viewing.conf: ok, 1 camera, 1 rule
a: signs = inbound, rate; control_budget = rate=1k burst=64k hour=4M; max_viewers = 2"
	cg check "$tmp/viewing.conf" --json
	has 'check: signs and budgets: JSON' "$out" '"viewing":[{"signs":"inbound, rate","control_budget":"rate=1k burst=64k hour=4M","max_viewers":2,"id":"a","name":"a"}]'
	sed -i 's/rate=64k/rate=64x/' "$tmp/viewing.conf"
	cg check "$tmp/viewing.conf"
	is 'check: a bad budget: exit code' "$code" 4
	has 'check: a bad budget: where, what was found, what was expected' "$err" "$tmp/viewing.conf:3:55: rule '192.0.2.1 rate=64x hour=1G': found 'rate=64x', expected rate=bytes a second such as 64k, 100 to 1G"
	printf '%s\n' 'lan = { br-lan }' 'notify = "/nowhere/notify"' 'viewer "phone" { address = 203.0.113.7 }' \
		'camera "a" { mac = { "02:ca:00:00:00:01" } exposure = open viewers = { phone } }' >"$tmp/open.conf"
	cg check "$tmp/open.conf"
	is 'check: viewers of a camera that is always open: exit code' "$code" 0
	has 'check: viewers of a camera that is always open' "$err" "$tmp/open.conf:4: camera 'a': exposure = open lets anyone watch from outside"
	has 'check: a program that is not there' "$err" 'notify: /nowhere/notify: No such file'
	sed -i -e 's/exposure = open//' -e "s,/nowhere/notify,$camgate," "$tmp/open.conf"
	cg check "$tmp/open.conf"
	is 'check: openings have viewers' "$err" ''
	sed -i 's/viewers = { phone }/viewers = { fone }/' "$tmp/open.conf"
	cg check "$tmp/open.conf"
	is 'check: no such viewer: exit code' "$code" 4
	has 'check: no such viewer: where, what was found, who is near' "$err" "$tmp/open.conf:4:57: viewers: found 'fone', expected 'phone'"
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
	if ! bpftool map create "$pins/cg_meta" type array key 4 value 80 entries 1 name cg_meta flags 0x400 ||
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
		bpftool map update pinned "$pins/cg_meta" key 0 0 0 0 value $(bytes '' 16) "$1" 0 0 0 $(bytes '' 60)
	}
	meta "$(sed -n 's/^#define CG_BPF_ABI_VERSION *//p' "include/camgate/bpf_abi.h")"
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
		mkdir -p "$1" && bpftool map create "$1/cg_meta" type array key 4 value 80 entries 1 name cg_meta flags 0x400
	fi
	rm -f "$tmp"/bpf/other/*
	ip link del cgt0
}

# ---- how long close takes -------------------------------------------------
speed_tests() {
	local n best=1000000000 alone=1000000000 from ns

	start_agent
	reply close '{"v":1,"ok":true,"code":0,"cams":[{"id":"cam1","name":"cam1","exposure":"closed","old":"open"}]}'
	for n in 1 2 3 4 5 6 7 8 9; do
		from=$(date +%s%N)
		"$camgate" --socket "$sock" close cam1 >/dev/null
		ns=$(($(date +%s%N) - from))
		((ns < best)) && best=$ns
		from=$(date +%s%N)
		"$camgate" --version >/dev/null
		ns=$(($(date +%s%N) - from))
		((ns < alone)) && alone=$ns
	done
	echo "# exec to exit, best of 9: close $((best / 1000)) us, a command that asks nobody $((alone / 1000)) us"
	like 'close takes less than 50 ms, less what any command takes here' "$(((best - alone) / 1000000))" '^-?([0-9]|[1-4][0-9])$'
	stop_agent
}

if [[ $part == pins ]]; then
	pins_tests
	exit $rc
fi
wire_tests
print_tests
watch_tests
record_tests
terminal_tests
json_tests
sick_tests
audit_tests
usage_tests
check_tests
speed_tests
if [[ $(id -u) == 0 ]] && command -v bpftool >/dev/null && unshare -mn true 2>/dev/null; then
	CG_CLI_PART=pins unshare -mn --propagation private bash "$self" "$build" || rc=1
else
	skip 'pins' 'needs root, bpftool and namespaces'
fi
exit $rc
