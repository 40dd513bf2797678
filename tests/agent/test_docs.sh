#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The man pages and completions name the commands, options and keys that there are, and no others: held against
# --help, the agent's table, the config's keys and the module's header. Each comparison is shown to see a planted fault.
set -u
cd "$(dirname "$0")/../.." || exit 1
build=${B:-build}
man=packaging/man
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
rc=0
export LC_ALL=C.UTF-8

# same NAME: $tmp/have, what is documented, is what there is, $tmp/want; and one line less or more is seen.
same() {
	sort -u "$tmp/have" | grep . >"$tmp/a"
	sort -u "$tmp/want" | grep . >"$tmp/b"
	if [[ ! -s $tmp/b ]]; then
		echo "not ok docs: $1: nothing was found to compare"
		rc=1
	elif ! diff "$tmp/a" "$tmp/b" >"$tmp/diff"; then
		sed 's/^</# only documented:/; s/^>/# not documented:/' "$tmp/diff" | grep '^#'
		echo "not ok docs: $1"
		rc=1
	elif diff <(sed 1d "$tmp/a") "$tmp/b" >/dev/null || diff <(echo planted; cat "$tmp/a") "$tmp/b" >/dev/null; then
		echo "not ok docs: $1: a planted fault is not seen"
		rc=1
	else
		echo "ok docs: $1 ($(wc -l <"$tmp/b"))"
	fi
}

# ---- commands and their options, by --help ------------------------------------
"$build/camgate" help --json >"$tmp/help.json" || exit 1
jq -r '.commands[].name' "$tmp/help.json" >"$tmp/commands"
# NAME --OPTION of each
while read -r c; do
	"$build/camgate" help "$c" | sed -nE "s/^  (-., )?(--[a-z0-9-]+).*/$c \2/p"
done <"$tmp/commands" >"$tmp/options"
"$build/camgate" help | sed -nE 's/^  (-., )?(--[a-z0-9-]+).*/\2/p' >"$tmp/global"

# An entry's options: all that stand behind "Fl Fl", and what "|" gives a choice of.
sed -nE '/^\.Sh COMMANDS/,/^\.Sh OPTIONS/p' $man/camgate.1 |
	awk '/^\.It Ic / {
		c = $3
		print c >"'"$tmp"'/have.commands"
		for (i = 4; i <= NF; i++)
			if ($i == "Fl" && $(i + 1) == "Fl") {
				print c, "--" $(i + 2)
				for (k = i + 2; $(k + 1) == "|" && $(k + 2) !~ /^[A-Z]/; k += 2)
					if ($(i - 1) == "Op" && $(k) !~ /^[A-Z]/) print c, "--" $(k + 2)
			}
	}' | grep -v -e ' --text$' >"$tmp/man.options"
cp "$tmp/have.commands" "$tmp/have"
cp "$tmp/commands" "$tmp/want"
same 'camgate(1) has each command and no other'
cp "$tmp/man.options" "$tmp/have"
cp "$tmp/options" "$tmp/want"
same 'camgate(1) has the options of each command and no other'
sed -nE '/^\.Sh OPTIONS/,/^\.Sh WHEN/p' $man/camgate.1 | grep '^\.It Fl' | grep -oE 'Fl Fl [a-z-]+' | sed 's/Fl Fl /--/' >"$tmp/have"
grep '^\.It Fl Fl show , Fl Fl stop' -q $man/camgate.1 && echo --stop >>"$tmp/have"
{ cat "$tmp/global"; cut -d' ' -f2 "$tmp/options"; } >"$tmp/want"
same 'camgate(1) explains each option and no other'

# ---- completion, as bash runs it -------------------------------------------------
# shellcheck disable=SC2016 # for the other shell
bash -c '
	compopt() { :; }
	camgate() { return 1; }
	. packaging/completion/camgate
	COMP_WORDS=(camgate "") COMP_CWORD=1
	_camgate
	printf "%s\n" "${COMPREPLY[@]}" >"$1/bash.commands"
	while read -r c; do
		COMP_WORDS=(camgate "$c" --) COMP_CWORD=2
		_camgate
		for o in "${COMPREPLY[@]}"; do echo "$c $o"; done
	done <"$1/commands" >"$1/bash.options"' - "$tmp"
cp "$tmp/bash.commands" "$tmp/have"
cp "$tmp/commands" "$tmp/want"
same 'bash completes each command and no other'
cp "$tmp/bash.options" "$tmp/have"
{
	cat "$tmp/options"
	while read -r c; do sed "s/^/$c /" "$tmp/global"; done <"$tmp/commands"
} >"$tmp/want"
same 'bash completes the options of each command and no other'
sed -nE "s/^\t\t'([a-z-]+):.*/\1/p" packaging/completion/_camgate >"$tmp/have"
cp "$tmp/commands" "$tmp/want"
same 'zsh completes each command and no other'
grep -E $'^\t\t' packaging/completion/_camgate | grep -oE -- '--[a-z-]+' >"$tmp/have"
{ cat "$tmp/global"; cut -d' ' -f2 "$tmp/options"; } >"$tmp/want"
same 'zsh completes each option and no other'
if command -v zsh >/dev/null; then
	if zsh -n packaging/completion/_camgate; then
		echo 'ok docs: zsh takes its completion'
	else
		echo 'not ok docs: zsh takes its completion'
		rc=1
	fi
else
	echo 'skip docs: zsh takes its completion: no zsh on this machine'
fi

# ---- the agent -----------------------------------------------------------------------
grep -E '^\.It Fl' $man/camgated.8 | grep -oE 'Fl Fl [a-z0-9-]+' | sed 's/Fl Fl /--/' >"$tmp/have"
"$build/camgated" --help | grep -oE '^ .{0,6}--[a-z0-9-]+' | grep -oE -- '--[a-z0-9-]+' >"$tmp/want"
same 'camgated(8) has each option and no other'
if [[ -x $build/camgate-mqtt ]]; then
	grep -E '^\.It Fl' $man/camgate-mqtt.8 | grep -oE 'Fl Fl [a-z0-9-]+' | sed 's/Fl Fl /--/' >"$tmp/have"
	"$build/camgate-mqtt" --help | grep -oE '^ .{0,6}--[a-z0-9-]+' | grep -oE -- '--[a-z0-9-]+' >"$tmp/want"
	same 'camgate-mqtt(8) has each option and no other'
fi
sed -nE '/^\.Sh COMMANDS/,/^\.Sh [^C]/s/^\.Ss ([a-z-]+)( .*)?$/\1/p' $man/camgate-control.7 >"$tmp/have"
sed -nE 's/^\t\{ "([a-z-]+)", (true|false), .*/\1/p' agent/daemon/command.c >"$tmp/want"
same 'camgate-control(7) has each command and no other'
sed -nE '/^\.Sh COMMANDS/,/^\.Sh [^C]/s/^\.Ss ([a-z-]+) \(R\)$/\1/p' $man/camgate-control.7 >"$tmp/have"
sed -nE 's/^\t\{ "([a-z-]+)", true, .*/\1/p' agent/daemon/command.c >"$tmp/want"
same 'camgate-control(7) marks those that only read'

# ---- the config's keys -------------------------------------------------------------------
# keys_of ARRAY...: of config.c; SHARED_KEYS are those of every camera
keys_of() {
	local a
	for a; do
		sed -nE "/$a(\[\] =|  *\\\\)/,/(\{ 0 \}|SCHEDULE \})/p" agent/lib/config.c
	done | grep -oE '(TEXT|LIST)\("[a-z_]+"\)|\{ "[a-z_]+"' | grep -oE '[a-z_]+' | sort -u
}
# documented FROM TO: keys of the page between two sections
documented() {
	sed -nE "/^\.Sh $1/,/^\.Sh $2/p" $man/camgate.conf.5 | sed -nE 's/^\.It Cm ([a-z_ ,]+)$/\1/p' | tr -d ' ' | tr ',' '\n'
}
documented 'GLOBAL KEYS' 'UNKNOWN' >"$tmp/have"
keys_of TOP | grep -vxE 'unknown|mqtt|fleet|viewer|defaults|camera' >"$tmp/want"
same 'camgate.conf(5) has each global key and no other'
documented 'UNKNOWN DEVICES' CAMERAS >"$tmp/have"
keys_of UNKNOWN >"$tmp/want"
same 'camgate.conf(5) has each key of unknown devices and no other'
{ documented CAMERAS VIEWERS; documented COUNTRIES BUDGETS; } >"$tmp/have"
keys_of CAMERA SHARED_KEYS >"$tmp/want"
same 'camgate.conf(5) has each key of a camera and no other'
documented VIEWERS NOTICES >"$tmp/have"
keys_of VIEWER >"$tmp/want"
same 'camgate.conf(5) has each key of a viewer and no other'
documented SCHEDULES QUOTAS >"$tmp/have"
keys_of SCHEDULE >"$tmp/want"
same 'camgate.conf(5) has each key of a schedule and no other'
documented PROFILES 'MARKS' >"$tmp/have"
keys_of PROFILE >"$tmp/want"
same 'camgate.conf(5) has each key of a profile and no other'
documented MQTT FLEET >"$tmp/have"
keys_of 'cg_shape_key MQTT' >"$tmp/want"
same 'camgate.conf(5) has each key of mqtt and no other'
documented FLEET RECORD >"$tmp/have"
keys_of 'cg_shape_key FLEET' >"$tmp/want"
same 'camgate.conf(5) has each key of fleet and no other'
# What the shipped config shows as examples is valid once it is uncommented.
mkdir -p "$tmp/conf/cameras.d"
sed -E 's/^#([a-z]+ = |[a-z]+ |\t|\})/\1/; s,^(country|network)_database.*,,; s,^notify = .*,,' packaging/camgate.conf |
	sed "1i profiles = \"$PWD/packaging/profiles\"" >"$tmp/conf/camgate.conf"
if "$build/camgate" check "$tmp/conf/camgate.conf" >"$tmp/check" 2>&1; then
	echo 'ok docs: the examples in camgate.conf are valid'
else
	sed 's/^/# /' "$tmp/check"
	echo 'not ok docs: the examples in camgate.conf are valid'
	rc=1
fi

# ---- the module ------------------------------------------------------------------------------
sed -nE 's/^\.It ([A-Z_]+) Ta .*/\1/p' $man/camgate-netlink.7 >"$tmp/have"
sed -nE 's/^\tCAMGATE_CMD_([A-Z_]+) = .*/\1/p' include/camgate/genl.h | grep -v UNSPEC >"$tmp/want"
same 'camgate-netlink(7) has each command and no other'

# ---- the pages themselves ------------------------------------------------------------------------
for f in $man/*.[1-8]; do
	if command -v groff >/dev/null; then
		if groff -K utf8 -mandoc -Tutf8 -ww "$f" 2>&1 >/dev/null | grep -q .; then
			echo "not ok docs: groff takes ${f##*/}"
			rc=1
		else
			echo "ok docs: groff takes ${f##*/}"
		fi
	else
		echo "skip docs: groff takes ${f##*/}: no groff on this machine"
	fi
done
exit $rc
