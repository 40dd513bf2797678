#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# object.sh OBJECT: C source of the object, packed, for object.h.
set -eu
# Instructions are of eight bytes: what a byte is likely to be follows from its place in one.
lc=0 lp=2 pb=3
packed=$(mktemp)
trap 'rm -f "$packed"' EXIT
xz -c --format=raw --lzma1=preset=9e,dict=1MiB,lc=$lc,lp=$lp,pb=$pb <"$1" >"$packed"
echo '#include "object.h"'
echo "const struct cg_lzma_props cg_object_props = { $lc, $lp, $pb };"
echo "const size_t cg_object_packed_len = $(wc -c <"$packed"), cg_object_len = $(wc -c <"$1");"
echo 'const unsigned char cg_object_packed[] = {'
od -An -v -tu1 -w32 "$packed" | sed 's/ *\([0-9][0-9]*\)/\1,/g'
echo '};'
