#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Every command of packaging/doc/first-ten-minutes*.md is typed on a fresh machine in the house; what it shows is what the
# guide shows, but for what is never twice the same (alike.sed). GUIDE_WRITE=1 writes what was shown into the guides.
CAM1_MAC=00:bc:99:00:00:20 PHONE_MAC=f0:18:98:00:00:30
. "$(dirname "$0")/lib.sh"
CAM1_MAC=00:bc:99:00:00:20 PHONE_MAC=f0:18:98:00:00:30
. "$NET/fresh.sh"

need_camgate
need make
fresh_need
house_build
ip -n "$ID-gw" link del lan2	# one camera, one phone
in_ns gw nft flush chain ip nat prerouting
rm -rf "$CAMGATE_STATE_DIR" "${WORK:?}/etc"

# The camera asks for its maker and goes there, again and again; the phone looks at it once it is known.
cat >"$WORK/life.sh" <<END
#!/bin/bash
for ((n = 1; ; n++)); do
	[[ \$1 = cam1 || -e "$WORK/phone-may" ]] && {
		"$TOOLS/lookup" -s $LAN4 -w 300 cloud.example
		"$TOOLS/heartbeat" -n 1 -t 300 $CLOUD_4 443
	} >/dev/null 2>&1
	echo \$n >"$WORK/\$1.n"
	sleep 0.2
done
END
chmod 755 "$WORK/life.sh"
spawn life-cam1 cam1 "$WORK/life.sh" cam1
spawn life-phone phone "$WORK/life.sh" phone
tries() { cat "$WORK/$1.n" 2>/dev/null || echo 0; }
tried() { [[ $(tries cam1) -gt $1 ]]; }
known_inside() { typed_inside camgate --json discover | jq -e --arg mac "$1" '.devices[] | select(.mac == $mac)'; }

# run_command COMMAND NR GUIDE: typed in the fresh machine; its output on stdout
run_command()
{
	local -a by=()
	if [[ $1 == 'camgate setup' ]]; then
		awk -v mode=answers -v nr="$2" -f "$NET/blocks.awk" "$3" >"$WORK/answers.$2"
		by=("$FRESH_SRC/${TOOLS#"$ROOT"/}/typist" -t $((60 * SLOW)) "$FRESH_SRC/${WORK#"$ROOT"/}/answers.$2")
	fi
	typed_inside "${by[@]}" bash -c "cd $FRESH_SRC && $1" 2>&1
}

# guide FILE OUT: types it all; what went wrong is in OUT/wrong, a line each, what was shown in OUT/outs
guide()
{
	local file=$1 out=$2 nr=0 line command code at
	rm -rf "$out"
	mkdir -p "$out/outs"
	: >"$out/wrong"
	rm -f "$WORK/phone-may"
	fresh_up
	awk -v mode=list -f "$NET/blocks.awk" "$file" >"$out/list"
	while IFS=$'\t' read -r line command <&7; do
		nr=$((nr + 1)) code=0
		# What is said of the camera is of now.
		at=$(tries cam1)
		wait_for 20 tried $((at + 2))
		if [[ $command == 'camgate setup' ]]; then
			{ wait_for 60 known_inside "$CAM1_MAC"; : >"$WORK/phone-may"; } 7<&- &
		fi
		run_command "$command" "$nr" "$file" >"$out/outs/$nr" || code=$?
		sed -i 's/[[:space:]]*$//' "$out/outs/$nr"
		[[ $code -eq 0 ]] || printf '%s:%s: %s: ended with %s\n' "${file##*/}" "$line" "$command" "$code" >>"$out/wrong"
		awk -v mode=shown -v nr="$nr" -f "$NET/blocks.awk" "$file" | sed -Ef "$NET/alike.sed" >"$out/want"
		sed -Ef "$NET/alike.sed" "$out/outs/$nr" >"$out/got"
		if ! diff -u "$out/want" "$out/got" >"$out/diff"; then
			printf '%s:%s: %s: shows something else\n' "${file##*/}" "$line" "$command"
			sed 's/^/  /' "$out/diff"
		fi >>"$out/wrong"
		note "$command"
	done 7<"$out/list"
	printf '%s\n' "$nr" >"$out/count"
	for line in /usr/bin/camgate /usr/sbin/camgated /etc/camgate /sys/fs/bpf/camgate; do
		inside test ! -e "$line" || printf '%s: %s is left\n' "${file##*/}" "$line"
	done >>"$out/wrong"
	bare lan1 || printf '%s: filters are left\n' "${file##*/}" >>"$out/wrong"
	! in_ns gw nft list tables | grep camgate >/dev/null || printf '%s: rules of nftables are left\n' "${file##*/}" >>"$out/wrong"
	systemd_down
}
wrong() { grep -c '^[^ ]' "$1/wrong" || true; }

all=0 bad=0
for file in "$ROOT"/packaging/doc/first-ten-minutes*.md; do
	made=$WORK/$(basename "$file" .md)
	guide "$file" "$made"
	n=$(wrong "$made")
	[[ $n -eq 0 ]] || sed 's/^/  /' "$made/wrong"
	all=$((all + $(<"$made/count"))) bad=$((bad + n))
	[[ -z ${GUIDE_WRITE:-} ]] || {
		awk -v mode=write -v outs="$made/outs" -f "$NET/blocks.awk" "$file" >"$WORK/new.md"
		cp "$WORK/new.md" "$file"
	}
done
# The planted faults: a command that fails, one that shows something else, nothing that uninstalls.
cat >"$WORK/planted.md" <<'EOT'
```console
# make install >/dev/null 2>&1
# camgate keep attik
# camgate help version
Usage: camgate vers
```
EOT
guide "$WORK/planted.md" "$WORK/planted"
control=$(wrong "$WORK/planted")
assert_num "control: what is wrong in a guide is found" "$control" '>=' 4
cat "$WORK"/first-ten-minutes*/list >"$WORK/commands"
figure doc/commands_failed "$bad" == 0 commands "$all" "$control" "$WORK/commands"
