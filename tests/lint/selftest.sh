#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# selftest.sh: each lint of ours finds the fault that was planted for it.
set -u
lint=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$lint/../.." && pwd)
rc=0
d=$(mktemp -d)
trap 'rm -rf "$d"' EXIT

# A copy of what the lints read, for one fault at a time.
fresh() {
	rm -rf "$d/t"
	mkdir "$d/t"
	cp -r "$top"/{Makefile,include,agent,bpf,kmod} "$d/t/"
	mkdir -p "$d/t/tests/kmod/planted"
	cp "$top"/{README.md,LICENSE,CHANGELOG.md} "$d/t/" 2>/dev/null
}
plant() { # text, before the #endif that ends the shared header
	sed -i '$d' "$d/t/include/camgate/bpf_abi.h"
	# shellcheck disable=SC2059 # the text is a format
	printf "$1#endif\n" >>"$d/t/include/camgate/bpf_abi.h"
}
finds() { # text expected-line command...
	local text=$1 want=$2 out
	shift 2
	out=$("$@" 2>&1)
	if grep -qE "^not ok $want" <<<"$out"; then
		echo "ok selftest: $text"
	else
		echo "not ok selftest: $text was not found"
		rc=1
	fi
}

fresh
echo 'struct cg_planted *cg_planted(uint32_t x);' >>"$d/t/agent/lib/cleanup.h"
finds 'a header that needs another one' 'headers: agent/lib/cleanup.h' "$lint/headers.sh" "$d/t"

fresh
plant 'struct cg_planted {\n\t__u8 a;\n\t__u32 b;\n};\n'
finds 'a hole in a shared struct' 'abi: .* for x86_64' "$lint/abi.sh" "$d/t"
finds 'a shared struct without its size' 'abi: .*no CG_ABI_SIZE for cg_planted' "$lint/abi.sh" "$d/t"

fresh
plant 'struct cg_planted {\n\t__u8 a;\n\t__u32 b;\n};\nCG_ABI_SIZE(struct cg_planted, 8);\n'
finds 'a hole in a shared struct, as BPF sees it' 'abi: .* for bpf' "$lint/abi.sh" "$d/t"

fresh
plant 'struct cg_planted {\n\tunsigned long a;\n};\nCG_ABI_SIZE(struct cg_planted, 8);\n'
finds 'a member of another size on i386' 'abi: .* for i386' "$lint/abi.sh" "$d/t"

if [[ -e /usr/mipsel-linux-gnu/include/stdio.h ]]; then
	fresh
	sed -i 's/(unsigned long)fs.f_type/fs.f_type/' "$d/t/agent/kern/pins.c"
	finds 'a comparison that has a sign on 32 bits' 'narrow: agent/kern/pins.c' "$lint/narrow.sh" "$d/t" agent/kern/pins.c
fi

fresh
sed -i '3i #include "../kern/tc.h"' "$d/t/agent/lib/addr.c"
finds 'the library including an adapter' 'includes: agent/lib/addr.c' "$lint/includes.sh" "$d/t"
fresh
sed -i '3i #include <json-c/json.h>' "$d/t/agent/kern/tc.h"
finds 'an adapter including json-c' 'includes: agent/kern/tc.h' "$lint/includes.sh" "$d/t"
fresh
sed -i '3i #include "rule.h"' "$d/t/agent/lib/addr.h"
finds 'a cycle of headers' 'includes: a cycle' "$lint/includes.sh" "$d/t"

fresh
mkdir -p "$d/t/tests/net"
echo 'cat "$log" | grep -q planted' >"$d/t/tests/net/planted.sh"
finds 'a pipe that ends early' 'style: no pipe is left' "$lint/style.sh" "$d/t"
fresh
printf '// no licence\n' >"$d/t/bpf/planted.h"
finds 'a file without a licence' 'style: licence' "$lint/style.sh" "$d/t"
fresh
printf '/* SPDX-License-Identifier: GPL-2.0-only */\n/* Planted. */\n/* FIX%s */\n' 'ME: later' >"$d/t/bpf/planted.h"
finds 'something left for later' 'style: nothing left' "$lint/style.sh" "$d/t"
fresh
echo 'int planted(void) { return system("true"); }' >>"$d/t/agent/lib/undo.c"
finds 'a shell' 'style: no shell' "$lint/style.sh" "$d/t"
fresh
touch "$d/t/stray"
finds 'a stray file on top' 'style: top folder' "$lint/style.sh" "$d/t"

fresh
cp "$top"/tests/{faults.tsv,README.md} "$d/t/tests/"
printf '\n# planted\nplanted/fault\tf\ti\tp\n' >>"$d/t/tests/faults.tsv"
finds 'a fault that README does not know' 'faults: the table' "$lint/../faults-table.sh" -c "$d/t"
printf '\n# planted\nplanted/fault\tf\ti\tp\n' >>"$d/t/tests/faults.tsv"
finds 'a fault that is there twice' 'faults: rows' "$lint/../faults-table.sh" -c "$d/t"

if ! "$lint/i18n.sh" "$d/t" | grep -q ^skip; then
	fresh
	mkdir "$d/t/packaging"
	cp -r "$top/packaging/po" "$d/t/packaging/"
	cp -r "$d/t" "$d/clean"
	again() { rm -rf "$d/t" && cp -r "$d/clean" "$d/t"; }
	echo 'void planted(void); void planted(void) { cg_print_out("nobody marked this\n"); }' >>"$d/t/agent/cli/cmd_top.c"
	finds 'a text that the command does not mark' 'i18n: the command marks' "$lint/i18n.sh" "$d/t"
	again
	echo 'void planted(void *o) { put_text(o, "note", "nobody marked this"); }' >>"$d/t/agent/daemon/undo.c"
	finds 'a text that the agent does not mark' 'i18n: the agent marks' "$lint/i18n.sh" "$d/t"
	again
	echo 'const char *planted(void) { return N_("nobody has translated this"); }' >>"$d/t/agent/lib/addr.c"
	finds 'a text that the template has not' 'i18n: the template is' "$lint/i18n.sh" "$d/t"
	finds 'a text that a catalogue has not' 'i18n: packaging/po/zh_CN.po: nothing is missing' "$lint/i18n.sh" "$d/t"
	again
	sed -i '0,/^msgstr ".*%s/{/^msgstr/s/%s/%d/}' "$d/t/packaging/po/zh_CN.po"
	finds 'a translation with another format' 'i18n: packaging/po/zh_CN.po: formats' "$lint/i18n.sh" "$d/t"
	again
	sed -i '0,/^msgstr "[^"]/s/^msgstr "[^"].*/msgstr ""/' "$d/t/packaging/po/zh_CN.po"
	finds 'a text without a translation' 'i18n: packaging/po/zh_CN.po: nothing is missing' "$lint/i18n.sh" "$d/t"
fi

if ! "$lint/checkpatch.sh" "$d/t" | grep -q SKIP; then
	fresh
	echo 'static int  planted ;' >>"$d/t/kmod/main.c"
	finds 'a line the kernel would not take' 'checkpatch' "$lint/checkpatch.sh" "$d/t"
fi

# LuCI's pages.
app() {
	rm -rf "$d/app"
	cp -r "$top/packaging/openwrt/luci-app-camgate" "$d/app"
}
page=htdocs/luci-static/resources/view/camgate/audit.js
app
echo "E('p', {}, cam.name);" >>"$d/app/$page"
finds 'a name that becomes HTML' 'luci: text of others' "$lint/luci.sh" "$d/app"
app
sed -i 's/"seal", *"/"/; s/, "seal"//' "$d/app/root/usr/share/rpcd/acl.d/luci-app-camgate.json"
finds 'a call that nobody may make' 'luci: calls' "$lint/luci.sh" "$d/app"
if command -v xgettext >/dev/null; then
	app
	echo "const planted = _('planted');" >>"$d/app/$page"
	finds 'a string that is not in the template' 'luci: the template' "$lint/luci.sh" "$d/app"
	app
	sed -i '/^msgid "Audit"$/{n;s/".*"/""/}' "$d/app/po/zh_Hans/camgate.po"
	finds 'a string that is not translated' 'luci: zh_Hans' "$lint/luci.sh" "$d/app"
	app
	sed -i '/^msgid "%s is closed."$/{n;s/%s//}' "$d/app/po/zh_Hans/camgate.po"
	finds 'a translation that leaves out what is put in' 'luci: zh_Hans' "$lint/luci.sh" "$d/app"
fi

for fault in call atomic; do
	"${CLANG:-clang}" -O2 -g -mcpu=v2 -target bpf -DPLANTED_$fault \
		"-I/usr/include/$(${CC:-cc} -print-multiarch)" -c -o "$d/$fault.o" \
		"$lint/planted.bpf.c" || rc=1
	finds "a planted $fault in the packet path" 'bpf: cg_to_cam' "$lint/bpf.sh" "$d/$fault.o"
done
finds 'a section of data in the object' 'bpf: data in the object: .bss' "$lint/bpf.sh" "$d/call.o"
exit $rc
