#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# cb.sh: the programs judge alike when they read from cb where a frame came in by, which is how kernel 5.10 is tested.
set -u -o pipefail
cd "$(dirname "$0")/../.." || exit 1
rc=0
for test in remote hostile redirect; do
	CG_TEST_CB=1 build/tests/bpf/test_$test | sed -E "s/^(ok|not ok|skip) /\1 $test: /" || rc=1
done
exit $rc
