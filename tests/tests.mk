# SPDX-License-Identifier: GPL-2.0-only
# What the tests are made of, written out; tests/run.sh asks `list-STAGE` what to run.

UNIT_TESTS := account addr adopt audit blocked budget chain clock confedit config conflist day devstate diag dnsmsg duration exposure fleet geo geometa gone guess json lans learned lex \
	limits luci lzma makers mapdiff mapping mapset mark maybe mqtt mqttconf mud mudodd mudout namepat near netlink nftext odd offload place policy probe profile quarantine reason \
	record reply reset rule saved schedule schedule_year signature spawn told traffic uci ucistage undo unfit view viewers viewing viewset wholefile worker \
	zone
# What frames and MACs say of a device.
UNIT_TESTS += clue clueframes cluevendor discover likeness
AGENT_TESTS := abuse adopt around audit control devices doctor edit ending exposure guard killed known learn lines links lists log mappings memory module mqtt names \
	nft notify places ports power probe quota reading record reload retain schedule sessions show start state stop uci unknown viewers
# Debian's packages that the house meets and that would start a service if installed.
PEERS := unbound chrony coturn prometheus miniupnpd-nftables miniupnpc mosquitto mosquitto-clients
AGENT_SCRIPTS := camgated cli debian i18n docs mud openwrt packaging page sbom
BPF_TESTS := again country ask cuts devices diff discover escape fast frag from_cam fuzz hostile icmp modes names portmap probation quota redirect remote session signature soak to_cam

# ---- building ------------------------------------------------------------
T := $(B)/tests
TEST_CFLAGS = $(CFLAGS) $(filter-out -Wmissing-prototypes -Wvla,$(CG_CFLAGS)) -Iagent -Itests \
	-DCG_TOP='"$(CURDIR)"' -DCG_BUILD='"$(CURDIR)/$(B)"'
CHECK_LIBS = $(shell $(PKG_CONFIG) --libs check)
ASAN := B=build/asan CFLAGS='-O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all'
UNIT_BIN := $(UNIT_TESTS:%=$(T)/unit/test_%)
AGENT_BIN := $(AGENT_TESTS:%=$(T)/agent/test_%)
AGENT_REAL := $(T)/agent/test_links $(T)/agent/test_nft $(T)/agent/test_devices
BPF_BIN := $(BPF_TESTS:%=$(T)/bpf/test_%)
BPF_COMMON := $(addprefix $(T)/bpf/,country.o env.o env_fast.o env_ingress.o env_load.o env_session.o env_tap.o env_words.o names.o packets.o reference.o run.o)
AGENT_COMMON := $(addprefix $(T)/,agent/harness.o fake/datapath_fake.o fake/geo_fake.o fake/devices_fake.o fake/links_fake.o fake/guard_fake.o \
	fake/module_fake.o fake/names_fake.o fake/session_fake.o fake/stop_fake.o)

$(T)/%.o: tests/%.c Makefile tests/tests.mk | deps
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(TEST_CFLAGS) -MMD -MP -c -o $@ $<

$(UNIT_BIN): %: %.o $(B)/libcamgate.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(CG_LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(CHECK_LIBS) $(DEP_LIBS)

# The command is not in the library; the catalogue is the test's own.
$(T)/unit/test_told: $(B)/agent/cli/told.o
$(T)/unit/test_reply: $(B)/agent/cli/reply.o
$(T)/agent/test_around: $(T)/fake/disk.o
$(T)/agent/test_devices: $(T)/bpf/packets.o
$(T)/agent/test_memory: $(T)/fake/memory.o
$(T)/agent/test_power: $(T)/agent/writers.o $(T)/fake/disk.o $(B)/agent/cli/statenote.o
# The stand-ins come before the library: what they define is not taken from it.
$(filter-out $(AGENT_REAL),$(AGENT_BIN)): %: %.o $(AGENT_COMMON) $(filter-out %/main.o,$(DAEMON_OBJ)) $(B)/libcamgate.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(CG_LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(CHECK_LIBS) $(DEP_LIBS)

# Asks the real kernel: no stand-ins.
$(AGENT_REAL): %: %.o $(B)/libcamgate.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(CG_LDFLAGS) -o $@ $^ $(CHECK_LIBS) $(DEP_LIBS)

$(BPF_BIN): %: %.o $(BPF_COMMON) $(B)/libcamgate.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(CG_LDFLAGS) -o $@ $^ $(CHECK_LIBS) $(DEP_LIBS)

# Cameras by the hundred, whose frames carry what the reference says of them.
SWARM := $(T)/soak/swarm
$(SWARM): $(T)/soak/swarm.o $(T)/bpf/reference.o $(T)/bpf/packets.o
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(CG_LDFLAGS) -o $@ $^

include tests/bench.mk
include tests/fleet.mk
include tests/fuzz.mk
include tests/cover.mk

.SECONDARY:
-include $(wildcard $(T)/*/*.d)

.PHONY: tests-unit tests-asan tests-agent tests-tables tests-bpf tests-net
.PHONY: list-unit list-asan list-agent list-bpf list-sources
tests-unit: $(UNIT_BIN)
tests-asan:
	$(Q)$(MAKE) $(ASAN) tests-unit
tests-agent: all $(AGENT_BIN)
tests-tables: bpf $(BPF_BIN)
tests-bpf: tests-tables $(BENCH)/insns
tests-net: all
	$(Q)tests/net/build-tools.sh

list-unit:
	@printf '%s\n' $(UNIT_BIN)
list-asan:
	@$(MAKE) -s --no-print-directory $(ASAN) list-unit
list-agent:
	@printf '%s\n' $(AGENT_BIN) $(AGENT_SCRIPTS:%=tests/agent/test_%.sh)
list-bpf:
	@printf '%s\n' tests/bpf/verifier.sh tests/bpf/cb.sh tests/bpf/insns.sh $(BPF_BIN)

list-sources:
	@printf '%s\n' $(LIB_SRC) $(KERN_SRC) $(DAEMON_SRC) $(CLI_SRC) $(OTHER_SRC)

# ---- running -------------------------------------------------------------
# As many jobs as there are CPUs, where nobody said how many.
JOBS = $(if $(findstring -j,$(MAKEFLAGS)),,-j$(shell nproc))
# The libraries may be missing until deps.sh has run: what builds with them is
# asked for in a second make.
.PHONY: check check-unit check-fuzz check-agent check-bpf check-net check-luci check-vm check-kmod check-kasan check-openwrt check-musl lint demo
check:
	$(Q)tests/deps.sh build lint net
	$(Q)tests/deps.sh fuzz || true
	$(Q)tests/peers.sh $(PEERS) || true
	$(Q)$(MAKE) $(JOBS) all
	$(Q)tests/run.sh
check-unit check-fuzz check-agent check-bpf check-net:
	$(Q)tests/deps.sh build $(if $(filter check-net,$@),net)
	$(Q)$(if $(filter check-fuzz,$@),tests/deps.sh fuzz || true)
	$(Q)$(if $(filter check-net,$@),tests/peers.sh $(PEERS) || true)
	$(Q)$(MAKE) $(JOBS) all
	$(Q)tests/run.sh $(@:check-%=%) $(if $(filter check-unit,$@),asan)
# The browser is not installed by `make check`, which skips this without one.
check-luci:
	$(Q)tests/deps.sh build net luci
	$(Q)$(MAKE) $(JOBS) all tests-net
	$(Q)CG_LUCI_SHOTS=1 tests/run.sh luci
	$(Q)tests/figures.sh check-luci
lint:
	$(Q)tests/deps.sh build lint
	$(Q)$(MAKE) bpf
	$(Q)V=1 tests/run.sh lint
# The packet path, the module and a part of the house on each kernel of
# tests/vm/kernels/kernels.txt; K="6.1" names some of them.
check-vm:
	$(Q)tests/deps.sh build net vm kmod
	$(Q)tests/peers.sh $(PEERS) || true
	$(Q)$(MAKE) $(JOBS) all tests-bpf tests-net
	$(Q)tests/vm/matrix.sh $(K)
# The module alone, and as DKMS builds it.
check-kmod:
	$(Q)tests/deps.sh build vm kmod
	$(Q)$(MAKE) bpf
	$(Q)tests/vm/kernels/fetch.sh $(K) >/dev/null
	$(Q)tests/kmod/dkms.sh
	$(Q)tests/kmod/test.sh $(K)
# The same on kernels made here of Debian's source (tests/vm/kernels/built.txt),
# once: ten minutes each and more. First one of checkers, which must see planted
# faults and nothing else; then OpenWrt's options, without the JIT too, and
# user-mode Linux.
check-kasan check-openwrt:
	$(Q)tests/deps.sh build vm kmod
	$(Q)$(MAKE) bpf $(if $(filter check-openwrt,$@),tests-bpf)
	$(Q)tests/kmod/$(@:check-%=%).sh
# Agent and command as OpenWrt builds them, as far as Debian has musl.
check-musl:
	$(Q)tests/deps.sh build musl
	$(Q)tests/openwrt/musl.sh
# Load, floods, scans, reloads and kills for SOAK_S seconds and longer, judged packet
# by packet; and FUZZ_RUNS inputs for each parser.
.PHONY: soak
soak:
	$(Q)tests/deps.sh build net
	$(Q)tests/deps.sh fuzz || true
	$(Q)$(MAKE) $(JOBS) all tests-bpf tests-net $(SWARM)
	$(Q)$(MAKE) $(JOBS) tests-fuzz
	$(Q)SOAK_S=$(or $(SOAK_S),600) FUZZ_RUNS=$(or $(FUZZ_RUNS),10000000) tests/soak/run.sh
# The rows of tests/faults.tsv into tests/README.md.
.PHONY: faults-table
faults-table:
	$(Q)tests/faults-table.sh
demo:
	$(Q)tests/deps.sh build net
	$(Q)$(MAKE) $(JOBS) all tests-net
	$(Q)if why=$$(tests/probe.sh); then tests/net/demo.sh; else \
		echo "this machine: $$why; the demo runs in a virtual machine"; \
		tests/deps.sh vm && tests/vm/run.sh -- tests/net/demo.sh; fi
