#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# minimal.sh: what `make minimal` makes says what it lacks, does nothing of it, and passes the house's tests of what is left.
#
# HOUSE="close_tcp4 ..." names other tests of the house. And each switch alone builds.
set -u
cd "$(dirname "$0")/.." || exit 1
bin=$PWD/build/minimal rc=0
mkdir -p build/log
case_of() { # NAME CONDITION...
	local name=$1
	shift
	if "$@"; then echo "ok minimal: $name"; else echo "not ok minimal: $name"; rc=1; fi
}
says() { # STATUS TEXT COMMAND...: ends with the status and says the text
	local want=$1 text=$2 out r=0
	shift 2
	out=$("$@" 2>&1) || r=$?
	[[ $r -eq $want && $out == *"$text"* ]] || { echo "# $*: $r: $out"; return 1; }
}
# Its own libraries are what is left, too.
lacks() { ! readelf -d "$bin/camgate" | grep -q "NEEDED.*$1[.]"; }
helps() { "$bin/camgate" help | grep -q "^  $1\b"; }
helps_not() { ! helps "$1"; }

case_of 'one program, two names' test "$bin/camgated" -ef "$bin/camgate"
case_of 'by the name camgated it is the agent' says 0 'camgated' "$bin/camgated" --version
case_of 'by the name camgate it is the command' says 0 'camgate ' "$bin/camgate" --version
for c in discover 'adopt 1 x' 'audit' 'learn x' 'log' 'report' 'mappings' 'mud export x' 'allow x 192.0.2.1' undo update-lists setup metrics mqtt top doctor check; do
	# shellcheck disable=SC2086 # words of a command
	case_of "says that ${c%% *} is not built in" says 1 'is not built into this camgate' "$bin/camgate" $c
	case_of "help does not list ${c%% *}" helps_not "${c%% *}"
done
case_of 'help lists why' helps why
case_of 'a command nobody knows is another thing' says 2 "there is no command 'frobnicate'" "$bin/camgate" frobnicate
for l in nettle maxminddb systemd z; do
	case_of "needs no lib$l" lacks "lib$l"
done
# What was left out of its source is not in it either, and what the house's full build has.
case_of 'the full agent knows MACs of makers, the least does not' \
	bash -c "grep -qa 'Hikvision-Webs' build/camgated && ! grep -qa 'Hikvision-Webs' build/minimal/camgate"
for s in pushx.reolink.com bootguard-bridge.nft bridger 'schedules are asked again' 'or the name of a viewer'; do
	case_of "the full agent knows '$s', the least does not" \
		bash -c "grep -qaF '$s' build/camgated && ! grep -qaF '$s' build/minimal/camgate"
done
# What relies on a feature that is not there is refused, by file and line; with it, it is taken.
conf=build/log/minimal.conf
relying() { # FEATURE: lines of a config
	local cam='camera "a" { mac = { "02:ca:00:00:00:01" }'
	echo 'lan = { "br-lan" }'
	case $1 in
	COUNTRY) echo "$cam allow = { \"country:DE:443/tcp\" } }" ;;
	GUARD) echo "guard = drop $cam }" ;;
	MQTT) echo "mqtt { broker = \"broker.lan\" } $cam }" ;;
	SCHEDULE) echo "$cam schedule { from = \"22:00\" to = \"06:30\" exposure = sealed } }" ;;
	VIEWERS) echo "viewer \"phone\" { address = { \"192.0.2.9\" } } $cam }" ;;
	*) return 1 ;;
	esac
}
refuses() { # FEATURE
	relying "$1" >$conf || return 0
	# That one names a database, and would need one.
	[[ $1 == COUNTRY ]] || case_of "with $1 a config that relies on it is taken" quietly build/camgate check $conf
	case_of "without $1 it is refused, and where" says 4 "$conf:2" build/without/camgate check $conf
	case_of "without $1 it says why" says 4 'of a camgate that is built without' build/without/camgate check $conf
}
# What it prints is shown where it fails.
quietly() {
	"$@" >build/log/without.log 2>&1 || { tail -n 15 build/log/without.log | sed 's/^/# /'; return 1; }
}
# Each switch by itself, with what needs the feature gone.
for f in $(make -s --no-print-directory list-features); do
	with=("WITH_$f=no")
	case $f in
	MAPPINGS | REPORT) with+=(WITH_AUDIT=no) ;;
	RECORD) with+=(WITH_AUDIT=no WITH_REPORT=no) ;;
	CHECK | DISCOVER) with+=(WITH_SETUP=no) ;;
	EDIT) with+=(WITH_SETUP=no WITH_MQTT=no) ;;
	esac
	case_of "builds without $f" quietly make -j"$(nproc)" B=build/without CFLAGS=-O0 "${with[@]}" all
	if [[ $f == CHECK ]]; then
		case_of "without CHECK it says so" says 1 'is not built into this camgate' build/without/camgate check
	else
		case_of "without $f it takes a config" quietly build/without/camgate check packaging/camgate.conf
		refuses "$f"
	fi
done
rm -rf build/without
if why=$(tests/probe.sh); then
	for t in ${HOUSE:-close_tcp4 close_udp6 deadline kill_verdicts names off_on two_cams stranger_closed6}; do
		CG_BIN=$bin CG_FIGURES=/dev/null timeout -k 10 240 "tests/net/test_$t.sh" >build/log/minimal.log 2>&1
		r=$?
		if [[ $r -eq 77 ]]; then
			echo "skip minimal: house $t: $(tail -n 1 build/log/minimal.log)"
		else
			[[ $r -eq 0 ]] || tail -n 15 build/log/minimal.log | sed 's/^/# /'
			case_of "house: $t" test $r -eq 0
		fi
	done
else
	echo "skip minimal: the house: $why"
fi
exit $rc
