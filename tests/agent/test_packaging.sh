#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What is installed fits together: paths of agent, units and boot guard, their order, and the init script under a stand-in for rc.common.
set -u
cd "$(dirname "$0")/../.." || exit 1
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
rc=0
is() { # name, got, want
	if [[ $2 == "$3" ]]; then
		echo "ok packaging: $1"
	else
		echo "# got '$2', want '$3'"
		echo "not ok packaging: $1"
		rc=1
	fi
}
says() { # name, file, pattern
	if grep -Eq -- "$3" "$2"; then
		echo "ok packaging: $1"
	else
		sed 's/^/# /' "$2" | head -n 20
		echo "not ok packaging: $1"
		rc=1
	fi
}

# ---- installed ------------------------------------------------------------
make -s install DESTDIR="$tmp/root" PREFIX=/usr >"$tmp/install.log" 2>&1
is 'make install' "$?" 0
system=$tmp/root/usr/lib/systemd/system
guard=$system/camgate-bootguard.service
state=$("$tmp/root/usr/sbin/camgated" --help | sed -n 's/.*state that outlives a reboot (\(.*\)).*/\1/p')
is 'the agent writes to' "$state" /var/lib/camgate
is 'the command notes to the same' "$("$tmp/root/usr/bin/camgate" help | grep -c "what outlives a reboot; $state")" 1
says 'the boot guard reads what the agent writes' "$guard" "^ExecStart=/usr/sbin/nft -f $state/bootguard.nft$"
says 'and only where there is something' "$guard" "^ConditionPathExists=$state/bootguard.nft$"
says 'the unit makes that folder' "$system/camgate.service" '^StateDirectory=camgate$'
says 'one command enables both' "$system/camgate.service" '^Also=camgate-bootguard.service$'
says 'before the network' "$guard" '^Before=.*network-pre\.target'
says 'after what flushes every table' "$guard" '^After=.*nftables\.service'
says 'the agent too' "$system/camgate.service" '^Before=network-pre\.target$'
says 'nobody waits for a network that waits for us' "$guard" '^DefaultDependencies=no$'
says 'and starts what asks for the clock' "$system/camgate.service" '^Wants=.*camgate-clock\.service'
is 'both know of the same file' "$(sed -n 's/^ExecStart=.*--await-clock //p' "$system/camgate-clock.service")" \
	"$(sed -n 's/^#define CG_CLOCK_PATH "\(.*\)"/\1/p' agent/kern/clock.h)"
is 'the group is made that the unit names' "$(sed -n 's/^g \([a-z]*\) .*/\1/p' "$tmp/root/usr/lib/sysusers.d/camgate.conf")" \
	"$(sed -n 's/^SupplementaryGroups=//p' "$system/camgate.service")"
if [[ -x build/camgate-mqtt ]]; then
	is 'the bridge is who the agent knows' "$(sed -n 's/^User=//p' "$system/camgate-mqtt.service") $(sed -n 's/^u \([a-z-]*\) .*/\1/p' "$tmp/root/usr/lib/sysusers.d/camgate-mqtt.conf")" \
		"$(sed -n 's/^#define CG_MQTT_USER "\(.*\)"/\1 \1/p' agent/daemon/mqtt.h)"
	is 'a member of the group' "$(sed -n 's/^SupplementaryGroups=//p' "$system/camgate-mqtt.service")" "$(sed -n 's/^m camgate-mqtt //p' "$tmp/root/usr/lib/sysusers.d/camgate-mqtt.conf")"
	is 'on OpenWrt too' "$(sed -n 's/^\tprocd_set_param user //p' packaging/openwrt/camgate/files/etc/init.d/camgate-mqtt):$(sed -n 's/^\tprocd_set_param group //p' packaging/openwrt/camgate/files/etc/init.d/camgate-mqtt)" \
		"$(sed -n '/^define Package\/camgate-mqtt$/,/^endef/s/^  USERID:=//p' packaging/openwrt/camgate/Makefile)"
fi
for m in camgate.1 camgate.conf.5 camgate-control.7 camgate-netlink.7 camgated.8; do
	[[ -s $tmp/root/usr/share/man/man${m##*.}/$m ]] || { echo "not ok packaging: $m is not installed"; rc=1; }
done
profiles=$tmp/root/usr/share/camgate/profiles
is 'every profile is installed' "$(cd "$profiles" && echo *.conf)" "$(cd packaging/profiles && echo *.conf)"
# Each as the household would use it, where it lies.
n=0
{
	printf 'lan = br0\nprofiles = "%s"\n' "$profiles"
	for f in "$profiles"/*.conf; do
		n=$((n + 1)) f=$(basename "$f" .conf)
		printf 'camera "%s" { mac = "02:ca:00:00:00:%02x" profile = %s }\n' "$f" $n "$f"
	done
} >"$tmp/all.conf"
"$tmp/root/usr/bin/camgate" check "$tmp/all.conf" >"$tmp/check.log" 2>&1
is 'camgate check takes every profile' "$?" 0
says 'all of them' "$tmp/check.log" "ok, $(find packaging/profiles -name '*.conf' | wc -l) cameras"
printf 'lan = br0\ncamera "a" { mac = "02:ca:00:00:00:01" profile = no-such-profile }\n' >"$tmp/no.conf"
"$tmp/root/usr/bin/camgate" check "$tmp/no.conf" >"$tmp/no.log" 2>&1
is 'a profile that is not there' "$?" 4
make -s uninstall DESTDIR="$tmp/root" PREFIX=/usr >/dev/null 2>&1
is 'uninstalled, nothing of them is left' "$(find "$tmp/root" -name '*profiles*')" ''
make -s install DESTDIR="$tmp/root" PREFIX=/usr >/dev/null 2>&1
# Elsewhere, all of it.
make -s install DESTDIR="$tmp/flash" PREFIX=/usr/local STATEDIR=/etc/camgate/state B="$tmp/b" BUILT=no \
	CC=true AR=true -n >"$tmp/dry.log" 2>&1
says 'another state folder reaches the compiler' "$tmp/dry.log" "CG_STATE_DIR='\"/etc/camgate/state\"'"
says 'another prefix, too: where profiles are looked for' "$tmp/dry.log" "CG_PROFILE_DIR='\"/usr/local/share/camgate/profiles\"'"
says 'and the units' "$tmp/dry.log" 's,/var/lib/camgate,/etc/camgate/state,g'

if command -v systemd-analyze >/dev/null; then
	# What the units name must be there; what they run is not run.
	mkdir -p "$tmp/root/bin" "$tmp/root/usr/sbin" "$tmp/root/etc/systemd/system"
	for f in /usr/sbin/nft /bin/kill /bin/mkdir; do
		printf '#!/bin/sh\n' >"$tmp/root$f"
		chmod +x "$tmp/root$f"
	done
	for t in sysinit network-pre shutdown local-fs multi-user basic; do
		printf '[Unit]\nDescription=%s\n' "$t" >"$system/$t.target"
	done
	systemd-analyze --root="$tmp/root" --man=no --recursive-errors=no verify \
		camgate.service camgate-bootguard.service camgate-clock.service >"$tmp/verify.log" 2>&1
	is 'systemd-analyze verify' "$? $(cat "$tmp/verify.log")" '0 '
	sed -i 's/^ExecStart=/ExecStrat=/' "$guard"
	systemd-analyze --root="$tmp/root" --man=no --recursive-errors=no verify \
		camgate-bootguard.service >"$tmp/verify.log" 2>&1
	says 'which would see a mistake' "$tmp/verify.log" 'ExecStrat'
	# What the unit leaves the agent, as systemd rates it, and with the lines gone that say so.
	score() { # UNIT
		systemd-analyze security --offline=true --no-pager "$1" 2>/dev/null |
			sed -n 's/.*exposure level for .*: \([0-9.]*\) .*/\1/p'
	}
	cp packaging/camgate.service "$tmp/camgate.service"
	sed -E '/^(CapabilityBoundingSet|NoNewPrivileges|Protect|Private|Restrict[A-Z]|LockPersonality|MemoryDeny|SystemCall|UMask)/d' \
		packaging/camgate.service >"$tmp/bare.service"
	value=$(score "$tmp/camgate.service") control=$(score "$tmp/bare.service")
	if [[ -z $value || -z $control ]]; then
		echo 'skip packaging: exposure score: this systemd-analyze rates no file'
	else
		says 'the twin without its sandbox is rated worse' <(awk -v c="$control" 'BEGIN { print (c > 2.0) }') '^1$'
		says "exposure $value (bare $control)" <(awk -v v="$value" 'BEGIN { print (v <= 2.0) }') '^1$'
		mkdir -p build/agent
		systemd-analyze security --offline=true --no-pager "$tmp/camgate.service" >build/agent/exposure.txt
		printf '{"name":"service/exposure_score","value":%s,"op":"<=","limit":2.0,"unit":"points","n":1,"control":%s,"raw":"agent/exposure.txt"}\n' \
			"$value" "$control" >>build/figures.jsonl
	fi
	if [[ -e $system/camgate-mqtt.service ]]; then
		systemd-analyze --root="$tmp/root" --man=no --recursive-errors=no verify camgate-mqtt.service >"$tmp/verify.log" 2>&1
		is 'systemd-analyze verify, of the bridge' "$? $(cat "$tmp/verify.log")" '0 '
		is 'the bridge may not do anything' "$(sed -n 's/^CapabilityBoundingSet=//p' "$system/camgate-mqtt.service")" ''
		value=$(score packaging/camgate-mqtt.service)
		[[ -z $value ]] || says "the bridge's exposure $value" <(awk -v v="$value" 'BEGIN { print (v <= 2.0) }') '^1$'
	fi
else
	echo 'skip packaging: systemd-analyze verify: not on this machine'
fi

# ---- procd ----------------------------------------------------------------
script=packaging/openwrt/camgate/files/etc/init.d/camgate-bootguard
start=$(sed -n 's/^START=//p' "$script")
# firewall is 19 and network 20 in OpenWrt
is 'before firewall and network' "$((start < 19))" 1
is 'of procd: reads flash, not /var' "$(sed -n 's/.*STATE_DIR:-\(.*\)}$/\1/p' "$script")" /etc/camgate/state
mkdir -p "$tmp/bin" "$tmp/state"
cat >"$tmp/rc.common" <<'END'
#!/bin/sh
# The part of rc.common that matters: sources the script, calls the action.
initscript=$1 action=${2:-help}
start() { return 0; }
stop() { return 0; }
boot() { start "$@"; }
. "$initscript"
$action
END
cat >"$tmp/bin/nft" <<'END'
#!/bin/sh
echo "nft $*" >>"$CALLS"
[ ! -e "$NFT_FAILS" ]
END
cat >"$tmp/bin/logger" <<'END'
#!/bin/sh
echo "logger $*" >>"$CALLS"
END
chmod +x "$tmp/bin/nft" "$tmp/bin/logger"
export CALLS=$tmp/calls NFT_FAILS=$tmp/fails CAMGATE_STATE_DIR=$tmp/state CAMGATE_PIN_DIR=$tmp/pins
run() { # action
	: >"$CALLS"
	PATH=$tmp/bin:$PATH sh "$tmp/rc.common" "$script" "$1"
}
run boot
is 'of procd: without a file nothing is loaded' "$? $(cat "$CALLS")" '0 '
touch "$tmp/state/bootguard.nft"
run boot
is 'of procd: boot loads it' "$? $(cat "$CALLS")" "0 nft -f $tmp/state/bootguard.nft"
touch "$tmp/state/bootguard-bridge.nft"
run start
is 'of procd: and that of the bridge' "$? $(tr '\n' ';' <"$CALLS")" \
	"0 nft -f $tmp/state/bootguard.nft;nft -f $tmp/state/bootguard-bridge.nft;"
mkdir "$tmp/pins"
touch "$tmp/pins/cg_meta"
run start
is 'of procd: where a policy is in force nothing is loaded' "$? $(cat "$CALLS")" '0 '
rm -r "$tmp/pins"
: >"$NFT_FAILS"
run boot
is 'of procd: a failure does not keep the system from booting' "$?" 0
says 'of procd: and is logged' "$CALLS" '^logger .*daemon\.err .*cameras are open'
rm "$NFT_FAILS"
run stop
is 'of procd: stop opens nothing' "$? $(cat "$CALLS")" '0 '
exit $rc
