# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# What the kernel has to say against us: reports among its messages, and memory nobody points to.
reports() { # the lines reports begin with
	dmesg | grep -E 'BUG|WARNING|Oops|Call Trace|suspicious|possible recursive|possible circular|inconsistent lock|unregister_netdevice: waiting|general protection|KASAN|UBSAN|ODEBUG|Redzone|Poison overwritten|ref_tracker|suspected memory leak'
}

LEAKS=/sys/kernel/debug/kmemleak
# What is found up to here is not ours.
leaks_forget() {
	[ -e $LEAKS ] || return 0
	echo scan >$LEAKS
	echo clear >$LEAKS
}
leaks() { # what is found since, as kmemleak writes it
	[ -e $LEAKS ] || return 0
	# It passes over what is younger than 5 s, believes its second look, and now
	# and then takes something it comes by for a pointer.
	usleep 6000000
	found=/tmp/kmemleak
	: >$found
	for _ in 1 2 3 4 5; do
		echo scan >$LEAKS
		[ ! -s $found ] || break
		cat $LEAKS >$found
	done
	cat $found
}
