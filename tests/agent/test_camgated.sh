#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# test_camgated.sh [BUILD]: the agent's options, and with what it ends when they or the config are wrong.
set -u
cd "$(dirname "$0")/../.." || exit 1
build=$(readlink -f "${1:-${B:-build}}")
rc=0
tmp=$(mktemp -d "${TMPDIR:-/tmp}/cg-camgated.XXXXXX") || exit 1
trap 'rm -rf "$tmp"' EXIT
export LC_ALL=C.UTF-8

# Nothing of the machine's is touched by one that would start.
camgated() {
	"$build/camgated" --pin-dir "$tmp/pins" --socket "$tmp/sock" --state-dir "$tmp/state" --fw4-dir "$tmp/fw4" \
		"$@" >"$tmp/out" 2>"$tmp/err" </dev/null
	code=$? out=$(<"$tmp/out") err=$(<"$tmp/err")
}
is() { # name, got, wanted
	if [[ $2 == "$3" ]]; then echo "ok camgated: $1"; else
		printf '# got:    %s\n# wanted: %s\nnot ok camgated: %s\n' "$2" "$3" "$1"
		rc=1
	fi
}
has() { # name, text, fixed string
	if [[ $2 == *"$3"* ]]; then echo "ok camgated: $1"; else
		printf '# not there: %s\n# in: %s\nnot ok camgated: %s\n' "$3" "$2" "$1"
		rc=1
	fi
}

for o in --help -h; do
	camgated $o
	is "$o: exit code, nothing to say" "$code $err" '0 '
	has "$o" "$out" 'usage: camgated [options]'
done
for o in --config --pin-dir --socket --state-dir --fw4-dir --foreground --log-level --version --help; do
	has "--help names $o" "$out" "$o"
done
for o in --version -V; do
	camgated $o
	is "$o: exit code" "$code" 0
	is "$o" "$(sed -E 's/[0-9.]+ \(maps version [0-9]+\)/N/' <<<"$out")" 'camgated N'
done
camgated --log-level loud
is 'a level that is none' "$code $err" "2 camgated: 'loud' is no log level"
camgated stray
is 'a stray argument' "$code $err" "2 camgated: 'stray' is no option"
camgated --no-such
is 'no such option: exit code' "$code" 2
has 'no such option: usage' "$err" 'usage: camgated [options]'
camgated --config
is 'an option without its value: exit code' "$code" 2
for o in --config -c; do
	camgated --foreground --log-level error $o "$tmp/none.conf"
	is "$o: a config that is not there" "$code" 4
	has "$o: is named" "$err" "$tmp/none.conf"
done
is 'nothing to talk to, nothing pinned' "$(cd "$tmp" && ls -d sock pins fw4 2>/dev/null)" ''
exit $rc
