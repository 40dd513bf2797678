# SPDX-License-Identifier: GPL-2.0-only
# For makers of firmware: the least there is, what it takes, other machines; included by the Makefile.

# Enforcement and nothing else: cameras, names, exposure, sessions, status, `why` and `blocked`;
# as small as the compiler can, and both programs as one. Its code is where the linker puts it,
# as OpenWrt has it for small flash: PIE=-pie for 28 KiB more. PAGE: most ARM64 kernels of
# gateways have small pages, and what is below 1 MiB says where something lies in one instruction of
# ARM64. The stack is protected as OpenWrt does it. Nothing is thrown: no tables to unwind by.
.PHONY: minimal minimal-static
PIE ?= -no-pie
PAGE ?= -Wl,-z,max-page-size=4096
TINY = $(if $(findstring aarch64,$(shell $(CC) -dumpmachine)),-mcmodel=tiny)
MINIMAL = $(foreach f,$(FEATURES) $(OTHER_WITH),WITH_$f=$(or $(WITH_$f),no)) ONE=yes HARDEN=-fstack-protector B=$(B)/minimal \
	CFLAGS='-Os -flto=auto -flto-partition=one -ffunction-sections -fdata-sections -fno-asynchronous-unwind-tables -fno-unwind-tables -fomit-frame-pointer -fno-tree-switch-conversion $(TINY) $(if $(filter -no-pie,$(PIE)),-fno-pie)' \
	LDFLAGS='-Wl,--gc-sections $(PIE) $(PAGE) $(LDFLAGS)'
minimal:
	$(Q)$(MAKE) $(MINIMAL) all
# The same with the libraries that a stock OpenWrt lacks in it, as far as they are used: it has
# json-c (its own tools are made with it) and the C library.
minimal-static: minimal
	$(Q)$(MAKE) $(MINIMAL) $(B)/minimal/camgate-static

ifeq ($(ONE),yes)
STATIC_LIBS := -Wl,-Bstatic -lbpf -lelf -lz -lnl-route-3 -lnl-genl-3 -lnl-3 -lconfuse -lev -lm \
	$(if $(filter RECORD,$(NOT)),,-lnettle) -Wl,-Bdynamic -ljson-c -pthread
$(B)/camgate-static: $(B)/camgate
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(CG_LDFLAGS) -o $@ $(DAEMON_OBJ) $(CLI_OBJ) $(B)/agent/one/main.o $(B)/libcamgate.a $(STATIC_LIBS)
endif

.PHONY: list-features
list-features:
	@printf '%s\n' $(FEATURES) $(filter NLS UCI,$(OTHER_WITH))

# It does what is left as the full build does, and says what it lacks.
.PHONY: check-minimal
check-minimal: all minimal
	$(Q)tests/deps.sh build net
	$(Q)$(MAKE) tests-net
	$(Q)tests/minimal.sh

# Sizes for this machine and arm64, memory, start: JSON lines. Of what is not built yet in
# build/aarch64-linux-gnu it makes what it has tools for.
.PHONY: footprint
footprint: all minimal minimal-static
	$(Q)tests/deps.sh bench
	$(Q)$(MAKE) $(BENCH)/judged
	$(Q)tests/arch.sh -b arm64 || true
	$(Q)packaging/footprint.sh

# Unit tests on other machines' code, by qemu-user, in either byte order: ARCH="arm64 s390x" for some.
.PHONY: check-arch
check-arch:
	$(Q)tests/deps.sh build arch
	$(Q)mkdir -p build/log
	$(Q)tests/arch.sh $(or $(ARCH),arm64 armhf mipsel riscv64 s390x mips) >build/log/arch.log 2>&1; r=$$?; cat build/log/arch.log; exit $$r

# The control of check-arch: what a mistaken byte order would be.
$(T)/unit/planted_order: $(T)/unit/test_exposure.o $(B)/libcamgate.a agent/lib/exposure.c
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(CG_CFLAGS) -Wno-builtin-macro-redefined -U__BYTE_ORDER__ \
		-D__BYTE_ORDER__=$(if $(filter bpfel,$(BPF_TARGET)),__ORDER_BIG_ENDIAN__,__ORDER_LITTLE_ENDIAN__) -c -o $@.o agent/lib/exposure.c
	$(Q)$(CC) $(CFLAGS) $(CG_LDFLAGS) -o $@ $< $@.o $(B)/libcamgate.a $(CHECK_LIBS) $(DEP_LIBS)
