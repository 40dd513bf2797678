#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# figures.sh [TARGET [JSONL]]: every figure promised of that target (check) was measured, keeps its promise, and could have failed.
set -u
cd "$(dirname "$0")/.." || exit 1
target=${1:-check}
file=${2:-build/figures.jsonl}
rc=0
say() {
	echo "$1"
	[[ $1 != not* ]] || rc=1
}

# shellcheck source=tests/skips.sh
. tests/skips.sh
section=
while read -r name op limit unit; do
	[[ -n $name && $name != '#'* ]] || continue
	[[ $name != \[*] ]] || { section=$name; continue; }
	[[ $section == "[$target]" ]] || continue
	if ! grep -qF "\"name\":\"$name\"" "$file"; then
		if line=$(skipped figures "$name"); then
			say "${line/$name/figure $name}"
		else
			say "not ok figure $name: was not measured"
		fi
		continue
	fi
	# The limit may be another figure.
	[[ $limit != */* ]] || limit=$(jq -r --arg name "$limit" 'select(.name == $name).value' "$file" | tail -n 1)
	# Every line of that name, not only the last, keeps the promise.
	fault=$(jq -r --arg name "$name" --arg op "$op" --argjson limit "$limit" --arg unit "$unit" '
		# An emulated machine is ten times slower: times measured on one say so
		# ("lax") and are held to as many times the limit.
		select(.name == $name) | . as $f |
		(if .unit == "ms" then $limit * (.lax // 1) else $limit end) as $limit |
		if .op != $op or .limit != $limit then "promised \($op) \($limit), measured against \(.op) \(.limit)"
		elif .unit != $unit then "unit \(.unit), promised \($unit)"
		elif (.value | type) != "number" or (.n | type) != "number" or .n < 1 then "no number: \($f)"
		elif ($op == "==" and .value != $limit) or ($op == "<=" and .value > $limit) or
		     ($op == ">=" and .value < $limit) then "\(.value) is not \($op) \($limit)"
		elif $limit == 0 and ((.control | type) != "number" or .control <= 0)
			then "control is \(.control): it could not have failed"
		else empty end' "$file" 2>&1 | head -n 1)
	raw=$(jq -r --arg name "$name" 'select(.name == $name).raw' "$file" 2>/dev/null | while read -r r; do
		[[ -s build/$r || -s $r ]] || echo "$r"
	done | head -n 1)
	if [[ -n $fault ]]; then
		say "not ok figure $name: $fault"
	elif [[ -n $raw ]]; then
		say "not ok figure $name: its raw file $raw is not there"
	else
		say "ok figure $name: $(jq -r --arg name "$name" 'select(.name == $name) |
			"\(.value) \(.unit) (\(.op) \(.limit), control \(.control), n \(.n))"' "$file" | tail -n 1)"
	fi
done <tests/figures.promised
exit $rc
