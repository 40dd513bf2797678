# SPDX-License-Identifier: GPL-2.0-only
# The only entry point: builds, installs, tests. `make help` lists the targets.

VERSION := 0.1.0
include packaging/cross.mk
PREFIX ?= /usr
SYSCONFDIR ?= /etc
# On flash or disk: the boot guard must find it before anything else is there.
STATEDIR ?= /var/lib/camgate
CC ?= cc
CLANG ?= clang
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
LIB_SRC := $(addprefix agent/lib/,account.c addr.c audit.c audit_answer.c audit_ports.c auditjson.c blocked.c budget.c chain.c chainfiles.c chunks.c civil.c confedit.c config.c conflist.c day.c daysums.c \
	config_free.c diag.c dnsmsg.c duration.c exposure.c facts.c fleetconf.c geo.c geo_book.c geo_meta.c geo_record.c geoset.c gone.c guess.c ident.c jsonget.c jsonin.c jsonout.c keeping.c learned.c lex.c lists.c lzma.c maker.c \
	mapdiff.c mapping.c mapping_match.c mapping_nft.c mapping_rule.c mapping_value.c \
	mapset.c mark.c memtext.c mqttconf.c mud_ace.c mud_flow.c mud_json.c mud_judge.c mud_read.c mud_text.c mud_write.c namepat.c \
	nameset.c near.c nftext.c place.c policy.c policy_match.c profile.c reason.c record.c recordjson.c recordlist.c reset.c retain.c room.c rule.c saved.c \
	schedule.c servers.c setup.c shape.c signature.c slots.c source.c staying.c spans.c timing.c traffic.c tzfile.c tzrule.c undo.c uci.c ucifrom.c ucistage.c ucito.c unique.c usage.c utf8.c value.c verify.c \
	view.c viewers.c viewing.c viewset.c wholefile.c zone.c zones.c)
# What frames and MACs say of a device.
LIB_SRC += $(addprefix agent/lib/,clue.c clue_banner.c clue_dhcp.c clue_known.c clue_mdns.c clue_p2p.c clue_ssdp.c \
	clue_vendor.c clue_wsd.c likeness.c oui.c span.c)
# What becomes of devices that are no cameras.
LIB_SRC += $(addprefix agent/lib/,adopt.c devstate.c probe.c quarantine.c)
KERN_SRC := $(addprefix agent/kern/,bootguard.c caps.c clock.c conntrack.c datapath.c host.c dp_ask.c dp_devices.c dp_geo.c dp_guard.c dp_load.c dp_maybe.c \
	dp_memory.c dp_names.c dp_nets.c dp_policy.c dp_read.c dp_sample.c dp_session.c dp_why.c inject.c kstats.c lans.c links.c links_dump.c \
	listens.c nft.c nft_ask.c nft_delete.c object.c own.c offload.c offload_nl.c pins.c pins_stats.c put.c spawn.c tc.c tcx.c worker.c)
DAEMON_SRC := $(addprefix agent/daemon/,agent.c ahead.c askdns.c attach.c audit.c audit_probe.c audit_where.c beside.c client.c command.c command_mappings.c command_audit.c command_notify.c command_show.c control.c days.c \
	doctor.c doctor_fix.c edit.c ending.c entries.c events.c guard.c guard_fix.c guard_force.c guard_jobs.c guard_plan.c \
	learn.c log.c main.c manual.c mappings.c mappings_close.c mappings_look.c memory.c module.c mqtt.c names.c notify.c openings.c peer.c places.c places_read.c ports.c recordcmd.c recordfile.c recordlines.c recordtrim.c request.c resolvers.c sched.c \
	sched_show.c service.c setup.c sessions.c sessions_show.c sessions_sweep.c sessions_take.c sessions_write.c stages.c \
	statedir.c statefile.c stop.c uci.c usagefile.c viewer_names.c viewers.c viewers_lan.c wallclock.c)
DAEMON_SRC += $(addprefix agent/daemon/,adopt.c adopt_end.c command_discover.c devices.c devices_file.c devices_hold.c \
	devices_tell.c probe.c)
CLI_SRC := $(addprefix agent/cli/,ask.c caller.c client.c cmd_audit.c cmd_blocked.c cmd_check.c cmd_discover.c cmd_doctor.c cmd_exposure.c cmd_learn.c \
	cmd_lists.c cmd_log.c cmd_mappings.c cmd_metrics.c cmd_mqtt.c cmd_mud.c cmd_notify.c cmd_record.c cmd_report.c cmd_rules.c cmd_service.c cmd_sessions.c cmd_setup.c cmd_status.c cmd_top.c cmd_traffic.c direct.c \
	direct_read.c help.c judge.c main.c metrics.c page.c page_plot.c print.c profiles.c reply.c report.c report_html.c say.c sentence.c setup_ask.c setup_devices.c setup_file.c setup_net.c setup_start.c setup_where.c statenote.c table.c text.c told.c viewing.c)
BPF_SRC := bpf/camgate.bpf.c
include packaging/features.mk

LIBS_NEEDED := $(filter-out $(LIBS_LESS),libbpf libnl-route-3.0 libnl-genl-3.0 libnl-3.0 libconfuse json-c nettle)
LIBS_MISSING := $(shell for l in $(LIBS_NEEDED); do \
	$(PKG_CONFIG) --exists $$l || echo $$l; done)
DEP_CFLAGS := $(shell $(PKG_CONFIG) --cflags $(LIBS_NEEDED) 2>/dev/null)
DEP_LIBS := $(shell $(PKG_CONFIG) --libs $(LIBS_NEEDED) 2>/dev/null) -lev -pthread
ifneq ($(WITH_MAXMINDDB),no)
ifeq ($(shell $(PKG_CONFIG) --exists libmaxminddb && echo yes),yes)
DEP_CFLAGS += -DCG_HAVE_MAXMINDDB=1 $(shell $(PKG_CONFIG) --cflags libmaxminddb)
DEP_LIBS += $(shell $(PKG_CONFIG) --libs libmaxminddb)
endif
endif
DEP_CFLAGS += $(if $(filter-out no,$(or $(WITH_UCI),yes)),-DCG_HAVE_UCI=1)
ifneq ($(WITH_SYSTEMD),no)
ifeq ($(shell $(PKG_CONFIG) --exists libsystemd && echo yes),yes)
DEP_CFLAGS += -DCG_HAVE_SYSTEMD=1 $(shell $(PKG_CONFIG) --cflags libsystemd)
DEP_LIBS += $(shell $(PKG_CONFIG) --libs libsystemd)
endif
endif

CFLAGS ?= -O2 -g
HARDEN ?= -fstack-protector-strong
WARN := -Wall -Wextra -Werror -Wvla -Wstrict-prototypes -Wmissing-prototypes
# Years behind 2037 where glibc's time_t has 32 bits unless asked; elsewhere nothing.
CG_CFLAGS := -std=gnu11 -D_GNU_SOURCE= -D_FILE_OFFSET_BITS=64 -D_TIME_BITS=64 $(NOT:%=-DCG_WITH_%=0) $(HARDEN) $(WARN) \
	-DCG_VERSION='"$(VERSION)"' -DCG_LOCALEDIR='"$(PREFIX)/share/locale"' \
	-DCG_STATE_DIR='"$(STATEDIR)"' -DCG_PROFILE_DIR='"$(PREFIX)/share/camgate/profiles"' \
	-Iinclude -I$(B) $(DEP_CFLAGS)
CG_LDFLAGS := -Wl,--as-needed -Wl,-z,relro,-z,now $(LDFLAGS)
BPF_CFLAGS := -g -O2 -ffile-prefix-map=$(CURDIR)=. -mcpu=v2 -target $(BPF_TARGET) $(BPF_ORDER) -D__bpf__ -Wall -Wextra -Werror \
	-Iinclude -I$(SYSROOT)/usr/include/$(MULTIARCH) $(BPF_SYSTEM)

LIB_OBJ := $(LIB_SRC:%.c=$(B)/%.o) $(KERN_SRC:%.c=$(B)/%.o) $(B)/agent/lib/oui_rows.o $(B)/agent/kern/object_packed.o
DAEMON_OBJ := $(DAEMON_SRC:%.c=$(B)/%.o)
CLI_OBJ := $(CLI_SRC:%.c=$(B)/%.o)
ALL_OBJ := $(LIB_OBJ) $(DAEMON_OBJ) $(CLI_OBJ)

.PHONY: all bpf agent deps
all: agent
agent: $(B)/camgated $(B)/camgate
bpf: $(B)/camgate.bpf.o

deps:
	$(if $(LIBS_MISSING),$(error missing: $(LIBS_MISSING) (on Debian: sudo tests/deps.sh)))

$(B)/libcamgate.a: $(LIB_OBJ)
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(B)/%.o: %.c Makefile $(B)/features | deps
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(CG_CFLAGS) -MMD -MP -c -o $@ $<

OUI := $(addprefix packaging/data/,oui-cameras.tsv oui-others.tsv)
$(B)/agent/lib/oui_rows.o: agent/lib/oui.sh $(OUI) agent/lib/oui.h | deps
	$(call say,GEN,$@)
	$(Q)mkdir -p $(@D)
	$(Q)agent/lib/oui.sh $(OUI) >$(@:.o=.c)
	$(Q)$(CC) $(CFLAGS) $(CG_CFLAGS) -Iagent/lib -c -o $@ $(@:.o=.c)

include packaging/object.mk

include packaging/mqtt.mk

-include $(ALL_OBJ:.o=.d) $(B)/camgate.bpf.d

include tests/tests.mk

include packaging/install.mk

include packaging/vendor.mk

include packaging/help.mk

.PHONY: clean
clean:
	$(Q)rm -rf $(B)
