#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A broker with TLS and passwords on the phone's side of the LAN, clients of it, and the bridge as a user without rights. Sourced by tests.
# shellcheck disable=SC2034

GROUP_NR=64010 BRIDGE_UID=64002
BASE=camgate/gateway
PASSWORD=right-$ID
CERTS=$RUN/certs

need_mqtt()
{
	[[ -x $BIN/camgate-mqtt ]] || skip "camgate-mqtt is not built: no libmosquitto here"
	peer mosquitto mosquitto || skip "no mosquitto, and none in build/peers"
	BROKER=("${PEER[@]}")
	peer mosquitto_passwd mosquitto
	BROKER_PASSWD=("${PEER[@]}")
	peer mosquitto_pub mosquitto-clients || skip "no mosquitto_pub, and none in build/peers"
	PUB=("${PEER[@]}")
	peer mosquitto_sub mosquitto-clients
	SUB=("${PEER[@]}")
}

# broker_prepare: its certificate by a CA of our own, its users
broker_prepare()
{
	mkdir -p "$CERTS"
	openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj '/CN=test CA' -keyout "$CERTS/ca.key" -out "$CERTS/ca.crt" 2>/dev/null
	openssl req -newkey rsa:2048 -nodes -subj "/CN=broker" -keyout "$CERTS/broker.key" -out "$CERTS/broker.csr" 2>/dev/null
	openssl x509 -req -in "$CERTS/broker.csr" -CA "$CERTS/ca.crt" -CAkey "$CERTS/ca.key" -CAcreateserial -days 2 \
		-extfile <(printf 'subjectAltName=IP:%s' "$PHONE_4") -out "$CERTS/broker.crt" 2>/dev/null
	"${BROKER_PASSWD[@]}" -b -c "$CERTS/passwd" bridge "$PASSWORD" 2>/dev/null
	"${BROKER_PASSWD[@]}" -b "$CERTS/passwd" home "$PASSWORD" 2>/dev/null
	chmod 755 "$RUN" "$CERTS"
	chmod 644 "$CERTS"/*.crt
	cat >"$WORK/broker.conf" <<-END
	user root
	allow_anonymous false
	password_file $CERTS/passwd
	persistence false
	listener 8883
	cafile $CERTS/ca.crt
	certfile $CERTS/broker.crt
	keyfile $CERTS/broker.key
	END
	secret 640 wrong
}

# secret MODE PASSWORD: the bridge's file
secret()
{
	printf 'bridge\n%s\n' "$2" >"$RUN/mqtt.new"
	chown 0:$BRIDGE_UID "$RUN/mqtt.new"
	chmod "$1" "$RUN/mqtt.new"
	mv "$RUN/mqtt.new" "$RUN/mqtt.secret"
}

broker_start()
{
	spawn broker phone "${BROKER[@]}" -c "$WORK/broker.conf"
	wait_for 5 listens phone tcp 8883
	heard_start
}

# What anybody says to the broker from now on, a line each: when, kept or not, topic, text
heard_start()
{
	stop heard
	spawn heard phone "${SUB[@]}" -h $PHONE_4 -p 8883 --cafile "$CERTS/ca.crt" -u home -P "$PASSWORD" -i "heard-$ID" \
		-t "$BASE/#" -t 'homeassistant/#' -F '%U %r %t %p'
	wait_for 5 heard_up
}
heard_up()
{
	client pub -t "$BASE/test" -m "$$"
	grep -q "$BASE/test" "$WORK/heard.out"
}

mqtt_lines()
{
	printf 'mqtt { broker = "%s" ca_file = "%s/ca.crt" credentials = "%s/mqtt.secret" %s }' "$PHONE_4" "$CERTS" "$RUN" "${1:-}"
}

# agent_private [OPTIONS]: the agent where the group and the bridge's user are known
agent_private()
{
	cat >"$WORK/names.sh" <<-END
	#!/bin/sh
	mount --make-rprivate /
	{ grep -v '^camgate:' /etc/group; echo camgate:x:$GROUP_NR:; } >"$WORK/group"
	{ grep -v '^camgate-mqtt:' /etc/passwd; echo camgate-mqtt:x:$BRIDGE_UID:$BRIDGE_UID::/:/bin/false; } >"$WORK/passwd"
	mount --bind "$WORK/group" /etc/group
	mount --bind "$WORK/passwd" /etc/passwd
	exec "\$@"
	END
	chmod 755 "$WORK/names.sh"
	spawn agent gw unshare -m --propagation unchanged "$WORK/names.sh" "$BIN/camgated" --foreground --config "$CONF" --pin-dir "$PIN_DIR" \
		--socket "$CAMGATE_SOCKET" --state-dir "$CAMGATE_STATE_DIR" "$@"
	wait_for 20 enforced
}

bridge_start()
{
	install -m 755 "$BIN/camgate-mqtt" "$RUN/camgate-mqtt"
	spawn bridge gw setpriv --reuid $BRIDGE_UID --regid $BRIDGE_UID --groups $GROUP_NR --no-new-privs --bounding-set=-all \
		"$RUN/camgate-mqtt" --socket "$CAMGATE_SOCKET" --retry 1s
}

word() { sed -n "s/^$1:[[:space:]]*\([^[:space:]]*\).*/\1/p" "/proc/${PIDS[$2]}/status"; }

# client pub|sub OPTIONS...: as somebody of the home
client()
{
	local what=("${PUB[@]}")
	[[ $1 == pub ]] || what=("${SUB[@]}")
	shift
	in_ns phone "${what[@]}" -h $PHONE_4 -p 8883 --cafile "$CERTS/ca.crt" -u home -P "$PASSWORD" "$@"
}

# say TOPIC TEXT: a wish; say_kept: one that the broker keeps
say() { client pub -q 1 -t "$BASE/$1" -m "$2"; }
say_kept() { client pub -q 1 -r -t "$BASE/$1" -m "$2"; }
# kept TOPIC: what the broker keeps of it
kept() { client sub -C 1 -W 2 --retained-only -t "$1"; }
# told TOPIC JQ; replies COMMAND JQ; says COMMAND TEXT
told() { kept "$1" | jq -e "$2"; }
replies() { cg_json "$1" | jq -e "$2"; }
says() { { cg "$1" || [[ $? -eq 5 ]]; } | grep "$2" >/dev/null; }
nothing_kept() { [[ -z $(client sub -W 1 --retained-only -t "$1" -F '%t' || true) ]]; }
kept_is() { [[ $(kept "$BASE/$1") == "$2" ]]; }
# state_is CAM JQ WORD; hub_is JQ WORD
state_is() { [[ $(kept "$BASE/cam/$1/state" | jq -r "$2") == "$3" ]]; }
hub_is() { [[ $(kept "$BASE/state" | jq -r "$1") == "$2" ]]; }
refused_times() { [[ $(grep -c '/refused ' "$WORK/heard.out") -ge $1 ]]; }

# toggler CAM: a client that stays connected, as home automation does; a line is a wish
toggler()
{
	mkfifo "$WORK/wishes"
	spawn toggler phone sh -c 'exec "$@" <"$0"' "$WORK/wishes" "${PUB[@]}" -h $PHONE_4 -p 8883 --cafile "$CERTS/ca.crt" \
		-u home -P "$PASSWORD" -i "toggler-$ID" -l -t "$BASE/cam/$1/exposure/set"
	exec {WISHES}>"$WORK/wishes"
}

# toggle CAM WORD: TOOK is ms from saying so until the broker was told that it is
toggle()
{
	local from to lines
	lines=$(wc -l <"$WORK/heard.out")
	from=$(date +%s%N)
	printf '%s\n' "$2" >&$WISHES
	wait_for 5 told_since "$lines" "$1" "$2"
	to=$(told_since "$lines" "$1" "$2")
	TOOK=$(awk -v a="$from" -v b="$to" 'BEGIN { printf "%d", (b * 1000 - a / 1000000) }')
}
told_since() { tail -n "+$(($1 + 1))" "$WORK/heard.out" | awk -v t="$BASE/cam/$2/state" -v w="\"exposure\":\"$3\"" '$3 == t && index($0, w) { print $1; n++; exit } END { exit !n }'; }
