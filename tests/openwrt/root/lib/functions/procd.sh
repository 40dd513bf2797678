# SPDX-License-Identifier: GPL-2.0-only
# Stand-in for procd and its shell library: one instance a service, started in the background and noted
# in /tmp/procd; a service that is set again is restarted where its command or a `file` of it changed,
# as procd does. Nothing is respawned, triggers and validation are noted only.
# shellcheck shell=dash

procd_open_service()
{
	procd_name=$1
	mkdir -p /tmp/procd
	: >"/tmp/procd/$1.set"
}

procd_open_instance() { return 0; }
procd_close_instance() { return 0; }

procd_set_param()
{
	printf '%s\n' "$*" >>"/tmp/procd/$procd_name.set"
	[ "$1" != command ] || { shift; procd_command=$*; }
}

procd_add_reload_trigger() { printf 'trigger %s\n' "$*" >>"/tmp/procd/$procd_name.set"; }
procd_add_validation() { "$@"; }
uci_validate_section() { printf 'validate %s\n' "$*" >>"/tmp/procd/$procd_name.set"; }

procd_alive()
{
	procd_pid=$(cat "/tmp/procd/$1.pid" 2>/dev/null)
	[ -n "$procd_pid" ] && kill -0 "$procd_pid" 2>/dev/null
}

procd_kill()
{
	procd_alive "$1" || return 0
	kill "$procd_pid" 2>/dev/null
	while kill -0 "$procd_pid" 2>/dev/null; do
		sleep 0.05
	done
	rm -f "/tmp/procd/$1.pid"
}

procd_close_service()
{
	service_triggers
	procd_sum=$(sed -n 's/^file //p' "/tmp/procd/$procd_name.set" | xargs md5sum 2>/dev/null
		sed -n 's/^command //p' "/tmp/procd/$procd_name.set")
	if procd_alive "$procd_name"; then
		[ "$procd_sum" != "$(cat "/tmp/procd/$procd_name.sum")" ] || return 0
		procd_kill "$procd_name"
	fi
	printf '%s' "$procd_sum" >"/tmp/procd/$procd_name.sum"
	[ -n "${procd_command:-}" ] || return 0
	# shellcheck disable=SC2086 # a command and its words
	$procd_command >>"/tmp/procd/$procd_name.out" 2>&1 </dev/null &
	echo $! >"/tmp/procd/$procd_name.pid"
}
