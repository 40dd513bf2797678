#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# OpenWrt's shell parts, run by the real busybox: procd init, first install, removal, the methods of ubus; hostile values inject nothing.
set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/openwrt/lib.sh
. tests/openwrt/lib.sh
command -v busybox >/dev/null || { echo 'no busybox on this machine'; exit 77; }
if [[ $(id -u) -ne 0 ]]; then
	unshare -r true 2>/dev/null || { echo 'neither root nor a namespace of users: no chroot'; exit 77; }
	exec unshare -r "$0" "$@"
fi
work=build/agent/openwrt
mkdir -p $work
rm -rf $work/root
trap 'kill $(cat $work/*/tmp/procd/*.pid 2>/dev/null) 2>/dev/null; rm -rf $work/root $work/planted $work/made' EXIT
failed=0 checks=0 quiet=
root=$PWD/$work/root

is() { # name got want
	checks=$((checks + 1))
	if [[ $2 == "$3" ]]; then
		[[ -n $quiet ]] || echo "ok openwrt: $1"
		return 0
	fi
	failed=$((failed + 1))
	[[ -n $quiet ]] || { printf '# got %q\n# want %q\n' "$2" "$3"; echo "not ok openwrt: $1"; }
}
# By the real ash, with nothing of this machine's in its environment.
ash() { chroot "$root" /bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"; }
says() { grep -cF -- "$1" "$root/$2" 2>/dev/null; }
# What the command does, or says, when it is run: a line of /tmp/calls.
command_is() { # code [answer]
	cat >"$root/usr/bin/camgate" <<-END
	#!/bin/sh
	for a; do printf '[%s]' "\$a"; done >>/tmp/calls; echo >>/tmp/calls
	cat /tmp/answer
	exit $1
	END
	chmod 755 "$root/usr/bin/camgate"
	printf '%s' "${2-}" >"$root/tmp/answer"
	: >"$root/tmp/calls"
}
calls() { tr '\n' ';' <"$root/tmp/calls"; }

# ---- every script is one for ash -------------------------------------------
syntax() {
	local f n=0
	while read -r f; do
		ash ash -n "$f" 2>/dev/null
		is "ash reads $f" $? 0
		n=$((n + 1))
	done < <(cd "$root" && grep -rlE '^#!/bin/sh' etc/init.d etc/uci-defaults usr/libexec | sed 's,^,/,')
	is 'scripts there are' "$n" 5
}

# ---- first install -----------------------------------------------------------
defaults() {
	local network=$root/etc/config/network config=$root/etc/config/camgate way want name
	while IFS='|' read -r name way want; do
		printf "config interface 'lan'\n%b" "$way" >"$network"
		cp $PACKAGE/files/etc/config/camgate "$config"
		ash /etc/uci-defaults/60-camgate 2>/dev/null
		is "first install: $name" "$? $(ash uci -q get camgate.main.lan)" "0 $want"
	done <<-'END'
	the device of lan|\toption device 'br-lan'\n|br-lan
	as before 21.02|\toption ifname 'eth0'\n\toption type 'bridge'\n|br-lan
	a plain device|\toption ifname 'eth1.2'\n|eth1.2
	none|\toption proto 'static'\n|
	an alias|\toption device '@wan'\n|
	no name of a device|\toption device "a'b"\n|
	a command|\toption device '$(touch /tmp/pwned)'\n|
	too long|\toption device 'abcdefghijklmnopq'\n|
	two|\toption device 'lan1 lan2'\n|
	END
	is 'first install: nothing of it was run' "$(ls "$root/tmp/pwned" 2>/dev/null)" ''
	printf "config interface 'lan'\n\toption device 'br-lan'\n" >"$network"
	printf "config camgate 'main'\n\tlist lan 'lan9'\n" >"$config"
	ash /etc/uci-defaults/60-camgate 2>/dev/null
	is 'first install: what is there stays' "$(ash uci -q get camgate.main.lan)" lan9
	rm -f "$config"; : >"$config"
	ash /etc/uci-defaults/60-camgate 2>/dev/null
	is 'first install: an empty file gets its section' "$(ash uci -q get camgate.main.lan)" br-lan
	cp $PACKAGE/files/etc/config/camgate "$config"
}

# ---- procd ----------------------------------------------------------------
service() { ash /bin/ash /etc/rc.common /etc/init.d/camgate "$@"; }
pid() { cat "$root/tmp/procd/camgate.pid" 2>/dev/null; }
procd() {
	local first second
	printf '#!/bin/sh\n# %s\nexec sleep 600\n' "$RANDOM" >"$root/usr/sbin/camgated"
	chmod 755 "$root/usr/sbin/camgated"
	rm -f "$root/tmp/log" "$root/run/camgate"
	command_is 0
	service start 2>"$work/err"
	is 'start' "$? $(cat $work/err)" '0 '
	is 'start: the file is judged first' "$(calls)" '[check][/etc/config/camgate];'
	is 'start: the command' "$(sed -n 's/^command //p' "$root/tmp/procd/camgate.set")" \
		'/usr/sbin/camgated --uci /etc/config/camgate'
	is 'start: respawned' "$(sed -n 's/^respawn //p' "$root/tmp/procd/camgate.set")" '60 5 5'
	is 'start: watched' "$(says 'trigger camgate network' tmp/procd/camgate.set)" 1
	is 'start: validated' "$(grep -c '^validate camgate' "$root/tmp/procd/camgate.set")" 3
	is 'start: folders' "$(cd "$root" && ls -d run/camgate etc/camgate/cameras.d etc/camgate/state 2>/dev/null | wc -l)" 3
	first=$(pid)
	service start 2>/dev/null
	is 'start again: the same one runs' "$(pid)" "$first"
	echo '# another version' >>"$root/usr/sbin/camgated"
	service start 2>/dev/null
	second=$(pid)
	is 'start of another version: another one runs' "$([[ -n $second && $second != "$first" ]] && echo yes)" yes
	# The agent judges again and goes on with what was valid last.
	command_is 4
	printf 'camgate: /etc/config/camgate:7: no good' >"$root/tmp/answer"
	sed -i 's,cat /tmp/answer,cat /tmp/answer >\&2,' "$root/usr/bin/camgate"
	service stop; service start 2>"$work/err"
	is 'an invalid file: started all the same' "$(kill -0 "$(pid)" 2>/dev/null && echo yes)" yes
	is 'an invalid file: said to who started it' "$(grep -c 'camgate:7: no good' $work/err)" 1
	is 'an invalid file: and to the log' "$(grep -c 'daemon.err .*camgate:7: no good' "$root/tmp/log")" 1
	command_is 0
	service reload 2>/dev/null
	is 'reload' "$? $(calls)" '0 [reload];'
	command_is 5
	service reload 2>/dev/null
	is 'reload, enforced in part' "$?" 0
	command_is 4
	service reload 2>/dev/null
	is 'reload of an invalid file fails' "$?" 1
	service stop
	is 'stop: it ends' "$(kill -0 "${second:-0}" 2>/dev/null && echo runs)" ''
	command_is 3
	service reload 2>/dev/null
	is 'reload without an agent starts one' "$(kill -0 "$(pid)" 2>/dev/null && echo yes)" yes
	command_is 0
	service check >/dev/null
	is 'check' "$(calls)" '[check][/etc/config/camgate];'
	service stop
	ash /bin/ash /etc/rc.common /etc/init.d/camgate enable
	ash /bin/ash /etc/rc.common /etc/init.d/camgate-bootguard enable
	is 'enabled: boot guard before network (20), agent behind' "$(ls "$root/etc/rc.d" | tr '\n' ' ')" 'S18camgate-bootguard S21camgate '
}

# ---- removal ------------------------------------------------------------------
traces() { (cd "$root" && ls -d etc/camgate etc/camgate/state etc/camgate/camgate.conf run/camgate etc/rc.d/*camgate* 2>/dev/null); }
prerm() { ash ash -c '. /tmp/pkg/camgate.prerm'; }
removal() {
	command_is 0
	service start
	touch "$root/etc/camgate/state/record.jsonl" "$root/etc/camgate/camgate.conf"
	: >"$root/tmp/calls"
	ash PKG_UPGRADE=1 ash -c '. /tmp/pkg/camgate.prerm'
	is 'upgrade: nothing is detached' "$(calls)" ''
	is 'upgrade: the record stays' "$(ls "$root/etc/camgate/state" 2>/dev/null)" record.jsonl
	ash IPKG_INSTROOT=/image ash -c '. /tmp/pkg/camgate.prerm'
	is 'an image on the build machine: nothing is detached' "$(calls)" ''
	prerm 2>"$work/err"
	is 'removal: detached once the agent is stopped' "$? $(calls) $(pid)" '0 [detach]; '
	is 'removal: no trace' "$(traces | tr '\n' ' ')" ''
	is 'removal: the household keeps its file' "$(ls "$root/etc/config/camgate")" "$root/etc/config/camgate"
	mkdir -p "$root/etc/camgate/cameras.d" "$root/etc/camgate/profiles.d"
	touch "$root/etc/camgate/profiles.d/mine.conf"
	command_is 1
	prerm 2>"$work/err"
	is 'removal: what cannot be detached is said' "$? $(grep -c 'a reboot does' $work/err)" '0 1'
	is 'removal: what is theirs stays' "$(traces)" etc/camgate
	rm -rf "$root/etc/camgate"
}

# ---- ubus -------------------------------------------------------------------
call() { # method arguments
	: >"$root/tmp/calls"
	printf '%s' "$2" | ash /usr/libexec/rpcd/camgate call "$1" 2>/dev/null
}
ubus() {
	local acl=$root/usr/share/rpcd/acl.d/camgate.json list method args want
	list=$(ash /usr/libexec/rpcd/camgate list)
	is 'ubus: the list is one of methods' "$(jq -r '[.[] | type] | unique | join(" ")' <<<"$list" 2>&1)" object
	is 'ubus: every method has a permission, and one only' \
		"$(jq -r '[.camgate.read.ubus.camgate[], .camgate.write.ubus.camgate[]] | sort | join(" ")' "$acl")" \
		"$(jq -r 'keys | sort | join(" ")' <<<"$list")"
	# What reading may do is what the agent lets readers do, or the same with nothing changed.
	command_is 0 '{"v":1,"ok":true,"code":0,"x":"a \u5a74 \"q\" \\"}'
	is 'ubus: the answer is the command'\''s own' "$(call status '{}')" "$(cat "$root/tmp/answer")"
	while IFS='|' read -r method args want; do
		call "$method" "$args" >/dev/null
		is "ubus: $method $args" "$(calls)" "$want"
	done <<-'END'
	status|{}|[--json][status];
	status|{"ubus_rpc_session":"0"}|[--json][status];
	sessions|{}|[--json][sessions][--];
	sessions|{"cam":"a b"}|[--json][sessions][--][a b];
	open|{"cam":"nursery","time":"30m"}|[--json][open][--][nursery][30m];
	open|{"cam":"n","until":"tomorrow 07:30","to":"Oma","force":true}|[--json][open][--to][Oma][--force][--][n][until][tomorrow][07:30];
	open|{"cam":"n","force":false}|[--json][open][--][n];
	close|{"cam":"all"}|[--json][close][--][all];
	allow|{"cam":"n","rule":"--force"}|[--json][allow][--][n][--force];
	adopt|{"device":3,"name":"Attic","try":"10m"}|[--json][adopt][--try][10m][--][3][Attic];
	adopt_show|{"device":"06:ca:00:00:00:07","name":"x"}|[--json][adopt][--show][--][06:ca:00:00:00:07][x];
	mappings|{"close":true}|[--json][mappings][--];
	mappings_close|{}|[--json][mappings][--close][--];
	audit_probe|{"cam":"n"}|[--json][audit][--probe][--][n];
	discover|{"probe":true}|[--json][discover];
	blocked|{"cam":"n","since":"10m"}|[--json][blocked][--since][10m][--][n];
	log|{"cam":"n","since":"2h"}|[--json][--cam][n][--since][2h][log];
	forget|{"cam":"n","force":true}|[--json][forget][--force][--][n];
	update_lists|{}|[--json][update-lists];
	notify_test|{}|[--json][notify][--test];
	mqtt|{"set":"off"}|[--json][mqtt];
	mqtt_on|{}|[--json][mqtt][on];
	mqtt_off|{}|[--json][mqtt][off];
	allow|{"cam":"$(touch /tmp/pwned)","rule":"`touch /tmp/pwned`; touch /tmp/pwned '\"' \\ *"}|[--json][allow][--][$(touch /tmp/pwned)][`touch /tmp/pwned`; touch /tmp/pwned '"' \ *];
	close|{"cam":"a\nb"}|[--json][close][--][a;b];
	open|{"cam":"n","time":"x'; touch /tmp/pwned; '"}|[--json][open][--][n][x'; touch /tmp/pwned; '];
	close|{}|
	close|{"cam":""}|
	nonsense|{}|
	../../bin/sh|{}|
	END
	is 'ubus: nothing of it was run' "$(ls "$root/tmp/pwned" 2>/dev/null)" ''
	is 'ubus: a member that is missing' "$(call close '{}' | jq -c '[.ok, .code]')" '[false,2]'
	command_is 4 '{"v":1,"ok":false,"code":4,"error":"no good"}'
	is 'ubus: a failure is an answer' "$(call reload '{}' | jq -r .error)" 'no good'
	command_is 139 ''
	is 'ubus: a command that dies' "$(call reload '{}' | jq -c '[.ok, .code]')" '[false,139]'
}

groups=(syntax defaults procd removal ubus)
owrt_root "$PWD/$work/made"
cp -a $work/made "$root"
for g in "${groups[@]}"; do
	$g
done
value=$failed n=$checks

# ---- hostile values through the whole way ------------------------------------
owrt_program "$root" build/camgate
hostile=0
for v in "x'; reboot; '" '}' "' } camera y { mac = 'a" 'include("/etc/passwd")' '$(touch /tmp/pwned)' '`touch /tmp/pwned`' '\' '"' '婴儿房 ${PATH}'; do
	printf "config camgate 'main'\n\tlist lan 'br-lan'\n\nconfig camera 'a'\n\tlist mac '02:ca:00:00:00:01'\n" >"$root/etc/config/camgate"
	ash uci set camgate.a.name="$v"
	out=$(ash camgate --json check /etc/config/camgate 2>&1)
	[[ $(ash uci get camgate.a.name) == "$v" && $(jq -r '"\(.ok) \(.cameras)"' <<<"$out") == 'true 1' ]] || {
		echo "# '$v': $out"
		hostile=$((hostile + 1))
	}
	# As a rule it is none.
	ash uci set camgate.a.name=a
	ash uci add_list camgate.a.allow="$v"
	out=$(ash camgate --json check /etc/config/camgate 2>&1)
	[[ $(jq -r '"\(.code) \(.error)"' <<<"$out") == '4 /etc/config/camgate:'* ]] || {
		echo "# rule '$v': $out"
		hostile=$((hostile + 1))
	}
done
is 'hostile values are names, and no rules' "$hostile $(ls "$root/tmp/pwned" 2>/dev/null)" '0 '
value=$((value + hostile)) n=$((n + 18))

# ---- can it fail? ---------------------------------------------------------------
control=0
plant() { # group file sed
	rm -rf $work/planted
	cp -a $work/made $work/planted
	root=$PWD/$work/planted
	sed -i "$3" "$root$2"
	failed=0
	$1
	if [[ $failed -gt 0 ]]; then
		control=$((control + 1))
	else
		quiet=
		is "planted in $2 and not seen: $3" no yes
		quiet=yes
	fi
}
quiet=yes
plant syntax /usr/libexec/camgate/remove '$a if then'
plant defaults /etc/uci-defaults/60-camgate 's/\*\[!A-Za-z0-9._@-\]\*/nothing/'
plant procd /etc/init.d/camgate 's/procd_set_param file.*/:/'
plant procd /etc/init.d/camgate 's/\*) return 1/*) return 0/'
plant removal /tmp/pkg/camgate.prerm 's/\[ "${PKG_UPGRADE}" = 1 \] || //'
plant removal /usr/libexec/camgate/remove 's/^camgate detach/: camgate detach/'
plant ubus /usr/libexec/rpcd/camgate 's/out=$(camgate --json "$@"/out=$(eval camgate --json "$@"/'
plant ubus /usr/libexec/rpcd/camgate 's/run mappings_close/run mappings/; s/"mappings":{"cam":""}, //'
quiet=
echo "$n checks, $value failed; $control faults planted and seen" >$work/checks.txt
printf '{"name":"openwrt/script_failures","value":%d,"op":"==","limit":0,"unit":"checks","n":%d,"control":%d,"raw":"agent/openwrt/checks.txt"}\n' \
	"$value" "$n" "$control" >>"${CG_FIGURES:-build/figures.jsonl}"
[[ $value -eq 0 && $control -eq 8 ]]
