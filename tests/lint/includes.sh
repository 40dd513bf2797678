#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# includes.sh [TOP]: the include graph follows tests/lint/includes.allow and has no cycle.
set -u
allow=$(cd "$(dirname "$0")" && pwd)/includes.allow
cd "${1:-$(dirname "$0")/../..}" || exit 1
rc=0
edges=$(mktemp)
trap 'rm -f "$edges"' EXIT

# An include as a path from the top, or <name> if it is none of ours.
resolve() { # including-file spelled
	local dir=${1%/*} name=${2:1:-1}
	case $2 in
	'<camgate/'*) echo "include/$name" ;;
	'<'*) echo "$2" ;;
	*)
		while [[ $name == ../* ]]; do name=${name#../} dir=${dir%/*}; done
		echo "$dir/$name"
		;;
	esac
}

rule_of() { # file -> the patterns it may include
	local pattern rest
	while read -r pattern rest; do
		[[ -z $pattern || $pattern == '#'* ]] && continue
		# shellcheck disable=SC2053 # a pattern
		[[ $1 == $pattern ]] && { echo "$rest"; return 0; }
	done <"$allow"
	return 1
}

allowed() { # included patterns...
	local inc=$1 p
	shift
	for p; do
		# shellcheck disable=SC2053 # a pattern
		[[ $inc == $p ]] && return 0
		if [[ $p == libc && $inc == '<'* ]]; then
			case $inc in
			'<bpf/'* | '<linux/'* | '<netlink/'* | '<json-c/'* | '<systemd/'* | \
				'<ev.h>' | '<confuse.h>' | '<camgate'*) ;;
			*) return 0 ;;
			esac
		fi
	done
	return 1
}

set -f
while read -r f; do
	bad=
	if ! rule=$(rule_of "$f"); then
		echo "not ok includes: $f has no line in tests/lint/includes.allow"
		rc=1
		continue
	fi
	while read -r spelled; do
		inc=$(resolve "$f" "$spelled")
		# shellcheck disable=SC2086 # patterns are words
		allowed "$inc" $rule || bad="$bad $inc"
		# A .c file and its own header are one thing.
		[[ $inc != '<'* && ${f%.*} != "${inc%.*}" ]] && echo "$f $inc" >>"$edges"
	done < <(sed -n 's/^[ \t]*#[ \t]*include[ \t]*\(["<][^">]*[">]\).*/\1/p' "$f")
	if [[ -n $bad ]]; then
		echo "not ok includes: $f may not include$bad"
		rc=1
	else
		echo "ok includes: $f"
	fi
done < <(find include bpf agent -name '*.[ch]' | sort)

if loop=$(tsort "$edges" 2>&1 >/dev/null); then
	echo 'ok includes: no cycle'
else
	printf '# %s\n' "$loop"
	echo 'not ok includes: a cycle'
	rc=1
fi
exit $rc
