# SPDX-License-Identifier: GPL-2.0-only
# `make help`: every target somebody types.
.PHONY: help
help:
	@echo 'make            build build/camgated, build/camgate, build/camgate.bpf.o'
	@echo 'make demo       camgate at work on real video, with a table of figures'
	@echo 'make check      every test; ends with "N passed, N failed, N skipped"'
	@echo 'make check-unit check-fuzz check-agent check-bpf check-net check-luci lint   one part of it; check-luci gets a browser'
	@echo 'make check-fleet   fifty homes, a broker and a store; who watches in many of them is found'
	@echo 'make check-vm check-kmod   packet path, module and house on every kernel (K="5.10 6.1"); the module alone'
	@echo 'make check-kasan check-openwrt   the module on kernels made here: of checkers, with the options of OpenWrt; check-musl: against musl'
	@echo 'make fuzz       made-up input for every parser, FUZZ_S=300 seconds (or FUZZ_RUNS inputs) each, FUZZ="dns tz" for some'
	@echo 'make soak       512 cameras, floods, scans, reloads, kills, SOAK_S=600 seconds, against the reference'
	@echo 'make coverage check-valgrind   lines that the tests run through (COVER=all: by every test of the house); memory'
	@echo 'make bench      figures of cost as JSON lines (PARTS="prog names country kernels fwd ctl fleet curves"); bench-plot draws them'
	@echo 'make minimal    enforcement alone, as small as can be, in build/minimal; check-minimal tests it; footprint: sizes, memory, start'
	@echo 'make check-arch unit tests on other machines (ARCH="arm64 s390x"); CROSS_COMPILE= SYSROOT= build for them'
	@echo 'make install uninstall DESTDIR= PREFIX=/usr   clean'
	@echo 'make po         texts of the sources into the catalogues of languages'
	@echo 'make deb check-deb sbom   Debian packages below build/deb; installs them in a fresh root; what all of it is made of (SPDX)'
	@echo 'V=1 shows the commands; WITH_NAME=no leaves a part out (packaging/README.md), WITH_UCI=no what OpenWrt needs; CC, CLANG, CFLAGS'
