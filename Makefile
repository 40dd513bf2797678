# SPDX-License-Identifier: GPL-2.0-only
# The only entry point: builds, installs, tests. `make help` lists the targets.

VERSION := 0.1.0
PREFIX ?= /usr
SYSCONFDIR ?= /etc
# On flash or disk: the boot guard must find it before anything else is there.
STATEDIR ?= /var/lib/camgate
CC ?= cc
CLANG ?= clang
BPFTOOL ?= bpftool
LLVM_STRIP ?= llvm-strip
PKG_CONFIG ?= pkg-config
INSTALL ?= install
B ?= build

ifeq ($(V),1)
Q :=
say = @:
else
Q := @
say = @printf '  %-8s %s\n' $(1) '$(2)'
MAKEFLAGS += --no-print-directory
endif

.DELETE_ON_ERROR:
.SUFFIXES:
.DEFAULT_GOAL := all

# What the agent and the command are made of. Written out: a stray file must
# not join the build.
LIB_SRC := $(addprefix agent/lib/,account.c addr.c blocked.c chunks.c civil.c confedit.c config.c diag.c dnsmsg.c \
	duration.c exposure.c facts.c guess.c ident.c learned.c lex.c maker.c mapdiff.c mapset.c mark.c mud_ace.c mud_flow.c \
	mud_json.c mud_judge.c mud_read.c mud_text.c mud_write.c namepat.c nameset.c near.c nftext.c policy.c profile.c \
	reason.c rule.c saved.c schedule.c servers.c shape.c slots.c source.c timing.c tzfile.c tzrule.c unique.c usage.c \
	utf8.c value.c view.c wholefile.c zone.c zones.c)
KERN_SRC := $(addprefix agent/kern/,bootguard.c clock.c datapath.c host.c dp_guard.c dp_load.c dp_maybe.c dp_memory.c dp_names.c dp_nets.c dp_policy.c \
	dp_read.c dp_why.c kstats.c links.c links_dump.c listens.c nft.c nft_ask.c own.c \
	offload.c offload_nl.c pins.c pins_stats.c put.c tc.c tcx.c)
DAEMON_SRC := $(addprefix agent/daemon/,agent.c askdns.c attach.c client.c command.c command_show.c control.c doctor.c \
	doctor_fix.c edit.c events.c guard.c guard_fix.c guard_force.c guard_jobs.c guard_plan.c learn.c log.c main.c \
	manual.c module.c names.c peer.c ports.c resolvers.c sched.c sched_show.c service.c stages.c statefile.c undo.c \
	usagefile.c wallclock.c)
CLI_SRC := $(addprefix agent/cli/,ask.c caller.c client.c cmd_blocked.c cmd_check.c cmd_exposure.c cmd_learn.c cmd_mud.c cmd_rules.c \
	cmd_service.c cmd_status.c cmd_traffic.c direct.c direct_read.c help.c main.c print.c profiles.c \
	reply.c say.c sentence.c statenote.c text.c)
BPF_SRC := bpf/camgate.bpf.c

LIBS_NEEDED := libbpf libnl-route-3.0 libnl-genl-3.0 libnl-3.0 libconfuse json-c
LIBS_MISSING := $(shell for l in $(LIBS_NEEDED); do \
	$(PKG_CONFIG) --exists $$l || echo $$l; done)
DEP_CFLAGS := $(shell $(PKG_CONFIG) --cflags $(LIBS_NEEDED) 2>/dev/null)
DEP_LIBS := $(shell $(PKG_CONFIG) --libs $(LIBS_NEEDED) 2>/dev/null) -lev
ifneq ($(WITH_SYSTEMD),no)
ifeq ($(shell $(PKG_CONFIG) --exists libsystemd && echo yes),yes)
DEP_CFLAGS += -DCG_HAVE_SYSTEMD=1 $(shell $(PKG_CONFIG) --cflags libsystemd)
DEP_LIBS += $(shell $(PKG_CONFIG) --libs libsystemd)
endif
endif

CFLAGS ?= -O2 -g
WARN := -Wall -Wextra -Werror -Wvla -Wstrict-prototypes -Wmissing-prototypes
CG_CFLAGS := -std=gnu11 -D_GNU_SOURCE= -fstack-protector-strong $(WARN) \
	-DCG_VERSION='"$(VERSION)"' -DCG_LOCALEDIR='"$(PREFIX)/share/locale"' \
	-DCG_STATE_DIR='"$(STATEDIR)"' -DCG_PROFILE_DIR='"$(PREFIX)/share/camgate/profiles"' \
	-Iinclude -I$(B) $(DEP_CFLAGS)
CG_LDFLAGS := -Wl,--as-needed -Wl,-z,relro,-z,now $(LDFLAGS)
BPF_CFLAGS := -g -O2 -mcpu=v2 -target bpf -D__bpf__ -Wall -Wextra -Werror \
	-Iinclude -I/usr/include/$(shell $(CC) -print-multiarch)

LIB_OBJ := $(LIB_SRC:%.c=$(B)/%.o) $(KERN_SRC:%.c=$(B)/%.o)
DAEMON_OBJ := $(DAEMON_SRC:%.c=$(B)/%.o)
CLI_OBJ := $(CLI_SRC:%.c=$(B)/%.o)
ALL_OBJ := $(LIB_OBJ) $(DAEMON_OBJ) $(CLI_OBJ)

.PHONY: all bpf agent deps
all: agent
agent: $(B)/camgated $(B)/camgate
bpf: $(B)/camgate.bpf.o $(B)/camgate.skel.h

deps:
	$(if $(LIBS_MISSING),$(error missing: $(LIBS_MISSING) (on Debian: sudo tests/deps.sh)))

$(B)/camgated: $(DAEMON_OBJ) $(B)/libcamgate.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(CG_LDFLAGS) -o $@ $^ $(DEP_LIBS)

$(B)/camgate: $(CLI_OBJ) $(B)/libcamgate.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(CG_LDFLAGS) -o $@ $^ $(DEP_LIBS)

$(B)/libcamgate.a: $(LIB_OBJ)
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(B)/%.o: %.c Makefile | deps
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(CG_CFLAGS) -MMD -MP -c -o $@ $<

# Only the adapter to libbpf sees the skeleton.
$(B)/agent/kern/dp_load.o: $(B)/camgate.skel.h

$(B)/camgate.bpf.o: $(BPF_SRC) Makefile
	$(call say,BPF,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(BPF_CFLAGS) -MMD -MP -MF $(@:.o=.d) -MT $@ -c -o $@ $(BPF_SRC)
	$(Q)$(LLVM_STRIP) -g $@

$(B)/camgate.skel.h: $(B)/camgate.bpf.o
	$(call say,SKEL,$@)
	$(Q)$(BPFTOOL) gen skeleton $< name camgate_bpf >$@

-include $(ALL_OBJ:.o=.d) $(B)/camgate.bpf.d

include tests/tests.mk

include packaging/install.mk

.PHONY: clean help
clean:
	$(Q)rm -rf $(B)

help:
	@echo 'make            build build/camgated, build/camgate, build/camgate.bpf.o'
	@echo 'make demo       camgate at work on real video, with a table of figures'
	@echo 'make check      every test; ends with "N passed, N failed, N skipped"'
	@echo 'make check-unit check-agent check-bpf check-net lint   one part of it'
	@echo 'make check-vm check-kmod   packet path, module and house on every kernel (K="5.10 6.1"); the module alone'
	@echo 'make check-kasan check-openwrt   the module on kernels made here: of checkers, with the options of OpenWrt'
	@echo 'make fuzz       made-up DNS answers against packet path and agent, FUZZ_S=300 seconds'
	@echo 'make bench      figures of cost as JSON lines (PARTS="prog names kernels fwd ctl curves"); bench-plot draws them'
	@echo 'make install uninstall DESTDIR= PREFIX=/usr   clean'
	@echo 'V=1 shows the commands; WITH_SYSTEMD=no leaves libsystemd out; CC, CLANG, CFLAGS as usual'
