#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# test_i18n.sh [BUILD]: every command in Chinese: no English sentence is left, tables line up, JSON is as in English.
#
# Prints `ok NAME`, `not ok NAME`, `skip NAME: why`, a line a case. A scripted agent
# answers in English, as the real one does. Touches only a folder it makes, and BUILD.
# What is in single quotes is JSON and patterns, with quotes and backticks of texts in them.
# shellcheck disable=SC2016,SC1112
set -u
self=$(readlink -f "$0")
cd "$(dirname "$self")/../.." || exit 1
build=$(readlink -f "${1:-${B:-build}}")
camgate=$build/camgate fake=$build/tests/fake_agent locale=$build/tests/locale rc=0

skip() {
	echo "skip i18n: $1"
	exit 0
}
[[ -s $build/locale/zh_CN/LC_MESSAGES/camgate.mo ]] || skip 'built without msgfmt (gettext)'
command -v localedef >/dev/null || skip 'no localedef on this machine'
[[ -d $locale/zh_CN.UTF-8 ]] || {
	mkdir -p "$locale"
	localedef -i zh_CN -f UTF-8 "$locale/zh_CN.UTF-8" 2>/dev/null || skip 'no Chinese locale can be made here (locales)'
}
[[ -x $fake ]] || {
	mkdir -p "$(dirname "$fake")" || exit 1
	${CC:-cc} -std=gnu11 -D_GNU_SOURCE -O1 -Wall -Wextra -Werror -o "$fake" tests/agent/fake_agent.c || exit 1
}
tmp=$(mktemp -d "${TMPDIR:-/tmp}/cg-i18n.XXXXXX") || exit 1
agent=
# shellcheck disable=SC2317 # called by the trap
clean() {
	[[ -z $agent ]] || kill "$agent" 2>/dev/null
	rm -rf "$tmp"
}
trap clean EXIT
trap 'exit 1' INT TERM
unset NO_COLOR COLUMNS LANGUAGE CAMGATE_CONFIG CAMGATE_SOCKET CAMGATE_PIN_DIR CAMGATE_STATE_DIR LC_ALL
export TZ=UTC LANG=C.UTF-8 LOCPATH=$locale CAMGATE_LOCALE_DIR=$build/locale
mkdir "$tmp/state"

result() { # name status
	if [[ $2 -eq 0 ]]; then
		echo "ok i18n: $1"
	else
		head -n 12 "$tmp/why" | sed 's/^/# /'
		echo "not ok i18n: $1"
		rc=1
	fi
}
: >"$tmp/replies"
"$fake" "$tmp/sock" "$tmp/replies" "$tmp/log" &
agent=$!
for _ in $(seq 500); do [[ ! -S $tmp/sock ]] || break; sleep 0.02; done
[[ -S $tmp/sock ]] || { echo 'not ok i18n: the scripted agent does not start'; exit 1; }

say() { # locale arguments...
	local l=$1
	shift
	LC_MESSAGES=$l LC_CTYPE=$l "$camgate" --socket "$tmp/sock" --state-dir "$tmp/state" --config "$tmp/camgate.conf" \
		--pin-dir "$tmp/pins" "$@" </dev/null 2>&1
}
# What stays English: what is typed, keys of the config, names. Two words beside each
# other that are none of it are a sentence that nobody translated.
english() {
	sed -E 's/`[^`]*`//g; s/(camgate|mud|log) [a-z-]+( --[a-z]+)*//g; s/[a-z_]+ = ?[a-z]*//g
		s/-?-[a-z-]+( [a-z]+)?//g; s/(modprobe|mount|sysctl|uci|bridge|options|conntrack|ethtool|tc|batman-adv) .*//
		s/“[^”]*”|‘[^’]*’|\{[^}]*\}|[^ ]*\/[^ ]*|CNI portmap|inet fw4 dstnat|ip nat [A-Z]+|xt match//g' | grep -E "(^|[^A-Za-z0-9_/.-])[A-Za-z]{2,}'?[a-z]* [a-z]{2,}" >"$tmp/why"
}
reply() { printf '%s %s\n' "$1" "$2" >"$tmp/replies"; }

chinese() { # name arguments...
	local name=$1 text
	shift
	text=$(say zh_CN.UTF-8 "$@")
	if printf '%s\n' "$text" | tee "$tmp/zh.$name" | english; then
		result "$name: no English sentence is left" 1
	elif ! LC_ALL=C grep -q $'[\xe4-\xe9]' <<<"${text//婴儿房/}"; then
		printf '%s\n' "$text" >"$tmp/why"
		result "$name: it is Chinese" 1
	else
		result "$name: Chinese" 0
	fi
	[[ " $* " != *' --html '* && " $* " != *' --format '* ]] || return 0
	say C.UTF-8 "$@" --json >"$tmp/en.json"
	say zh_CN.UTF-8 "$@" --json >"$tmp/zh.json"
	cmp "$tmp/en.json" "$tmp/zh.json" >"$tmp/why" 2>&1
	result "$name: JSON is the same as in English" $?
}

# ---- it can be seen at all ----
say C.UTF-8 help open | english
result 'control: an English page is found to be English' $?
say zh_CN.UTF-8 help open >"$tmp/zh"
LANGUAGE=zh_CN say C.UTF-8 help open | diff - "$tmp/zh" >"$tmp/why"
result 'LANGUAGE names a language too' $?

# ---- every sentence of the agent, with values in it ----
packaging/po/told.sh packaging/po/camgate.pot | sed -nE 's/^\t"(.*)",$/\1/p' |
	sed -E 's/%[-0-9.*]*(ll|z|l)?[duxX]/7/g; s/%[-0-9.*]*[sc]/X1/g; s/\\(.)/\1/g; s/%%/%/g' | grep -v '^ \|^[,:;]' >"$tmp/told"
n=$(wc -l <"$tmp/told")
[[ $n -gt 300 ]] || echo "only $n" >"$tmp/why"
result 'the agent has sentences' $((n <= 300))
jq -Rcn '[inputs] as $all | {v:1,ok:true,code:0,enforced:"full",generation:1,ports:[],cams:[],attention:$all}' <"$tmp/told" |
	sed 's/^/status /' >"$tmp/replies"
say zh_CN.UTF-8 status | grep '^- ' >"$tmp/zh"
[[ $(wc -l <"$tmp/zh") -eq $n ]] || echo "$n were said, $(wc -l <"$tmp/zh") came" >"$tmp/why"
result 'each is told' $(($(wc -l <"$tmp/zh") != n))
grep -v '[^ -~]' "$tmp/zh" | grep -E ' [a-z]{2,} [a-z]{2,} ' | grep -vE '^- (camgate|modprobe|mount|sysctl|uci) ' >"$tmp/why"
result 'none of them is told in English' $(($? == 0))
english <"$tmp/zh"
result 'nor in part' $(($? == 0))

# ---- each command ----
now=$(date +%s)
cams='"cams":[{"id":"nursery","name":"婴儿房","exposure":"closed","old":"open","mode":"enforce","why":"config","seen":12,"profile":"reolink","protection":"full","local_view":"yes","passed":{"bytes":120000},"stopped":{"bytes":7},"schedule":{"now":"closed","clock_right":true,"until_s":'$((now + 9000))',"next":"open"},"quota":{"upload_bytes":5000,"upload_limit":90000,"upload_stopped":true,"open_s":60,"open_limit_s":7200}},{"id":"g","name":"garage","exposure":"open","until_s":'$((now + 600))',"mode":"enforce","why":"opening","seen":"never","passed":{"bytes":0},"stopped":{"bytes":99999999}}]'
reply status '{"v":1,"ok":true,"code":0,"enforced":"partial","generation":4,"config":"/etc/camgate/camgate.conf","ports":[{"name":"lan1"}],'"$cams"',"stopped_lately":[{"text":"婴儿房: viewing was stopped 2 times within a day, the last at 18:20: 2001:db8::9, it speaks a protocol of viewing (RTSP: a stream is asked for)"}],"databases":[{"what":"country","name":"c.mmdb","built_s":1790000000,"age_s":90000,"prefixes":3}],"lists":[{"name":"l","written_s":1790000000,"age_s":9,"entries":1}],"lost_events":3,"attention":["02:ca:00:00:00:07 (cam, 192.168.1.5, lan1) is held: it is new and sends as if it were video: calls itself C1, as cameras do, answers RTSP (x); 5 bytes went out before, 7 were stopped. `camgate adopt 02:ca:00:00:00:07 NAME` makes it a camera of yours, `camgate release 02:ca:00:00:00:07` lets it go","the config is not in force: /etc/camgate/camgate.conf:3:9: exposure: found '"'x'"', expected '"'closed'"', '"'open'"' or '"'sealed'"'"]}'
chinese status status
for c in open close seal auto; do
	reply $c '{"v":1,"ok":true,"code":0,'"$cams"'}'
	chinese $c $c nursery
done
reply off '{"v":1,"ok":true,"code":0,"off_until_s":'$((now + 600))'}'
chinese off off
reply on '{"v":1,"ok":true,"code":0}'
chinese on on
reply who '{"v":1,"ok":true,"code":0,"peers":[{"peer":"203.0.113.9","peer_port":443,"proto":"tcp","scope":"remote","began":"camera","verdict":"pass","reason":"control","reason_nr":8,"up_bytes":5,"down_bytes":1200000,"age_s":90,"idle_s":3},{"peer":"203.0.113.77","proto":"icmp","scope":"lan","began":"peer","verdict":"drop","reason":"inbound","reason_nr":19,"up_bytes":5000,"down_bytes":0,"age_s":9000,"idle_s":3}]}'
chinese who who nursery
reply blocked '{"v":1,"ok":true,"code":0,"blocked":[{"peer":"45.7.0.1","name":"pushx.reolink.com","port":443,"proto":"tcp","direction":"up","reason":"unruled","reason_nr":17,"packets":7,"first_s":'"$now"',"last_s":'"$now"',"guess":"push","known":true,"maker":"Reolink","mend":"camgate allow cam1 pushx.reolink.com:443/tcp"}]}'
chinese blocked blocked nursery
reply why '{"v":1,"ok":true,"code":0,"verdict":"drop","reason":"denied","reason_nr":18,"text":"cam1 to 203.0.113.9:443/tcp is stopped: a deny rule names it (deny 203.0.113.0/24, /etc/camgate/camgate.conf:12); country CN by list world.mmdb of 2026-05-28","inbound":{"verdict":"pass","reason":"open","reason_nr":10,"text":"cam1 from [2001:db8::1]:443/tcp passes: the camera is open"}}'
chinese why why cam1 203.0.113.9
s='"name":"婴儿房","cam":"nursery","peer_port":443,"proto":"udp","began":"peer","since_s":'"$now"',"up_kbps":800,"down_kbps":2,"up_bytes":5000000,"idle_s":1'
reply sessions '{"v":1,"ok":true,"code":0,"cams":[{"id":"nursery","name":"婴儿房","exposure":"closed","watching":1,"stopped":2,"up_kbps":3,"down_kbps":4,"blocked_until_s":'$((now + 60))'}],"sessions":[{'"$s"',"peer":"203.0.113.9","state":"watching","sign":"rate","monitored":true},{'"$s"',"peer":"203.0.113.10","state":"stopped","until_s":'$((now + 60))',"sign":"signature","signature":"rtsp"}]}'
chinese sessions sessions
chinese top top --once
reply log '{"v":1,"ok":true,"code":0,"anchor":"3:aa","left_off":2,"record":"off","entries":[{"name":"婴儿房","what":"allowed","running":true,"first_s":'$((now - 90000))',"peer":"203.0.113.9","peer_port":443,"proto":"tcp","count":3,"duration_s":90,"up_bytes":5,"sign":"inbound","opening":{"by":"hand","user":"anna","since_s":'"$now"'},"blocked_until_s":'$((now + 900))',"clock_unsure":true},{"name":"g","what":"refused","first_s":'"$now"',"peer":"::/0","count":3,"duration_s":9000,"up_bytes":5,"sign":"sum"}]}'
chinese log log
reply learn '{"v":1,"ok":true,"code":0,"id":"nursery","name":"婴儿房","learning":true,"until_s":'$((now + 90))',"note":"it stays closed: of what its rules stop, only the try is seen. To see all, write mode = monitor into its block and `camgate reload`; it can be watched from outside as long as that stands there"}'
chinese learn learn nursery
reply allow '{"v":1,"ok":true,"code":0,"file":"/etc/camgate/camgate.conf","line":4,"added":"allow x.example","undo":"camgate undo"}'
chinese allow allow nursery x.example
chinese rule-fault allow nursery 300.1.1.1:99999/tcp
reply undo '{"v":1,"ok":true,"code":0,"file":"/etc/camgate/camgate.conf","what":"allow"}'
chinese undo undo
f='"provision":"5.5-4","requires":"access only after authentication"'
reply audit '{"v":1,"ok":true,"code":0,"standard":"ETSI EN 303 645 V3.1.3","countries":"no country database","incomplete":"there is no nft: rules of the firewall were not looked at","cams":[{"id":"nursery","name":"婴儿房","probing":false,"probed_s":'"$now"',"maker":"Hikvision","model":"C1","firmware":"V1","unasked":"the gateway knows no neighbour with its MAC and address: it is off, or has another address","findings":[{"id":"rtsp-open","level":"high",'"$f"',"text":"its pictures are given to anybody on the LAN, without a password: RTSP, port 554 (open), 8554 (in use)","advice":"switch RTSP authentication on in its settings, or set lan_viewing = viewers"},{"id":"firmware-old","level":"medium",'"$f"',"text":"its firmware is old: V1, of 2019-03-04, 7 years old","advice":"look for an update on its maker'"'"'s pages, or in its app"},{"id":"vendor-port","level":"low",'"$f"',"text":"ports of its maker'"'"'s protocol are open on the LAN: port 37777 (Dahua'"'"'s own)","advice":"set guard = drop"},{"id":"no-profile","level":"note",'"$f"',"text":"no profile and no rules: it reaches nothing outside, updates neither","advice":"set mode = enforce"}],"mappings":[{"text":"port 8000/tcp of the gateway leads to 192.168.1.5:554 for anybody outside","where":"by UPnP, NAT-PMP or PCP, rule 7 of inet fw4 dstnat"}],"services":[{"port":80,"proto":"tcp","what":"web pages","state":"password","how":"probed","when_s":'"$now"'},{"port":8000,"proto":"tcp","what":"ONVIF (Reolink) or Hikvision'"'"'s own","state":"anybody","how":"seen","when_s":'"$now"'}],"destinations":[{"peer":"203.0.113.9","name":"x.example","up_bytes":5000,"down_bytes":9,"tries":2,"hours":[[1,2,0],[0,0,3]]},{"rest":true,"up_bytes":1,"down_bytes":0,"tries":1}],"hour_s":'"$now"'}]}'
chinese audit audit
say zh_CN.UTF-8 audit --html >"$tmp/page.html"
sed 's/<style>.*<\/style>//; s/<[^>]*>/\n/g' "$tmp/page.html" | english
result 'audit page: no English sentence is left' $(($? == 0))
grep -q '<html lang="zh-Hans">' "$tmp/page.html" || head -n 2 "$tmp/page.html" >"$tmp/why"
result 'audit page: says that it is Chinese' $((! $(grep -c '<html lang="zh-Hans">' "$tmp/page.html")))
grep -q '婴儿房' "$tmp/page.html"
result 'audit page: is about the camera' $?
reply mappings '{"v":1,"ok":true,"code":0,"mappings":[{"name":"婴儿房","port":"8000","proto":"tcp","kind":"forward","to":"192.168.1.5","to_port":"554","where":"by hand, /etc/config/firewall:7","note":"x","todo":"take the section '"'x'"' out of /etc/config/firewall, then `service firewall reload`"},{"name":"g","proto":"udp","kind":"lease","to":"192.168.1.6","to_port":"9","where":"by iptables, rule 7 of ip nat PREROUTING","todo":"`camgate mappings --close` closes it"}],"not_read":[{"text":"rule 7 of ip nat X cannot be read here (xt match): it may lead to a camera; `iptables -t nat -S` shows it"}],"incomplete":"there is no nft: rules of the firewall were not looked at; the firewall has more rules than are read here"}'
chinese mappings mappings
reply discover '{"v":1,"ok":true,"code":0,"grouped":2,"unheard":1,"devices":[{"nr":4,"mac":"06:ca:00:00:00:07","class":"camera","score":62,"up_bytes":400000,"last_s":'"$now"',"address":"192.168.1.77","port":"lan1","held":"shape","held_text":"it is new and sends as if it were video","stopped_bytes":9,"hostname":"ipc","profile":"reolink","reasons":["says by ONVIF that it is a camera (C1)","MAC prefix of Reolink, mostly cameras","calls itself IPC, as cameras do"]},{"nr":5,"mac":"06:ca:00:00:00:08","class":"other","user":true,"released":true,"score":0,"up_bytes":4,"last_s":'"$now"'}]}'
chinese discover discover
reply adopt '{"v":1,"ok":true,"code":0,"id":"attic","name":"attic","file":"/etc/camgate/cameras.d/attic.conf","until_s":'$((now + 600))',"effects":["06:ca:00:00:00:07 is the camera attic, and nobody can watch it from outside until you open it","what its make needs to send (profile reolink) passes, everything else is stopped","it is held no longer: rules decide from now on","at home it can be watched as before"]}'
chinese adopt adopt 4 attic
reply keep '{"v":1,"ok":true,"code":0,"name":"attic","file":"f","note":"this could not be written down yet, it is tried again"}'
chinese keep keep attic
reply forget '{"v":1,"ok":true,"code":0,"name":"attic","file":"f"}'
chinese forget forget attic
reply release '{"v":1,"ok":true,"code":0,"mac":"06:ca:00:00:00:07","was_held":true}'
chinese release release 4
reply counters '{"v":1,"ok":true,"code":0,"source":"module","cams":[{"id":"a","name":"a","counts":[{"direction":"up","verdict":"pass","reason":"unruled","reason_nr":17,"packets":3,"bytes":180,"monitored":true}]}]}'
chinese counters counters
printf 'lan = { "br-lan" }\ncamera "a" {\n\tmac = { "02:ca:00:00:00:01" }\n\texposure = clsed\n}\n' >"$tmp/camgate.conf"
chinese check-fault check
sed -i 's/clsed/open\n\tviewers = { "192.168.1.9" }/' "$tmp/camgate.conf"
chinese check check
chinese mud mud export a
reply reload '{"v":1,"ok":true,"code":0,"generation":5,"cameras":1,"rules":2,"warnings":["camera '"'a'"' is the device you are logged in from"],"lists_error":"/x.mmdb: a damaged database; the one in force stays"}'
chinese reload reload
reply update-lists '{"v":1,"ok":true,"code":0}'
chinese update-lists update-lists
reply doctor '{"v":1,"ok":true,"code":0,"findings":[{"level":"ok","what":"port","text":"lan1: attached by TCX"},{"level":"warn","what":"boot guard","text":"not installed: while it boots the cameras are not held","fix":"install camgate-bootguard"},{"level":"fail","what":"config","text":"/c:3:9: unknown key '"'x'"', expected '"'a'"' or '"'b'"'; generation 4 stays in force","fix":"camgate check"},{"level":"ok","what":"guard","text":"drops on 3 ports, by nftables; 5 packets of cameras had passed no filter and were dropped"},{"level":"warn","what":"offload","text":"the packet engine ppe0 forwards 4 connections by itself, cameras are kept out of it"}]}'
chinese doctor doctor
reply detach '{"v":1,"ok":true,"code":0,"removed":["lan1"]}'
chinese detach detach
reply version '{"v":1,"ok":true,"code":0,"version":"0.1.0","abi":3}'
chinese version version
# A record as the agent chains it.
n=0 prev=$(printf '0%.0s' {1..64})
while read -r o; do
	n=$((n + 1))
	o="${o%\}},\"n\":$n,\"salt\":\"00112233445566$(printf %02x $n)\",\"prev\":\"$prev\"}"
	echo "$o" >>"$tmp/state/record.jsonl"
	prev=$(printf %s "$o" | sha256sum)
	prev=${prev%% *}
done <<END
{"v":2,"what":"begin","last_s":$((now - 9000))}
{"v":2,"what":"opened","cam":"nursery","name":"婴儿房","last_s":$((now - 7300)),"until_s":$now,"uid":1000,"user":"anna"}
{"v":2,"what":"day","cam":"nursery","name":"婴儿房","day":"2026-11-26","first_s":$((now - 9000)),"last_s":$((now - 90)),"up_bytes":5000,"down_bytes":70,"to":[{"name":"x.example","net":"198.51.100.0/24","up_bytes":5000,"down_bytes":70}],"stopped":[{"class":"remote","reason":"unruled","direction":"up","packets":12,"bytes":720}]}
{"v":2,"what":"hole","why":"cut","last_s":$((now - 80))}
END
printf '{"v":1,"n":%s,"hash":"%s","bytes":%s,"time_s":0,"open":false}\n' "$n" "$prev" "$(stat -c %s "$tmp/state/record.jsonl")" \
	>"$tmp/state/record.head"
chinese verify log verify
chinese report report --to "$(date -d "@$now" "+%F %H:%M")" # else both end at their own second
say zh_CN.UTF-8 report --format html >"$tmp/report.html"
sed 's/<style>.*<\/style>//; s/<[^>]*>/\n/g' "$tmp/report.html" | english
result 'report page: no English sentence is left' $(($? == 0))
grep -q "没有规则提到这个外网主机" "$tmp/report.html"
result "report page: says why in words" $?
[[ $(grep -c '<html lang="zh-Hans">' "$tmp/report.html") -eq 1 ]] || head -n 2 "$tmp/report.html" >"$tmp/why"
result 'report page: says that it is Chinese' $(($(grep -c '<html lang="zh-Hans">' "$tmp/report.html") != 1))
say zh_CN.UTF-8 report --format csv >"$tmp/zh"
say C.UTF-8 report --format csv | cmp - "$tmp/zh" >"$tmp/why" 2>&1
result 'report: CSV is the same as in English' $?
chinese help help
reply '*' '{"v":1,"ok":false,"code":1,"error":"there is no camera '"'nurs'"'","near":["nursery"],"hint":"nothing was changed"}'
chinese refusal close nurs
chinese usage opne
chinese option open --tu x
kill "$agent"
wait "$agent" 2>/dev/null
agent=
chinese no-agent status

# ---- columns ----
# The first table of status.
table() { sed -n '/^摄像头 *现在/,/^$/{/^$/!p}' "$tmp/zh.status"; }
export LC_CTYPE=C.UTF-8
width() { printf '%s' "$1" | wc -L; }
starts() { # file text: columns before it, of each line that has it
	grep -F -- "$2" "$1" | while IFS= read -r line; do width "${line%%"$2"*}"; done | uniq
}
table | while IFS= read -r line; do width "$line"; done | sort -u >"$tmp/widths"
cp "$tmp/zh.status" "$tmp/why"
result 'status: all lines of the table are as wide' $(($(wc -l <"$tmp/widths") != 1))
table | LC_ALL=C awk '{ print length }' | sort -u >"$tmp/widths"
result 'control: in bytes they are not' $(($(wc -l <"$tmp/widths") == 1))
for t in 'who:对方:203.0.113' 'sessions:对方:203.0.113' 'top:对方:203.0.113'; do
	name=${t%%:*} at=${t##*:} title=$(cut -d: -f2 <<<"$t")
	printf '%s\n' "title at $(starts "$tmp/zh.$name" "$title" | head -n 1)" "cells at $(starts "$tmp/zh.$name" "$at")" >"$tmp/why"
	[[ -n $(starts "$tmp/zh.$name" "$at") && $(starts "$tmp/zh.$name" "$title" | head -n 1) == "$(starts "$tmp/zh.$name" "$at")" ]]
	result "$name: cells stand below their title" $?
done
exit $rc
