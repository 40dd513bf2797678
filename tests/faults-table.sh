#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# faults-table.sh [-c] [TOP]: tests/faults.tsv as the table in tests/README.md; -c only says whether it is that.
set -u
export LC_ALL=C
check=no
[[ ${1:-} != -c ]] || { check=yes; shift; }
cd "${1:-$(dirname "$0")/..}" || exit 1
readme=tests/README.md
rc=0

# A row is four words of it, or five; an ID once, in the order of its section.
fault=$(awk -F '\t' '
	/^#/ || !NF { last = ""; next }
	NF < 4 || NF > 5 { print FNR ": " NF " columns, expected 4 or 5"; next }
	$1 !~ /^[a-z0-9_-]+\/[a-z0-9_-]+$/ { print FNR ": " $1 " is no ID, expected GROUP/NAME" }
	$1 in seen { print FNR ": " $1 " is there twice" }
	last != "" && $1 < last { print FNR ": " $1 " stands behind " last }
	/\|/ { print FNR ": a bar would end the cell" }
	{ for (i = 1; i <= NF; i++) if ($i == "") print FNR ": column " i " is empty"; seen[$1] = 1; last = $1 }
' tests/faults.tsv)
if [[ -n $fault ]]; then
	echo "# tests/faults.tsv:${fault//$'\n'/$'\n'# tests/faults.tsv:}"
	echo 'not ok faults: rows of tests/faults.tsv'
	exit 1
fi
[[ $check = no ]] || echo 'ok faults: rows of tests/faults.tsv'

table() {
	printf '| fault | what fails | how it is injected | what was promised |\n|---|---|---|---|\n'
	awk -F '\t' '/^#/ || !NF { next }
		{ print "| `" $1 "` | " $2 " | " $3 ($5 ? " (`make " $5 "`)" : "") " | " $4 " |" }' tests/faults.tsv
}
new=$(mktemp)
trap 'rm -f "$new"' EXIT
awk -v table=<(table) '
	!skip { print }
	/^<!-- faults -->$/ { while ((getline line <table) > 0) print line; skip = 1 }
	/^<!-- end of faults -->$/ { print; skip = 0 }
' $readme >"$new"
if [[ $check = no ]]; then
	cp "$new" $readme
elif cmp -s "$new" $readme; then
	echo 'ok faults: the table of tests/README.md'
else
	diff $readme "$new" | head -n 10 | sed 's/^/# /'
	echo 'not ok faults: the table of tests/README.md is another, run make faults-table'
	rc=1
fi
exit $rc
