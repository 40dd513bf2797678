#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Agent and command compiled against musl, as OpenWrt's feed does; then every symbol they need is looked up in musl or a library.
#
# Debian's libraries are built for glibc and cannot be linked with musl: their headers are used, and what
# they export is counted as there. So this shows what compiles and which symbol is missing, not that it runs.
set -u
cd "$(dirname "$0")/../.." || exit 1
command -v musl-gcc >/dev/null || { echo 'no musl-gcc (Debian: musl-tools) on this machine'; exit 77; }
make bpf >/dev/null || exit 1
out=build/musl inc=build/musl/include
rm -rf $out
mkdir -p $inc
multi=$(gcc -print-multiarch)
for h in linux asm-generic mtd bpf nettle json-c libelf.h gelf.h ev.h confuse.h mosquitto.h maxminddb.h maxminddb_config.h; do
	[[ ! -e /usr/include/$h ]] || ln -sfn "/usr/include/$h" "$inc/$h"
done
for h in asm maxminddb_config.h; do
	[[ ! -e /usr/include/$multi/$h ]] || ln -sfn "/usr/include/$multi/$h" "$inc/$h"
done
ln -sfn /usr/include/libnl3/netlink "$inc/netlink"
flags=(-std=gnu11 -D_GNU_SOURCE= -O0 -Werror=implicit-function-declaration -DCG_VERSION='"0"' -DCG_LOCALEDIR='"/"'
	-DCG_STATE_DIR='"/etc/camgate/state"' -DCG_PROFILE_DIR='"/usr/share/camgate/profiles"' -DCG_HAVE_UCI=1
	-Iinclude -Ibuild -isystem "$inc")
mapfile -t sources < <(make -s --no-print-directory list-sources)
printf '%s\n' "${sources[@]%/*}" | sort -u | sed "s,^,$out/," | xargs mkdir -p
agent/lib/oui.sh packaging/data/oui-cameras.tsv packaging/data/oui-others.tsv >$out/oui_rows.c
agent/kern/object.sh build/camgate.bpf.o >$out/object_packed.c
printf '%s\n' "${sources[@]}" $out/{oui_rows,object_packed}.c | xargs -P "$(nproc)" -I{} sh -c '
	src=$1; shift; o=build/musl/${src#build/musl/}; o=${o%.c}.o
	musl-gcc "$@" -Iagent/lib -Iagent/kern -c -o "$o" "$src" 2>"$o.err" || echo "$src"' - {} "${flags[@]}" >$out/failed
n=${#sources[@]}
if [[ -s $out/failed ]]; then
	while read -r f; do
		f=build/musl/${f#build/musl/}
		head -n 3 "${f%.c}.o.err" | sed 's/^/# /'
	done <$out/failed
	echo "not ok openwrt: musl: $(wc -l <$out/failed) of $n sources do not compile"
	exit 1
fi
echo "ok openwrt: musl: $n sources compile"
mapfile -t objects < <(find $out -name '*.o')
nm -u "${objects[@]}" | awk '$1 == "U" { print $2 }' | sort -u >$out/needed
{
	nm --defined-only "${objects[@]}" "/usr/lib/$(uname -m)-linux-musl/libc.a" 2>/dev/null
	for l in bpf nl-3 nl-route-3 nl-genl-3 ev confuse json-c nettle mosquitto gcc; do
		f=$(gcc -print-file-name=lib$l.so)
		[[ -e $f ]] || f=$(gcc -print-file-name=lib$l.a)
		nm -D --defined-only "$f" 2>/dev/null
		nm --defined-only "$f" 2>/dev/null
	done
} | awk 'NF == 3 { sub(/@.*/, "", $3); print $3 }' | sort -u >$out/there
# main twice, and both by the names that the one program of `make minimal` gives them; the
# table of _GLOBAL_OFFSET_TABLE_ is the linker's.
missing=$(comm -23 $out/needed $out/there | grep -vxE '_GLOBAL_OFFSET_TABLE_|__stack_chk_guard|cg_camgated?')
if [[ -n $missing ]]; then
	echo "$missing" | sed 's/^/# missing: /'
	echo 'not ok openwrt: musl: every symbol is in musl or a library'
	exit 1
fi
echo "ok openwrt: musl: every one of $(wc -l <$out/needed) symbols is in musl or a library"
# Seen to fail: a function that glibc alone has.
echo 'int main(void) { return gnu_get_libc_version() != 0; }' >$out/planted.c
if musl-gcc "${flags[@]}" -c -o $out/planted.o $out/planted.c 2>/dev/null; then
	echo 'not ok openwrt: musl: what only glibc has is seen'
	exit 1
fi
echo 'ok openwrt: musl: what only glibc has is seen'
