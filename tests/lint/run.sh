#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# run.sh: every lint, and the proof that each of ours can fail.
set -u
cd "$(dirname "$0")" || exit 1
rc=0
for s in headers abi includes bpf style tools luci checkpatch i18n selftest; do
	./$s.sh || rc=1
done
../faults-table.sh -c || rc=1
exit $rc
