#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# coverage.sh: which lines of the agent and the command the unit, agent and house tests run through (`make coverage`).
#
# Run on build/cov, which is compiled with --coverage. COVER=all: with every
# test of the house. A table is printed; build/coverage.txt has it with the lines
# that nothing reached. Two figures are judged: the share of lines, and how many
# lines of agent/lib at which an error is returned or said no test reached,
# those of tests/coverage.except left out. A process that is killed does not count.
set -u
cd "$(dirname "$0")/.." || exit 1
cov=build/cov
raw=build/coverage.txt
figures=build/coverage.jsonl
log=build/log/coverage.log
# Left out of the first count, to see that a test that is not run is seen.
left_out=config
# Those that reach most of agent/kern in the least time.
house=(no_camera agent_dead_close names sessions redirect guard_nft guard_reload bootguard detach reattach learn
	record hotplug off_on who)
[[ ${COVER:-} != all ]] || house=()
rc=0
say() {
	echo "$1"
	[[ $1 != not* ]] || rc=1
}
mapfile -t sources < <(make -s --no-print-directory list-sources)
mapfile -t programs < <(make -s --no-print-directory B=$cov list-unit list-agent)
[[ ${#sources[@]} -gt 0 && ${#programs[@]} -gt 0 ]] || exit 1
mkdir -p build/log
: >"$log"
: >"$figures"
find $cov -name '*.gcda' -delete

# What a process of another user cannot write of its counts is no message of the command's.
export GCOV_ERROR_FILE=/dev/null
export CG_FIGURES=$PWD/$cov/figures.jsonl CK_DEFAULT_TIMEOUT=60 CK_TIMEOUT_MULTIPLIER=8 CK_VERBOSITY=normal

run() { # program
	local status=0
	case $1 in
	*.sh) "$1" $cov >$cov/out 2>&1 || status=$? ;;
	*) "$1" >$cov/out 2>&1 || status=$? ;;
	esac
	{ echo "== $1"; cat $cov/out; } >>"$log"
	[[ $status -eq 0 ]] || say "not ok coverage: $1 ended with $status (build/log/coverage.log)"
}

run_house() {
	local status=0
	if why=$(tests/probe.sh); then
		CG_BIN=$PWD/$cov tests/net/run.sh -l 480 "${house[@]}" || status=$?
	else
		echo "this machine: $why; the house runs in a virtual machine"
		tests/deps.sh vm || return 1
		CG_BIN=$PWD/$cov CG_VM_PASS='CG_BIN CG_FIGURES GCOV_ERROR_FILE' \
			tests/vm/run.sh -- tests/net/run.sh -l 1200 "${house[@]}" || status=$?
	fi 2>&1 | tee -a "$log"
	return "${PIPESTATUS[0]}"
}

# FILE LINE COUNT of every line that is code; one of a header counts wherever it was compiled.
collect() {
	local -a notes=()
	mapfile -t notes < <(printf "$cov/%s\n" "${sources[@]}" | sed 's/\.c$/.gcno/')
	gcov -j -t "${notes[@]}" 2>>"$log" |
		jq -r '.files[] | .file as $f | .lines[] | "\($f) \(.line_number) \(.count)"' |
		awk '$1 ~ /^(agent|include)\// { n[$1 " " $2] += $3 } END { for (k in n) print k, n[k] }' |
		sort -k1,1 -k2,2n
}

share() { awk '{ n++; if ($3) hit++ } END { printf "%.2f", n ? 100 * hit / n : 0 }'; }

# The lines of agent/lib that return or say an error: FILE LINE COUNT TEXT. Want
# of memory is tried elsewhere, everywhere at once.
errors() {
	awk -F'\t' '
		{ split($0, at, " ") }
		at[1] !~ /^agent\/lib\/.*\.c$/ { next }
		{
			if (at[1] != file) { close(file); file = at[1]; line = 0 }
			while (line < at[2] && (getline text <file) > 0) line++
			t = text
			gsub(/^[ \t]+|[ \t]+$/, "", t)
			if (t !~ /ENOMEM/ && t ~ /(-E[A-Z0-9]+|-errno)[;,) ]|return (r|err|NULL|false|-1);|return (bad|not_taken)\(|cg_diag_set\(|cg_mud_refuse\(/)
				print at[1] "\t" at[2] "\t" at[3] "\t" t
		}'
}

# Those that nothing reached and that no line of tests/coverage.except explains.
unexplained() {
	awk -F'\t' 'NR == FNR { if (!/^#/ && NF == 3) why[$1 FS $2] = 1; next } !$3 && !(($1 FS $4) in why)' \
		tests/coverage.except -
}

figure() { # name value op limit unit n control
	printf '{"name":"%s","value":%s,"op":"%s","limit":%s,"unit":"%s","n":%s,"control":%s,"raw":"coverage.txt"}\n' \
		"$@" >>"$figures"
}

for f in "${programs[@]}"; do
	[[ $f == */unit/test_$left_out ]] || run "$f"
done
run_house || say 'not ok coverage: the house (build/log/coverage.log)'
collect >$cov/without.txt
run $cov/tests/unit/test_$left_out
collect >$cov/lines.txt
errors <$cov/without.txt >$cov/errors.without.tsv
errors <$cov/lines.txt >$cov/errors.tsv

# Every directory and file, and the lines of each that nothing reached.
awk '
	function row(name, of, hit, more) { printf "%6.1f %6d of %6d  %s%s\n", 100 * hit / of, hit, of, name, more }
	function flush() {
		if (from) left[file] = left[file] " " (from == to ? from : from "-" to)
		from = 0
	}
	$1 != file { flush(); file = $1; files[++nf] = file; dir = file; sub(/\/[^\/]*$/, "", dir) }
	dir != last { last = dirs[++nd] = dir }
	{ n[file]++; dn[dir]++; all++ }
	$3 { flush(); hit[file]++; dhit[dir]++; allhit++; next }
	{ if (!from) from = $2; to = $2 }
	END {
		flush()
		for (i = 1; i <= nd; i++) row(dirs[i], dn[dirs[i]], dhit[dirs[i]], "")
		row("all", all, allhit, "")
		print ""
		for (i = 1; i <= nf; i++) row(files[i], n[files[i]], hit[files[i]], left[files[i]] ? "  not:" left[files[i]] : "")
	}' $cov/lines.txt >$raw
{
	echo
	echo "Errors of agent/lib that no test reached:"
	awk -F'\t' '!$3 { print $1 ":" $2 ": " $4 }' $cov/errors.tsv
} >>"$raw"
sed '/^Errors of/,$d; s/  not:.*//' "$raw"

with=$(share <$cov/lines.txt) without=$(share <$cov/without.txt)
if awk -v a="$without" -v b="$with" 'BEGIN { exit !(a < b) }'; then
	say "ok coverage: without test_$left_out it is less ($without of 100, not $with)"
else
	say "not ok coverage: without test_$left_out it is $without of 100, with it $with"
fi
# An explanation of what is reached after all, or is not there any more, is none.
while IFS=$'\t' read -r file text why; do
	[[ -n $file && $file != '#'* ]] || continue
	awk -F'\t' -v f="$file" -v t="$text" '$1 == f && $4 == t && !$3 { found = 1 } END { exit !found }' $cov/errors.tsv ||
		say "not ok coverage: tests/coverage.except: $file: '$text' is reached, or is not there"
	[[ -n $why ]] || say "not ok coverage: tests/coverage.except: $file: '$text': no reason"
done <tests/coverage.except
unexplained <$cov/errors.tsv | awk -F'\t' '{ print "# not reached: " $1 ":" $2 ": " $4 }'
figure coverage/agent_pct "$with" '>=' 85 % "$(wc -l <$cov/lines.txt)" "$without"
figure coverage/lib_errors_unreached "$(unexplained <$cov/errors.tsv | wc -l)" == 0 lines "$(wc -l <$cov/errors.tsv)" \
	"$(unexplained <$cov/errors.without.tsv | wc -l)"
tests/figures.sh coverage "$figures" || rc=1
exit $rc
