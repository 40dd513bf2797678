#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What a systemd of a test's own needs of this machine, started as `systemd`: a manager, and a group that is not the machine's. Sourced by tests.
# shellcheck disable=SC2034

# systemd_need: SYSTEMD, and CG, which is not made yet; skips where one is missing
systemd_need()
{
	need unshare systemctl findmnt
	SYSTEMD=$(command -v /usr/lib/systemd/systemd /lib/systemd/systemd | sed -n 1p) || true
	[[ -n $SYSTEMD ]] || skip "no systemd on this machine"
	{ "$BIN/camgated" --raw-sockets --foreground 2>&1 || true; } | grep 'not supported' >/dev/null && skip "built without libsystemd"
	# A group of its own, or it would take the machine's: the namespace begins there.
	CG=$(findmnt -n -o TARGET -t cgroup2 | sed -n 1p) || true
	[[ -n $CG ]] || skip "no cgroup2 is mounted here"
	CG=$CG/$ID
}

systemd_group_gone()
{
	find "$CG" -depth -type d -exec rmdir {} + 2>/dev/null || true
	[[ ! -e $CG ]]
}

# The first process of a namespace takes the others with it.
systemd_down()
{
	stop systemd KILL
	wait_for 10 systemd_group_gone
}

systemd_manager() { pgrep -P "${PIDS[systemd]}" | sed -n 1p; }
