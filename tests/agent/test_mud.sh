#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# test_mud.sh [BUILD]: `camgate mud` as people use it: what is printed, where, with which exit code, and that check takes it.
set -u
cd "$(dirname "$0")/../.." || exit 1
build=$(readlink -f "${1:-${B:-build}}")
camgate=$build/camgate fixtures=tests/unit/mud
rc=0
tmp=$(mktemp -d "${TMPDIR:-/tmp}/cg-mud.XXXXXX") || exit 1
trap 'rm -rf "$tmp"' EXIT
unset CAMGATE_CONFIG LANGUAGE
export LC_ALL=C.UTF-8

mud() {
	"$camgate" --config "$tmp/c.conf" mud "$@" >"$tmp/out" 2>"$tmp/err"
	code=$? out=$(<"$tmp/out") err=$(<"$tmp/err")
}
is() { # name, got, wanted
	if [[ $2 == "$3" ]]; then echo "ok mud: $1"; else
		printf '# got:    %s\n# wanted: %s\nnot ok mud: %s\n' "$2" "$3" "$1"
		rc=1
	fi
}
has() { # name, text, fixed string
	if [[ $2 == *"$3"* ]]; then echo "ok mud: $1"; else
		printf '# not there: %s\n# in: %s\nnot ok mud: %s\n' "$3" "$2" "$1"
		rc=1
	fi
}
checks() { # name: what was printed is a config, as it stands
	{ echo 'lan = { "br-lan" }'; cat "$tmp/out"; } >"$tmp/made.conf"
	is "$1" "$("$camgate" check "$tmp/made.conf" 2>&1 | sed "s,$tmp/,,; s, [0-9]* rules\?$,,")" \
		'made.conf: ok, 1 camera,'
}

cat >"$tmp/c.conf" <<-'END'
	lan = { "br-lan" }
	camera "Nursery" { mac = { "02:ca:00:00:00:01", "02:ca:00:00:00:02" }
		allow = { "api.vendor.example:443/tcp", "[2001:db8::/32]:443" } deny = { "203.0.113.9" } }
	camera "wild" { mac = { "02:ca:00:00:00:03" } allow = { "*.vendor.example", "192.0.2.1" } }
END

mud import $fixtures/plain.json
is 'a whole file: exit code' "$code" 0
is 'a whole file: nothing on standard error' "$err" ''
has 'the name is made of the model' "$out" 'camera "ic-2" {'
checks 'a whole file is a config'
mud import $fixtures/classes.json
is 'a part: exit code' "$code" 5
has 'a part: how much' "$err" '12 of 18 entries are not taken'
has 'a part: why' "$out" '# not taken: ace 3: fr/same-manufacturer: same-manufacturer: devices'
mud import $fixtures/order.json
is 'more is stopped: exit code' "$code" 5
has 'more is stopped: said' "$err" 'a deny stops more'
for f in "$fixtures"/[!b]*.json; do
	mud import "$f" --camera 'a "name"'
	checks "$(basename "$f") is a config"
done
mud import $fixtures/plain.json --camera nursery
has 'a known camera has its name' "$out" 'camera "Nursery" {'
has 'a known camera has its MACs' "$out" 'mac = { "02:ca:00:00:00:01", "02:ca:00:00:00:02" }'
mud import $fixtures/plain.json --camera all
is 'a name that is none' "$code" 2

mud import $fixtures/hostile.json --json
is 'JSON: exit code' "$code" 5
is 'JSON: one line' "$(wc -l <"$tmp/out")" 1
is 'JSON: numbers' "$(jq -c '[.ok, .code, .aces, (.taken | length), (.not_taken | length)]' "$tmp/out")" \
	'[true,5,8,1,8]'
is 'JSON: a reason' "$(jq -r '.not_taken[2].reason' "$tmp/out")" 'its domain name is no text'
mud import $fixtures/order.json --json
is 'JSON: rules' "$(jq -c '.rules[0]' "$tmp/out")" '{"key":"deny","rule":"198.51.100.66"}'
is 'JSON: as what' "$(jq -c '[.taken[].as] | unique' "$tmp/out")" '["default","rule"]'

for f in "$fixtures"/bad_*.json; do
	mud import "$f"
	is "$(basename "$f"): exit code" "$code" 1
	is "$(basename "$f"): nothing is printed" "$out" ''
	has "$(basename "$f"): which file" "$err" "camgate: $f"
done
mud import $fixtures/bad_truncated.json
has 'where a file ends too early' "$err" 'bad_truncated.json:22:29: found the end of the file, expected the rest'
mud import "$tmp/none.json"
is 'no file' "$code" 1
mud import "$tmp"
is 'a folder' "$code" 1
truncate -s 1048577 "$tmp/big.json"
mud import "$tmp/big.json"
has 'too large a file' "$err" 'expected at most 1048576 bytes'
mud import
is 'no argument' "$code" 2
mud invent x
has 'neither import nor export' "$err" "found 'invent', expected import or export"
mud import $fixtures/plain.json --url https://h.example/
is 'import has no --url' "$code" 2
mud export nursery --camera x
is 'export has no --camera' "$code" 2

mud export nursery --url https://h.example/n.json
is 'export: exit code' "$code" 0
is 'export: nothing on standard error' "$err" ''
is 'export: url' "$(jq -r '."ietf-mud:mud"."mud-url"' "$tmp/out")" https://h.example/n.json
is 'export: lists' "$(jq -c '[."ietf-access-control-list:acls".acl[] | .name]' "$tmp/out")" \
	'["mud-nursery-v4fr","mud-nursery-v6fr","mud-nursery-v4to","mud-nursery-v6to"]'
is 'export: an entry' "$(jq -c '[.. | .ace? // empty | .[] | select(.name == "rule2-6-v4to")] | .[0]' "$tmp/out")" \
	'{"name":"rule2-6-v4to","matches":{"ipv4":{"ietf-acldns:src-dnsname":"api.vendor.example","protocol":6},"tcp":{"ietf-mud:direction-initiated":"from-device","source-port":{"operator":"eq","port":443}}},"actions":{"forwarding":"accept"}}'
cp "$tmp/out" "$tmp/n.json"
mud import "$tmp/n.json" --json
is 'export and import: exit code' "$code" 0
is 'export and import: the same rules' "$(jq -r '.rules[] | .key + " " + .rule' "$tmp/out" | sort | tr '\n' ';')" \
	'allow [2001:db8::/32]:443/tcp;allow [2001:db8::/32]:443/udp;allow api.vendor.example:443/tcp;deny 203.0.113.9;'
mud export wild
is 'export of less: exit code' "$code" 5
has 'export of less: what' "$err" 'camgate: not in the file: *.vendor.example: a MUD file has whole names only'
has 'export of less: the rest' "$out" '192.0.2.1/32'
mud export wild --json
is 'export as JSON' "$(jq -c '[.ok, .code, (.missing | length), (.mud | keys | length)]' "$tmp/out")" '[true,5,1,2]'
mud export nurserx
is 'export of no camera' "$code" 1
has 'export of no camera: which is near' "$err" "did you mean 'nursery' or 'Nursery'?"
mud export nursery --url http://h.example/
has 'export: no such url' "$err" "expected https://"
echo 'camera {' >>"$tmp/c.conf"
mud export nursery
is 'export of a bad config' "$code" 4
mud import $fixtures/plain.json --camera nursery
is 'import needs no config' "$code" 0
exit $rc
