#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# faults.sh [-t TOP] [TARGET]: every fault of tests/faults.tsv that TARGET (check) owes was injected, measured, and its promise kept.
#
# A test says `# fault ID kept: WHAT WAS MEASURED` or `# fault ID broken: ...`;
# check's stages leave that in build/log. One case a row, the table in
# build/faults.md, the figures faults/promised and faults/kept. With -t, of
# another folder, and without figures.
set -u
top=
[[ ${1:-} != -t ]] || { top=$2; shift 2; }
target=${1:-check}
here=$(cd "$(dirname "$0")" && pwd)
cd "${top:-$here/..}" || exit 1

# shellcheck source=tests/skips.sh
. "$here/skips.sh"

logs() {
	local s
	if [[ $target = check ]]; then
		for s in unit asan agent bpf net; do
			[[ ! -e build/log/$s.log ]] || echo "build/log/$s.log"
		done
	else
		find build/log -name "${target#check-}*.log" 2>/dev/null
	fi
}

# ID KEPT|BROKEN MEASURED, by tabs; a fault that is measured twice is kept twice or broken.
measured() {
	local -a files
	mapfile -t files < <(logs)
	[[ ${#files[@]} -gt 0 ]] || return 0
	sed -nE 's/\r$//; s/^# fault ([a-z0-9_/-]+) (kept|broken): (.+)$/\1\t\2\t\3/p' "${files[@]}" |
		awk -F '\t' -v OFS='\t' '!($1 in how) || how[$1] == "kept" { how[$1] = $2; what[$1] = $3 }
			END { for (id in how) print id, how[id], what[id] }' | sort
}

# STATUS ID FAULT INJECTED PROMISED MEASURED, by tabs.
judge() {
	awk -F '\t' -v OFS='\t' -v target="$target" '
		FILENAME == ARGV[1] { how[$1] = $2; what[$1] = $3; next }
		/^#/ || !NF { next }
		{ row[$1] = 1 }
		($5 ? $5 : "check") != target { next }
		{ print ($1 in how ? how[$1] : "absent"), $1, $2, $3, $4, ($1 in how ? what[$1] : "") }
		END { for (id in how) if (!(id in row)) print "unknown", id, "", "", "", what[id] }
	' <(measured) tests/faults.tsv
}

# Three lies, each of which must be seen; the number of those that were.
control() {
	local d out seen=0
	d=$(mktemp -d)
	mkdir -p "$d/tests" "$d/build/log"
	: >"$d/tests/skips"
	printf '%s\tf\ti\tp\n' c/kept c/broken c/twice c/absent >"$d/tests/faults.tsv"
	printf '# fault c/%s\n' 'kept kept: 1' 'broken broken: 2' 'twice kept: 3' 'unknown kept: 4' >"$d/build/log/agent.log"
	printf '# fault c/twice broken: 5\n' >"$d/build/log/bpf.log"
	out=$("$here/faults.sh" -t "$d" check)
	rm -rf "$d"
	for want in 'ok fault c/kept: 1' 'not ok fault c/broken: 2' 'not ok fault c/twice: 5' \
		'not ok fault c/absent: was not measured' 'not ok fault c/unknown: has no row in tests/faults.tsv'; do
		grep -qxF "$want" <<<"$out" && ((seen++))
	done
	# The first is no lie; without it, everything is refused.
	grep -qx 'ok .*' <<<"$out" && echo $((seen - 1)) || echo 0
}

figure() { # name value limit n control
	jq -cn --arg name "faults/$1" --argjson value "$2" --arg op "$3" --argjson limit "$4" --argjson n "$5" \
		--argjson control "$6" '{name: $name, value: $value, op: $op, limit: $limit, unit: "faults", n: $n,
		control: $control, raw: "faults.md"}' >>"${CG_FIGURES:-build/figures.jsonl}"
}

rows=0 kept=0 failed=0
table=build/faults.md
mkdir -p build
printf '| fault | what fails | how it is injected | what was promised | measured |\n|---|---|---|---|---|\n' >$table
while IFS=$'\x1f' read -r how id fault injected promised what; do
	[[ $how != unknown ]] || { ((failed++)); echo "not ok fault $id: has no row in tests/faults.tsv"; continue; }
	((rows++))
	echo "| \`$id\` | $fault | $injected | $promised | ${what:-not measured} |" >>$table
	case $how in
	kept) ((kept++)); echo "ok fault $id: $what" ;;
	broken) ((failed++)); echo "not ok fault $id: $what" ;;
	absent)
		if line=$(skipped faults "$id"); then
			echo "${line/$id/fault $id}"
			[[ $line != not* ]] || ((failed++))
		else
			((failed++))
			echo "not ok fault $id: was not measured"
		fi
		;;
	esac
done < <(judge | tr '\t' '\037')
if [[ -z $top ]]; then
	seen=$(control)
	if [[ $seen -ne 4 ]]; then
		((failed++))
		echo "not ok faults: only $seen of 4 planted lies were seen"
	fi
	figure promised $rows '>=' 60 $rows "$seen"
	figure kept $kept '==' $rows $rows "$seen"
fi
[[ $failed -eq 0 ]]
