#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# run.sh: every lint, and the proof that each of ours can fail; as many at once as there are CPUs.
set -u
cd "$(dirname "$0")" || exit 1
rc=0
said=$(mktemp -d)
export said
trap 'rm -rf "$said"' EXIT
# The long ones begin; what each says is shown whole.
for s in selftest tools narrow headers includes style i18n abi bpf luci checkpatch; do
	echo "$s"
done | xargs -P "$(nproc)" -I '{}' sh -c './{}.sh >"$said/{}" 2>&1 || : >"$said/{}.bad"'
for s in headers abi includes bpf style narrow tools luci checkpatch i18n selftest; do
	cat "$said/$s"
	[ ! -e "$said/$s.bad" ] || rc=1
done
../faults-table.sh -c || rc=1
exit $rc
