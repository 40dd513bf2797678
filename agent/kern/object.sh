#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# object.sh SPLIT OBJECT: C source of the object, packed, for object.h; SPLIT is object_split, built for this machine.
set -eu
packed=$(mktemp)
trap 'rm -f "$packed"' EXIT
"$1" <"$2" | gzip -9n >"$packed"
n=$(wc -c <"$2")
echo '#include "object.h"'
echo "const size_t cg_object_packed_len = $(wc -c <"$packed"), cg_object_len = $(((n + 7) / 8 * 8));"
echo 'const unsigned char cg_object_packed[] = {'
od -An -v -tu1 -w32 "$packed" | sed 's/ *\([0-9][0-9]*\)/\1,/g'
echo '};'
