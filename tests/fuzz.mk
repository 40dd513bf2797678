# SPDX-License-Identifier: GPL-2.0-only
# Fuzz targets: one a parser of bytes from outside, by libFuzzer where clang has it, else a replay of the corpus.

FUZZ_PURE := answer clues config confedit devstate dns geo mapping mud record saved tz tzrule undo usage
# Answers of a kernel, by netlink.
FUZZ_KERNEL := conntrack links module nft offload tc
# A whole agent, on the kernel in memory that tests/agent has.
FUZZ_HOUSE := event request
# The command, with an agent that says anything.
FUZZ_CLI := reply
FUZZ_TARGETS := $(FUZZ_PURE) $(FUZZ_KERNEL) $(FUZZ_HOUSE) $(FUZZ_CLI)

F := $(T)/fuzz
FUZZ_BIN := $(FUZZ_TARGETS:%=$(F)/%)
# Each a second time, with a fault planted that must be found.
FUZZ_PLANT := $(FUZZ_TARGETS:%=$(F)/%.plant)

# Whether there is a libFuzzer, asked only where something is built with it.
FUZZ_HAS = $(shell echo 'int LLVMFuzzerTestOneInput(void) { return 0; }' | \
	$(CLANG) -fsanitize=fuzzer -x c -o /dev/null - 2>/dev/null && echo yes)
FUZZ_SAN := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
FUZZ_MAKE = $(if $(FUZZ_HAS),CC=$(CLANG) CFLAGS='$(FUZZ_SAN) -fsanitize=fuzzer-no-link' FUZZ_MAIN=-fsanitize=fuzzer, \
	CFLAGS='$(FUZZ_SAN)' FUZZ_MAIN=$(F:$(B)%=build/fuzz%)/replay.o)

$(F)/%.plant.o: tests/fuzz/%.c Makefile tests/tests.mk tests/fuzz.mk | deps
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(TEST_CFLAGS) -DCG_FUZZ_PLANT -MMD -MP -c -o $@ $<

# What is linked before the library stands in for the kernel.
$(FUZZ_KERNEL:%=$(F)/%) $(FUZZ_KERNEL:%=$(F)/%.plant): $(F)/kernel.o

$(FUZZ_HOUSE:%=$(F)/%) $(FUZZ_HOUSE:%=$(F)/%.plant): $(F)/house.o $(filter $(T)/fake/%,$(AGENT_COMMON)) $(B)/agent/cli/reply.o \
	$(filter-out %/main.o %/askdns.o,$(DAEMON_OBJ))

$(FUZZ_CLI:%=$(F)/%) $(FUZZ_CLI:%=$(F)/%.plant): $(filter-out %/main.o %/client.o %/table.o,$(CLI_OBJ)) $(if $(filter no,$(WITH_NLS)),,$(B)/agent/cli/told_rows.o)

$(FUZZ_BIN) $(FUZZ_PLANT): %: %.o $(B)/libcamgate.a $(filter %.o,$(FUZZ_MAIN))
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(CG_LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(filter-out %.o,$(FUZZ_MAIN)) $(CHECK_LIBS) $(DEP_LIBS)

# The same kernel, for answers that are written out.
$(T)/unit/test_netlink: $(F)/kernel.o

.PHONY: tests-fuzz fuzz-programs list-fuzz
fuzz-programs: $(FUZZ_BIN) $(FUZZ_PLANT)
tests-fuzz:
	$(Q)$(MAKE) B=build/fuzz $(FUZZ_MAKE) fuzz-programs
list-fuzz:
	@printf '%s\n' $(FUZZ_TARGETS)

# Each target for FUZZ_S seconds or, where FUZZ_RUNS is set, until its build has had so
# many inputs; FUZZ="dns tz" names some. And what the packet path and the agent read of the same made-up answers.
.PHONY: fuzz
fuzz:
	$(Q)tests/deps.sh build
	$(Q)tests/deps.sh fuzz || true
	$(Q)$(MAKE) tests-fuzz $(if $(FUZZ),,tests-bpf)
	$(Q)FUZZ_S='$(or $(FUZZ_S),300)' FUZZ_RUNS='$(FUZZ_RUNS)' tests/fuzz/run.sh --long $(FUZZ)
	$(Q)$(if $(FUZZ),,CG_FUZZ_S=$(or $(FUZZ_S),300) $(T)/bpf/test_fuzz)
