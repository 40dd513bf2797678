#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# valgrind.sh: agent and command under memcheck, with stand-ins and in the house: no bad memory, no leak (`make check-valgrind`).
#
# AGENT="control ...", HOUSE="record ...": other tests than those below. A process
# that was killed says nothing of itself, so each test must leave one that did.
# What memcheck says is in build/valgrind; what it may say, in tests/valgrind.supp.
set -u
cd "$(dirname "$0")/.." || exit 1
d=build/valgrind
figures=build/valgrind.jsonl
read -ra agent <<<"${AGENT:-control reload start sessions}"
read -ra house <<<"${HOUSE:-record detach}"
# shellcheck disable=SC2054 # the commas are valgrind's
memcheck=(valgrind --leak-check=full --show-leak-kinds=definite,possible --errors-for-leak-kinds=definite,possible
	--error-exitcode=99 --num-callers=30 --suppressions="$PWD/tests/valgrind.supp")
rc=0
say() {
	echo "$1"
	[[ $1 != not* ]] || rc=1
}

rm -rf $d
mkdir -p $d/bin $d/log build/log
${CC:-cc} -O1 -g -D_GNU_SOURCE -Wall -Wextra -Werror -shared -fPIC -o $d/kernel.so tests/valgrind.c || exit 1

# The sum of the errors of every process whose log is named so, and how many told theirs.
errors() { # pattern
	cat $d/log/$1.log 2>/dev/null | sed -n 's/.*ERROR SUMMARY: \([0-9]*\) errors.*/\1/p' |
		awk '{ n += $1 } END { print n + 0, NR }'
}
judge() { # name pattern
	local n told
	read -r n told < <(errors "$2")
	if [[ $told -eq 0 ]]; then
		say "not ok valgrind: $1: no process told how it ended"
	elif [[ $n -gt 0 ]]; then
		grep -hv 'ERROR SUMMARY: 0' $d/log/$2.log | sed -n 's/^==[0-9]*== /# /p' | grep -A 12 -E \
			'^# (Invalid|Conditional|Use of|Syscall|[0-9,]+ .*lost)' | head -n 60
		say "not ok valgrind: $1: $n errors in $told processes ($d/log)"
	else
		say "ok valgrind: $1: no error in $told processes"
	fi
}

# That it would be seen: a byte behind the end, one never written, one that leaks.
planted() {
	${CC:-cc} -O0 -w -x c -o $d/planted - <<-'END' && "${memcheck[@]}" --log-file=$d/log/planted.%p.log $d/planted
	#include <stdlib.h>
	#include <stdio.h>
	int main(void)
	{
		char *p = malloc(8), *lost = malloc(8);
		if (p[8])
			puts("");
		if (p[0])
			puts("");
		free(p);
		lost = NULL;
		return lost != NULL;
	}
	END
}
planted >$d/planted.out
[[ $? -eq 99 ]] || say 'not ok valgrind: planted faults do not end a process with 99'
read -r control _ < <(errors 'planted.*')
if [[ $control -eq 3 ]]; then say 'ok valgrind: three planted faults are seen'
else say "not ok valgrind: $control of three planted faults are seen"; fi

for t in "${agent[@]}"; do
	LD_PRELOAD=$PWD/$d/kernel.so CK_DEFAULT_TIMEOUT=60 CK_TIMEOUT_MULTIPLIER=20 CK_VERBOSITY=normal "${memcheck[@]}" \
		--log-file="$d/log/agent-$t.%p.log" build/tests/agent/test_"$t" >build/log/valgrind-"$t".log 2>&1 ||
		say "not ok valgrind: agent test $t (build/log/valgrind-$t.log)"
	judge "agent test $t" "agent-$t.*"
done

# In the house the two programs are these.
for p in camgated camgate; do
	{
		echo '#!/bin/sh'
		# What each ended with is for its log: a test looks for other codes.
		echo "LD_PRELOAD=$PWD/$d/kernel.so exec ${memcheck[*]} --log-file=$PWD/$d/log/house-\$CG_VALGRIND-$p.%p.log \\"
		echo "	$PWD/build/$p \"\$@\""
	} >$d/bin/$p
	chmod +x $d/bin/$p
done
for t in "${house[@]}"; do
	export CG_VALGRIND=$t CG_SLOW=1 CG_BIN=$PWD/$d/bin CG_FIGURES=$PWD/$d/figures.jsonl
	if why=$(tests/probe.sh); then
		tests/net/run.sh -l 1200 "$t" || rc=1
	else
		echo "this machine: $why; the house runs in a virtual machine"
		tests/deps.sh vm || exit 1
		CG_VM_PASS='CG_VALGRIND CG_BIN CG_FIGURES' tests/vm/run.sh -- tests/net/run.sh -l 3600 "$t" || rc=1
	fi
	judge "house test $t: the agent" "house-$t-camgated.*"
	judge "house test $t: the command" "house-$t-camgate.*"
done
read -r n told < <(errors '[ah]*')
printf '{"name":"valgrind/errors","value":%s,"op":"==","limit":0,"unit":"errors","n":%s,"control":%s,"raw":"valgrind/all.log"}\n' \
	"$n" "$told" "$control" >"$figures"
cat $d/log/[ah]*.log >$d/all.log
tests/figures.sh check-valgrind "$figures" || rc=1
exit $rc
