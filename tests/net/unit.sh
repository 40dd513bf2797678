#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What packaging/camgate.service lets the agent do, as numbers for tools/confine, and the agent run so. Sourced by tests.
# shellcheck disable=SC2034

GROUP_NR=64010
UNIT=$ROOT/packaging/camgate.service

# unit_words KEY: the words of every line of that key
unit_words() { sed -n "s/^$1=//p" "$UNIT" | tr ' ' '\n' | grep . || true; }

# defined PREFIX HEADER: NAME NUMBER of each macro
defined()
{
	printf '#include <%s>\n' "$2" | "${CC:-gcc}" -E -dM - |
		awk -v p="$1" '$2 ~ "^" p "[A-Z0-9_a-z]+$" && $3 ~ /^[0-9]+$/ { print $2, $3 }'
}

# numbers PREFIX HEADER NAME...: with commas between them; "-" for none
numbers()
{
	local list
	list=$(printf '%s\n' "${@:3}" | awk 'NR == FNR { nr[$1] = $2; next } $1 in nr { printf "%s%s", sep, nr[$1]; sep = "," }' \
		<(defined "$1" "$2") -)
	printf '%s\n' "${list:--}"
}

# set_calls NAME: the system calls of a set, of a set of sets too, or the call itself
set_calls()
{
	local w
	if [[ $1 != @* ]]; then
		printf '%s\n' "$1"
		return
	fi
	while read -r w; do
		set_calls "$w"
	done < <(systemd-analyze syscall-filter "$1" | sed -n 's/^    //p' | grep -v '^#')
}

# As systemd reads it: the first line says what is allowed besides @default, the next ones add and take away.
unit_calls()
{
	local line set w
	local -A on=()
	for w in $(set_calls @default); do
		on[$w]=1
	done
	while read -r line; do
		for set in ${line#\~}; do
			for w in $(set_calls "$set"); do
				if [[ $line == \~* ]]; then unset "on[$w]"; else on[$w]=1; fi
			done
		done
	done < <(sed -n 's/^SystemCallFilter=//p' "$UNIT")
	printf '%s\n' "${!on[@]}" |
		awk 'NR == FNR { nr[$1] = $2; next } "__NR_" $1 in nr { print nr["__NR_" $1] }' <(defined __NR_ sys/syscall.h) -
}

# confine_prepare: the unit as files and words in $WORK, and what else it takes from the agent: files and other processes
confine_prepare()
{
	unit_calls | sort -n >"$WORK/calls"
	: >"$WORK/denied"
	# ProtectClock answers these itself.
	grep -q '^ProtectClock=yes' "$UNIT" && set_calls @clock |
		awk 'NR == FNR { nr[$1] = $2; next } "__NR_" $1 in nr { print nr["__NR_" $1] }' \
			<(defined __NR_ sys/syscall.h) - >"$WORK/denied"
	# shellcheck disable=SC2046 # words
	CAPS=$(numbers CAP_ linux/capability.h $(unit_words CapabilityBoundingSet))
	FAMILIES=$(unit_words RestrictAddressFamilies | sed 's/AF_UNIX/1/; s/AF_INET6/10/; s/AF_INET$/2/; s/AF_NETLINK/16/; s/AF_PACKET/17/' |
		paste -sd,)
	cat >"$WORK/mounts.sh" <<-END
	#!/bin/sh
	# ProtectSystem, ProtectProc, PrivateTmp: what may be written is its own.
	set -e
	umask 0
	mount --make-rprivate /
	for d in "$WORK" "$RUN"; do mount --rbind "\$d" "\$d"; done
	mount -o bind,remount,ro /
	mount -t proc -o hidepid=invisible proc /proc 2>/dev/null || mount -t proc -o hidepid=2 proc /proc
	if [ -e "$WORK/nft" ]; then mount --bind "$WORK/nft" /usr/sbin/nft; fi
	# SupplementaryGroups: the group is there, and the agent a member.
	{ grep -v '^camgate:' /etc/group; echo camgate:x:$GROUP_NR:; } >"$WORK/group"
	mount --bind "$WORK/group" /etc/group
	exec setpriv --groups $GROUP_NR "\$@"
	END
	chmod 755 "$WORK/mounts.sh"
}
