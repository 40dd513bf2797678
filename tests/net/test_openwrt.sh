#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The package for OpenWrt on the gateway: first install, commands that write UCI, upgrades under a running stream, removal.
. "$(dirname "$0")/lib.sh"
cd "$ROOT"
# shellcheck source=tests/openwrt/lib.sh
. tests/openwrt/lib.sh

UPGRADES=3
root=$WORK/openwrt

# In the gateway, as on it.
ow() { in_ns gw chroot "$root" /bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"; }
cg() { ow camgate "$@"; }
service() { ow /bin/ash /etc/rc.common /etc/init.d/camgate "$@"; }
agent_pid() { cat "$root/tmp/procd/camgate.pid" 2>/dev/null; }
unmount()
{
	kill "$(agent_pid)" 2>/dev/null || true
	umount "$root"/{sys/fs/bpf,sys,proc} 2>/dev/null || true
}
# The script of the package, by the package manager: upgrade or not.
scripts() { ow PKG_UPGRADE="${2:-}" pkgname=camgate ash -c ". /lib/functions.sh; $1"; }

# Another version: the same programs, with a byte more, renamed into place as a package manager does.
put_files()
{
	local p
	# What people changed is theirs.
	cp "$root/etc/config/camgate" "$WORK/camgate.uci"
	owrt_package "$root"
	cp "$WORK/camgate.uci" "$root/etc/config/camgate"
	for p in usr/bin/camgate usr/sbin/camgated; do
		cp "$root/$p" "$root/$p.new"
		echo >>"$root/$p.new"
		mv "$root/$p.new" "$root/$p"
	done
}

need_camgate
need busybox
owrt_root "$root"
owrt_program "$root" "$BIN/camgate" usr/bin/camgate
owrt_program "$root" "$BIN/camgated" usr/sbin/camgated
owrt_program "$root" "$(command -v nft)" usr/sbin/nft
# The house's build keeps its state elsewhere than the package's does.
mkdir -p "$root/tmp/lib" "$root/etc/camgate/state" "$root/tmp/log.d"
ln -s /etc/camgate/state "$root/tmp/lib/camgate"
house_up
ENDS+=(unmount)
mount -t proc proc "$root/proc"
in_ns gw mount -t sysfs sysfs "$root/sys"
mount -t bpf bpf "$root/sys/fs/bpf" || skip "no bpffs on this kernel"

# ---- first install -----------------------------------------------------------
scripts default_postinst 2>"$WORK/install.err"
assert "the LAN of UCI's network" test "$(ow uci get camgate.main.lan)" = br-lan
wait_for 20 enforced
assert "not a camera, not a packet less" beat cam1 $STRANGER_4 443
ow uci set camgate.cam1=camera
ow uci add_list camgate.cam1.mac=$CAM1_MAC
ow uci add_list camgate.cam1.allow="$CLOUD_4/32:443"
ow uci set camgate.cam1.signs=none
assert "reload" service reload
wait_for 10 enforced
assert "the cloud" beat cam1 $CLOUD_4 443
refute "the stranger" beat cam1 $STRANGER_4 443
generation=$(cg_json status | jq .generation)
ow uci set camgate.cam1.exposure=ajar
refute "an invalid file is refused" service reload
assert_num "and changes nothing" "$(cg_json status | jq .generation)" "==" "$generation"
refute "the stranger" beat cam1 $STRANGER_4 443
ow uci set camgate.cam1.exposure=closed
assert "reload" service reload

# ---- commands and ubus -----------------------------------------------------------
assert "a command writes UCI" cg allow cam1 "$CLOUD_4/32:5000/udp"
assert "there it is" grep -qF "list allow '$CLOUD_4/32:5000/udp'" "$root/etc/config/camgate"
assert "and stays at a reload" service reload
assert "ubus: the same verbs" jq -e '.ok and .cams[0].id == "cam1"' \
	<<<"$(printf '{}' | ow /usr/libexec/rpcd/camgate call status)"
assert "ubus: sealed" jq -e .ok <<<"$(printf '{"cam":"cam1"}' | ow /usr/libexec/rpcd/camgate call seal)"
refute "the cloud" beat cam1 $CLOUD_4 443
assert "ubus: taken back" jq -e .ok <<<"$(printf '{"cam":"cam1"}' | ow /usr/libexec/rpcd/camgate call auto)"

# ---- upgrades ---------------------------------------------------------------------
pace allowed cam1 cloud $CLOUD_4 5000
wait_for 10 sunk allowed 50
pace denied cam1 stranger $STRANGER_4 5000
observe 0.3
from=$(now_ns)
for ((i = 1; i <= UPGRADES; i++)); do
	was=$(agent_pid)
	# opkg stops the old one first; apk only tells the new package.
	[[ $((i % 2)) -eq 0 ]] || scripts default_prerm 1 2>>"$WORK/install.err"
	put_files
	scripts default_postinst 1 2>>"$WORK/install.err"
	wait_for 20 enforced
	assert "upgrade $i: another agent runs" test "$(agent_pid)" != "$was"
	observe 0.3
done
to=$(now_ns)
passes_all
leaked=$(received denied "$from" "$to")
lost=$(($(sent allowed "$from" "$to") - $(received allowed "$from" "$to")))
assert_num "denied packets tried meanwhile" "$(sent denied "$from" "$to")" ">" $((500 / LAX))
assert_num "allowed packets lost" "$lost" "==" 0
assert "what was written is still there" grep -qF "list allow '$CLOUD_4/32:5000/udp'" "$root/etc/config/camgate"
figure openwrt/upgrade_leaked_packets "$leaked" "==" 0 packets "$UPGRADES" \
	"$(received denied "$off_from" "$off_to")" "$WORK/denied.sink"

# ---- removal -------------------------------------------------------------------------
pid=$(agent_pid)
assert_num "programs on the port before" "$(filters lan1 | wc -l)" "==" 2
scripts default_prerm 2>>"$WORK/install.err"
wait_for 10 gone "$pid"
for dev in lan1 lan2 lan3; do
	assert "no program on $dev" bare $dev
done
assert_num "pins" "$(find "$root/sys/fs/bpf" -path "*camgate*" | wc -l)" "==" 0
assert_num "tables of nft" "$(in_ns gw nft list tables | grep -c camgate)" "==" 0
assert_num "files" "$(find "$root/etc/camgate" "$root/run/camgate" "$root"/etc/rc.d/*camgate* 2>/dev/null | wc -l)" "==" 0
assert "the household's file stays" test -s "$root/etc/config/camgate"
assert "the stranger" beat cam1 $STRANGER_4 443
