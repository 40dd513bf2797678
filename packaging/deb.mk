# SPDX-License-Identifier: GPL-2.0-only
# Debian's packages and the list of what was built; included by install.mk.

.PHONY: deb sbom check-deb
deb:
	$(Q)tests/deps.sh build deb
	$(Q)packaging/deb.sh $(B)/deb

# What make install would install, and what it was built with.
sbom: all
	$(Q)rm -rf $(B)/sbom
	$(Q)$(MAKE) -s install DESTDIR=$(B)/sbom >/dev/null
	$(Q)READELF='$(READELF)' CC='$(CC)' CLANG='$(CLANG)' SYSROOT='$(SYSROOT)' \
		packaging/sbom.sh $(VERSION) $(B)/sbom $(B)/camgate.bpf.o >$(B)/camgate.spdx
	$(Q)rm -rf $(B)/sbom
	$(call say,SBOM,$(B)/camgate.spdx)

# Built twice and compared, judged by lintian; installed, upgraded, removed and purged in a fresh root: under a systemd of its own
# in namespaces, then in a virtual machine with the module built by DKMS.
check-deb:
	$(Q)tests/deps.sh build deb vm
	$(Q)tests/deb/run.sh; rc=$$?; tests/figures.sh check-deb && exit $$rc
