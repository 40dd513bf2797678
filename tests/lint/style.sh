#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# style.sh [TOP]: what a reader may rely on in every file: licence line, purpose line, no leftovers, sizes.
set -u
cd "${1:-$(dirname "$0")/../..}" || exit 1
rc=0
listed=$(mktemp)
trap 'rm -f "$listed"' EXIT
verdict() { # name, offending lines on stdin
	local bad
	bad=$(cat)
	if [[ -n $bad ]]; then
		printf '%s\n' "$bad" | head -n 20 | sed 's/^/# /'
		echo "not ok style: $1"
		rc=1
	else
		echo "ok style: $1"
	fi
}
files() { # suffixes...: ours, build/ left out
	local args=() s
	for s; do args+=(-o -name "*.$s"); done
	find . \( -path ./build -o -path ./.git \) -prune -o -type f \( "${args[@]:1}" \) -print | sort
}
scripts() {
	{ files sh; grep -lE '^#!.*sh$' .ci/* tests/*/* tests/* packaging/* packaging/*/* 2>/dev/null | sed 's,^,./,'; } |
		sort -u | sed 's,^\./\./,./,' | sort -u
}
mapfile -t code < <(files c h)
mapfile -t shell < <(scripts)
mapfile -t make < <(find Makefile packaging tests -name '*.mk' -o -path Makefile)
spdx='SPDX-License-Identifier: (GPL-2\.0-only|\(GPL-2\.0-only WITH Linux-syscall-note\) OR MIT)'

for f in "${code[@]}"; do
	head -n 1 "$f" | grep -qE "^(/\* $spdx \*/|// $spdx)$" || echo "$f:1: no licence line"
	sed -n 2p "$f" | grep -qE '^/\*' || echo "$f:2: no line that says what this file owns"
done | verdict 'licence and purpose of C files'

for f in "${shell[@]}" "${make[@]}"; do
	head -n 2 "$f" | grep -qE "^# $spdx$" || echo "$f: no licence line"
	head -n 3 "$f" | tail -n 1 | grep -q '^# .' || head -n 2 "$f" | tail -n 1 | grep -q '^# [^S]' ||
		echo "$f: no line that says what this file owns"
done | verdict 'licence and purpose of scripts'

# The pattern is put together so that this file does not match itself.
grep -nE "\b(TO""DO|FIX""ME|X""XX|HA""CK)\b" "${code[@]}" "${shell[@]}" "${make[@]}" README.md |
	verdict 'nothing left for later'

grep -nE '(^|[^a-zA-Z0-9_.$}])/(wo''rk|ho''me|ro''ot|Us''ers|srv)/' "${code[@]}" "${shell[@]}" "${make[@]}" \
	README.md CHANGELOG.md tests/README.md | verdict 'no path of the machine it was written on'

# `static int f(void);` in a .c file: order the file instead.
# shellcheck disable=SC2046 # names without blanks
grep -nE '^static [^=(]*\([^{]*\);$' $(files c) |
	grep -v 'static DEFINE_' | verdict 'no forward declaration of a static'

awk 'FNR == 1 { seen = 0 } /#include/ { seen = 1 }
	/^[ \t]*\/\/[^\/]*;[ \t]*$/ { print FILENAME ":" FNR ": commented-out code?" }' "${code[@]}" |
	verdict 'no commented-out code'

wc -l "${code[@]}" | awk '$2 != "total" && $1 > 600 { print $2 ": " $1 " lines; one idea a file" }' |
	verdict 'C files of at most 600 lines'
grep -nP '[ \t]+$' "${code[@]}" "${shell[@]}" "${make[@]}" | verdict 'no white space at the end of a line'

{
	[[ -s README.md && $(wc -l <README.md) -le 120 ]] || echo 'README.md is not there or above 120 lines'
	[[ -s CHANGELOG.md ]] || echo 'CHANGELOG.md is not there'
	grep -q 'Version 2, June 1991' LICENSE || echo 'LICENSE is not the GPL 2'
	[[ $(wc -l <Makefile) -le 160 ]] || echo 'Makefile is above 160 lines'
} 2>&1 | verdict 'the files every reader looks for'

for f in *; do
	case $f in
	Makefile | kmod | bpf | agent | include | tests | packaging | README.md | LICENSE | CHANGELOG.md | build) ;;
	*) echo "the top folder holds $f" ;;
	esac
done | verdict 'top folder'

# What has read enough ends, and who still writes to it fails: one time in a hundred.
for f in "${shell[@]}"; do
	[[ $f =~ ^\./tests/(net|bench|fleet)/ ]] || grep -qE '^set -.*pipefail' "$f" || continue
	grep -HnE '(^|[^|])\|&? *(head|grep( +-[a-zA-Z]+)* +-[a-zA-Z]*q)' "$f" | grep -vE '^[^:]*:[0-9]*:[[:blank:]]*#'
done | verdict 'no pipe is left before it is empty where its failure counts'

# What is written out must be all there is: a test nobody runs proves nothing.
if [[ -f tests/tests.mk ]]; then
	{
		for s in unit agent bpf; do
			make -s --no-print-directory "list-$s" | sed -nE "s,\.sh$,,; s,.*/test_,$s ,p"
		done
		make -s --no-print-directory list-fuzz | sed 's/^/fuzz /'
		make -s --no-print-directory list-sources
	# A make -j above would be told that these have no part in its jobs.
	} 2> >(grep -v 'jobserver unavailable' >&2) | grep . | sort >"$listed"
	{
		find tests/{unit,agent,bpf} -maxdepth 1 -name 'test_*.c' -o -maxdepth 1 -name 'test_*.sh' |
			sed -E 's,tests/([a-z]+)/test_,\1 ,; s,\.(c|sh)$,,'
		# The other three are what targets are made of.
		find tests/fuzz -maxdepth 1 -name '*.c' | sed -E 's,tests/fuzz/(.*)\.c,fuzz \1,' |
			grep -vxE 'fuzz (replay|kernel|house)'
		find agent -name '*.c'
	} | sort | diff - "$listed"
	for f in tests/net/test_*.sh; do
		f=${f##*/test_}
		grep -qw "${f%.sh}" tests/net/run.sh || echo "tests/net/run.sh does not name ${f%.sh}"
	done
fi 2>&1 | verdict 'every source and every test is listed in the makefiles'

# One place starts programs; a shell would run what stands in a name.
{
	grep -nE '\b(system|popen|wordexp|exec[vl]p?e?|posix_spawnp?|fork|vfork)\(' agent/*/*.c | grep -v '^agent/kern/spawn\.c:'
	grep -nE '"(/bin/|/usr/bin/)?(ba|da|a)?sh"|"-c"' agent/*/*.c
	grep -lE '\bcg_spawn\(' agent/*/*.c | grep -vxE 'agent/(kern/(spawn|nft)|daemon/notify|cli/setup_start)\.c'
} | verdict 'no shell: programs are started by kern/spawn.c, for nft, notify and the start of the agent by setup alone'

# The library logs nothing, asks no clock and keeps no state.
grep -nE '\b(printf\(|fprintf\(stderr|syslog\(|perror\(|time\(|clock_gettime\(|gettimeofday\()' agent/lib/*.c |
	grep -v 'snprintf' | verdict 'agent/lib is pure'
exit $rc
