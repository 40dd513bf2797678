#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# check.sh: Debian's packages are built twice, in different surroundings, and compared; lintian has nothing to say; what is in them is what is installed.
set -u
cd "$(dirname "$0")/../.." || exit 1
if ! why=$(tests/deps.sh -n build deb 2>&1); then
	echo "skip deb: missing here: $(sed -n 's/^  \([^ ]*\) .*/\1/p' <<<"$why" | tr '\n' ' ')"
	exit 0
fi
one=build/deb
two=$PWD/build/deb/another-place/and-a-longer-one
log=build/log
mkdir -p $log
rc=0
verdict() { # STATUS NAME
	if [[ $1 == 0 ]]; then
		echo "ok deb: $2"
	else
		echo "not ok deb: $2"
		rc=1
	fi
}
same() { # NAME GOT WANT
	[[ $2 == "$3" ]] || diff <(echo "$3") <(echo "$2") | head -n 20 | sed 's/^/# /'
	[[ $2 == "$3" ]]
	verdict $? "$1"
}
figure() { # NAME VALUE UNIT N CONTROL RAW
	printf '{"name":"deb/%s","value":%s,"op":"==","limit":0,"unit":"%s","n":%s,"control":%s,"raw":"%s"}\n' \
		"$@" >>"${CG_FIGURES:-build/figures.jsonl}"
}
took() { echo "# $1 took $((SECONDS - start)) s"; start=$SECONDS; }
start=$SECONDS

# ---- built twice -----------------------------------------------------------
# Place, umask, language, time zone, time and whoever calls: none may be told from the packages.
(umask 022 && LC_ALL=C.UTF-8 TZ=UTC packaging/deb.sh $one) >$log/deb-one.log 2>&1
built=$?
[[ $built == 0 ]] || sed 's/^/# /' $log/deb-one.log | tail -n 20
verdict $built 'builds'
[[ $built == 0 ]] || exit 1
took 'the first build'
(umask 077 && LC_ALL=C LANGUAGE=de JOBS=3 TZ=Asia/Kathmandu HOME=/nonexistent USER=somebody packaging/deb.sh "$two") >$log/deb-two.log 2>&1
verdict $? 'builds elsewhere'
took 'the second build'

outcome() { (cd "$1" && find . -maxdepth 1 \( -name '*.deb' -o -name '*.dsc' -o -name '*.tar.xz' \) -type f | sort); }
# What one has and the other has not, or has otherwise.
differences() {
	local f
	{ outcome $one; outcome "$two"; } | sort -u | while read -r f; do
		cmp -s "$one/$f" "$two/$f" || echo "$f"
	done
}
mapfile -t files < <(outcome $one)
same 'four packages, two of symbols, and their source' "${#files[@]}" 8
diff=$(differences)
[[ -z $diff ]] || echo "# differs: $diff"
[[ -z $diff ]]
verdict $? 'both builds are the same, byte by byte'
(cd $one && sha256sum "${files[@]}") >build/deb/rebuild.txt
# A file with the time in it, or a folder's name, has to be seen.
cp "$two/camgate/debian/rules" build/deb/rules
# shellcheck disable=SC2016 # make expands it
printf '\nexecute_before_dh_install:\n\tdate +%%N >debian/tmp/usr/share/camgate/built\n' >>"$two/camgate/debian/rules"
packaging/deb.sh -b "$two" >$log/deb-planted.log 2>&1
planted=$(differences | grep -c 'camgate_.*\.deb$')
[[ $planted -gt 0 ]]
verdict $? 'a planted time of day is seen'
figure rebuild_differences "$(grep -c . <<<"$diff")" files "${#files[@]}" "$planted" deb/rebuild.txt
took 'the planted one'

# ---- lintian ---------------------------------------------------------------
tags() { # FILE...: a line each; 1: it could not look
	local out status=0
	out=$(lintian --no-cfg --allow-root -I --pedantic "$@" 2>&1) || status=$?
	grep -E "^[EWIP]: " <<<"$out"
	[[ $status == [02] ]] || echo "lintian ended with $status: $out"
}
said=$(tags $one/*.changes)
[[ -z $said ]] || echo "# ${said//$'\n'/$'\n# '}"
[[ -z $said ]]
verdict $? 'lintian is content, pedantic and all'
printf '%s\n%s\n' "$(lintian --version)" "${said:-no tag}" >build/deb/lintian.txt
# A package with a fault has to be seen.
rm -rf build/deb/fault
dpkg-deb -R $one/camgate-doc_*.deb build/deb/fault
mkdir -p build/deb/fault/usr/local/bin
install -m 777 /bin/true build/deb/fault/usr/local/bin/camgate-planted
dpkg-deb --root-owner-group -b build/deb/fault build/deb/fault.deb >/dev/null
planted=$(tags build/deb/fault.deb | grep -c .)
rm -rf build/deb/fault build/deb/fault.deb
[[ $planted -gt 0 ]]
verdict $? 'lintian sees a planted fault'
figure lintian_tags "$(grep -c . <<<"$said")" tags "${#files[@]}" "$planted" deb/lintian.txt
# Whoever overrides a tag says why.
awk 'FNR == 1 { why = 0 } /^#/ { why = 1; next } /^$/ { why = 0; next } !why { print FILENAME ": " $0 }' \
	packaging/debian/*lintian-overrides packaging/debian/source/lintian-overrides 2>/dev/null | grep . >$log/deb-overrides.log
[[ ! -s $log/deb-overrides.log ]]
verdict $? 'every override has its reason'
took 'lintian'

# ---- what is in them -------------------------------------------------------
paths() { dpkg-deb --fsys-tarfile "$1" | tar -t | grep -v '/$' | sed 's,^\.,,; s,\.gz$,,'; }
contents() { # PACKAGES...
	local p
	for p; do paths "$p"; done | grep -v '^/usr/share/doc/' | sort
}
installed() { (cd build/deb/root && find . -type f | sed 's,^\.,,; s,^/usr/lib/systemd,/lib/systemd,' | sort); }
rm -rf build/deb/root
make -s install DESTDIR=build/deb/root PREFIX=/usr >/dev/null
same 'camgate and camgate-mqtt hold what make install installs' "$(contents $one/camgate_*.deb $one/camgate-mqtt_*.deb | grep -v '/lintian/')" \
	"$(installed | grep -v '^/usr/share/doc/')"
same 'camgate-doc has its documents' "$(installed | grep '^/usr/share/doc/' | grep -vxFf <(paths $one/camgate-doc_*.deb))" ''
rm -rf build/deb/root
same 'camgate-dkms holds what tests/kmod/dkms.sh builds' \
	"$(contents $one/camgate-dkms_*.deb | sed -n 's,^/usr/src/camgate-[^/]*/,,p')" \
	"$({ (cd kmod && find . -type f); find include -type f; echo dkms.conf; } | sed 's,^\./,,' | sort)"
conffiles() { dpkg-deb -I "$1" conffiles 2>/dev/null; }
same 'what the household edits is a conffile, and nothing else' "$(conffiles $one/camgate_*.deb)" /etc/camgate/camgate.conf
same 'so are the options of the module' "$(conffiles $one/camgate-dkms_*.deb)" /etc/modprobe.d/camgate.conf
for p in camgate camgate-dkms camgate-mqtt; do
	for s in preinst postinst prerm postrm; do
		dpkg-deb -I $one/${p}_*.deb $s >build/deb/script 2>/dev/null || continue
		sh -n build/deb/script && ! grep -q '#DEBHELPER#' build/deb/script
		verdict $? "$p: $s can be run"
	done
done
# What would shut the cameras under a running agent, or end enforcement in an upgrade.
! dpkg-deb -I $one/camgate_*.deb postinst | grep -E '(re)?start .*bootguard' | grep -v '^		*deb-systemd-invoke start camgate-bootguard.service'
verdict $? 'the boot guard is restarted by nobody'
rm -rf build/deb/script build/deb/another-place
exit $rc
