#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# insns.sh: what a packet that follows costs where no JIT is, in instructions of the packet path run one by one.
set -u
cd "$(dirname "$0")/../.." || exit 1
out=build/tests/bpf/insns.jsonl
build/tests/bench/insns >"$out" || { echo "not ok instructions are counted"; exit 1; }

insns() { jq -r --arg name "insns/$1" 'select(.name == $name).value' "$out"; }

# The long way is the control: a packet that takes it has every limit broken.
control=$(insns first-prefix)
while read -r name limit; do
	n=$(insns "$name")
	if [[ $n -gt 0 && $n -le $limit && $control -gt $limit ]]; then
		echo "ok $name: $n instructions, $limit allowed"
	else
		echo "not ok $name: $n instructions, $limit allowed, $control the long way"
	fi
	printf '{"name":"prog/insns_%s","value":%s,"op":"<=","limit":%s,"unit":"instructions","n":1,"control":%s,"raw":"tests/bpf/insns.jsonl"}\n' \
		"${name//-/_}" "$n" "$limit" "$control" >>"${CG_FIGURES:-build/figures.jsonl}"
done <<'END'
established 168
established-egress 176
established-v6 210
open-media 160
drop 190
not-a-camera 48
not-a-camera-egress 54
END
