#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A rule of a country and stay_in in the kernel: a new database takes the old one's place, a bad one does not, a restart keeps it.
. "$(dirname "$0")/lib.sh"

need_camgate
house_up
DB=$WORK/world.mmdb
mmdb() { "$TOOLS/mmdb" "$DB.new" "$@" && mv "$DB.new" "$DB"; }	# DATE CODE=PREFIX...
there() { mmdb "$1" DE=198.51.100.0/24 DE=2001:db8:c10d::/48 CN=203.0.113.0/24 CN=2001:db8:bad::/48; }
elsewhere() { mmdb "$1" CN=198.51.100.0/24 CN=2001:db8:c10d::/48 DE=203.0.113.0/24 DE=2001:db8:bad::/48; }
built() { cg_json status | jq -e ".databases[0].built_s == $1"; }
why_is() { cg_json why cam1 "$1:443/tcp" | jq -e ".reason_nr == $2 and (.place | test(\"$3\"))"; }
files() { config "$1" '' "country_database = \"$DB\""; }

there 1780000000
files 'upload = { "country:CN:443/tcp" }'
grep -q libmaxminddb <(ldd "$BIN/camgated") || skip "built without libmaxminddb"
agent_start
assert "the database is in force" built 1780000000
assert "its country: the stranger" beat cam1 $STRANGER_4 443
assert "its country: the stranger by v6" beat cam1 $STRANGER_6 443
assert "why names list and date" why_is $STRANGER_4 9 'country CN by list world.mmdb of 2026-05-28'
refute "the country's TCP only: UDP" beat_udp cam1 $STRANGER_4 443
elsewhere 1790000000
assert "before update-lists the old one holds" beat cam1 $STRANGER_4 443
assert "update-lists" cg update-lists
assert "the new one is in force" built 1790000000
refute "elsewhere now: the stranger" beat cam1 $STRANGER_4 443
refute "elsewhere now: the stranger by v6" beat cam1 $STRANGER_6 443
assert "a rule of its address: the cloud" beat cam1 $CLOUD_4 443
there 1795000000
head -c 100 "$DB" >"$DB.half" && mv "$DB.half" "$DB"
refute "half a file is refused" cg update-lists
assert "and the one before stays" built 1790000000
refute "also for packets" beat cam1 $STRANGER_4 443
agent_kill
refute "with the agent dead" beat cam1 $STRANGER_4 443
agent_start
assert "over a restart" built 1790000000
assert "which knows where an address is" why_is $CLOUD_4 8 'country CN'
there 1795000000
assert "a whole one is taken" cg update-lists
assert "there again: the stranger" beat cam1 $STRANGER_4 443
in_country() { cg_json sessions | jq -e "any(.sessions[]; .peer == \"$1\" and .country == \"$2\")"; }
assert "sessions say where that is" in_country $STRANGER_4 CN

loaded() { cg_json status | jq -r '.databases[0].loaded_s'; }
since=$(loaded)
more=$(for i in $(seq 60); do printf 'camera "more%d" { mac = { "02:cb:00:00:00:%02x" } }\n' "$i" "$i"; done)
config 'upload = { "country:CN:443/tcp" }' '' "country_database = \"$DB\"
$more"
assert "more cameras than there was room for" cg reload
assert "the table moves along" test "$(loaded)" = "$since"
assert "and is in force: the stranger" beat cam1 $STRANGER_4 443
refute "for its country only" beat_udp cam1 $STRANGER_4 443

files 'upload = { "country:CN:443/tcp" } stay_in = { DE }'
assert "stay_in" cg reload
refute "outside, whatever lets it: the stranger" beat cam1 $STRANGER_4 443
refute "outside by v6" beat cam1 $STRANGER_6 443
assert "within: the cloud" beat cam1 $CLOUD_4 443
assert "within by v6" beat cam1 $CLOUD_6 443
assert "why says so" why_is $STRANGER_4 46 ''
cg open cam1 10m >/dev/null
refute "not while it is open either" beat cam1 $STRANGER_4 443
cg close cam1 >/dev/null
files 'upload = { "country:CN:443/tcp anywhere" } stay_in = { DE }'
assert "anywhere" cg reload
assert "outside by a rule with anywhere" beat cam1 $STRANGER_4 443
files ''
assert "no rule names a country" cg reload
gone() { cg_json status | jq -e '[.databases[] | select(has("prefixes"))] == []'; }
named() { cg_json status | jq -e '.databases[0].built_s == 1795000000'; }
assert "no table is kept" gone
assert "the database is still asked for the record" named
