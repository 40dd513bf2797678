# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# The packet path's tables, all on the programs that the first of them loaded; a case is one test of one of them.
mkdir -p $BPF/tables
for test in ${TABLES:-again cuts devices diff discover from_cam modes probation to_cam fast names hostile redirect frag icmp quota remote session signature}; do
	rc=0
	CG_SLOW=1 CG_BPF_OBJECT=/t/camgate.bpf.o CG_BPF_PINS=$BPF/tables "/t/test_$test" >/tmp/table 2>&1 || rc=$?
	good=$(grep -c '^ok ' /tmp/table)
	bad=$(grep -c '^not ok ' /tmp/table)
	passes=$((passes + good)) fails=$((fails + bad))
	sed "s/^\(not ok\|ok\) /&$test: /" /tmp/table | grep -v ' passed, '
	if [ "$rc" != 0 ] && [ "$bad" = 0 ]; then
		no "$test: ended with $rc"
	elif [ $((good + bad)) = 0 ]; then
		no "$test: showed no case"
	fi
done
rm -rf $BPF/tables
