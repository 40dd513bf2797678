#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A whole family's devices join a house that holds new cameras: phones back up, a laptop is in a video call, and
# none of them is held or slowed down; the hidden camera among them is.
. "$(dirname "$0")/lib.sh"
. "$NET/device.sh"

need_camgate
need socat
COUNT=45
house_up
config '' '' 'unknown { quarantine = cameras probation = yes }'
agent_start

# The household's devices as tests/discover/others.txt has them: MAC, name, class, DHCP's list of options.
awk '
	$1 == "list" { lists["@" $2] = $3 }
	$1 == "device" { mac = "" }
	$1 == "mac" { mac = tolower($2) }
	$1 == "dhcp" && mac && !seen[mac]++ {
		name = class = list = "-"
		if (match($0, /name=[^ ]+/)) name = substr($0, RSTART + 5, RLENGTH - 5)
		if (match($0, /class="[^"]+"/)) class = substr($0, RSTART + 7, RLENGTH - 8)
		else if (match($0, /class=[^ ]+/)) class = substr($0, RSTART + 6, RLENGTH - 6)
		if (match($0, /list=[^ ]+/)) list = substr($0, RSTART + 5, RLENGTH - 5)
		if (list in lists) list = lists[list]
		gsub(/ /, "_", class)
		print mac, name, class, list
	}' "$ROOT/tests/discover/others.txt" | sed -n "1,${COUNT}p" >"$WORK/family"
assert_num "different devices" "$(cut -d' ' -f1 "$WORK/family" | sort -u | wc -l)" == $COUNT

# text TEXT: as hexadecimal digits; byte N
text() { printf %s "$1" | od -An -v -tx1 | tr -d ' \n'; }
byte() { printf '%02x' "$1"; }
zeros() { printf '00%.0s' $(seq "$1"); }
# option CODE HEX
option() { byte "$1"; byte $((${#2} / 2)); printf %s "$2"; }
# discover MAC NAME CLASS LIST: RFC 2131's DHCPDISCOVER, in hexadecimal
discover()
{
	local list
	printf '01010600%s00008000%s' "$(byte $((RANDOM & 255)))aabbcc" "$(zeros 16)"
	printf '%s%s63825363' "${1//:/}" "$(zeros 202)"
	option 53 01
	[[ $2 == - ]] || option 12 "$(text "$2")"
	[[ $3 == - ]] || option 60 "$(text "${3//_/ }")"
	if [[ $4 != - ]]; then
		list=$(for o in ${4//,/ }; do byte "$o"; done)
		option 55 "$list"
	fi
	printf ff
}
# joins N MAC NAME CLASS LIST: asks for an address, as it would
joins()
{
	discover "$2" "$3" "$4" "$5" | sed 's/../\\x&/g' | xargs -0 printf '%b' |
		in_ns "device$1" socat - "UDP4-DATAGRAM:255.255.255.255:67,sp=68,broadcast,so-bindtodevice=eth0"
}

n=0
while read -r mac name class list; do
	n=$((n + 1))
	device $n "$mac"
	echo "$n $name $class" >>"$WORK/joined"
	joins $n "$mac" "$name" "$class" "$list"
done <"$WORK/family"
assert_num "devices that joined" $n == $COUNT
mapfile -t phones < <(awk '$3 ~ /android/ { print $1 }' "$WORK/joined" | sed -n 1,4p)
laptop=$(awk '$3 == "MSFT_5.0" { print $1; exit }' "$WORK/joined")
assert_num "phones among them" ${#phones[@]} == 4

# The hidden camera: a MAC of its own making, no word, video.
device 46 06:ca:00:00:46:01
spawn hidden-sink cloud "$TOOLS/sink" -u 5646 "$WORK/hidden.sink"
wait_for 5 listens cloud udp 5646
spawn hidden-push device46 "$TOOLS/push" -u -s 1200 -r 125000 $CLOUD_4 5646
# Backups: as much as four phones can, at once. A call: as much up as down (the cloud echoes it).
for i in "${phones[@]}"; do
	spawn "backup$i-sink" cloud "$TOOLS/sink" $((5700 + i)) "$WORK/backup$i.sink"
	wait_for 5 listens cloud tcp $((5700 + i))
	spawn "backup$i" "device$i" "$TOOLS/push" -s 1400 -r 300000 $CLOUD_4 $((5700 + i))
done
spawn call "device$laptop" "$TOOLS/push" -u -s 1100 -r 180000 $CLOUD_4 443
# Everybody else talks to some server now and then.
for ((i = 1; i <= COUNT; i++)); do
	beat "device$i" $CLOUD_4 443 >/dev/null || fail "device $i is cut off"
done
wait_for 12 held 06:ca:00:00:46:01
observe 8
least=$(for i in "${phones[@]}"; do awk '!/^#/ { n += $4 } END { print n + 0 }' "$WORK/backup$i.sink"; done | sort -n | sed -n 1p)
assert_num "bytes of the slowest backup" "$least" '>' 1500000
cg_json discover >"$WORK/list"
jq -r '.devices[] | select(.held) | .mac + " " + .held + " " + (.reasons | join(", "))' "$WORK/list" >"$WORK/held"
others=$(grep -vc '^06:ca:00:00:46:01 ' "$WORK/held" || true)
control=$(grep -c '^06:ca:00:00:46:01 ' "$WORK/held" || true)
seen=$(jq --rawfile family "$WORK/family" '[.devices[] | select(.mac as $m | $family | contains($m))] | length' "$WORK/list")
assert_num "of them heard" "$seen" '>=' 40
figure quarantine/others_held "$others" == 0 devices "$seen" "$control" "$WORK/held"
