# SPDX-License-Identifier: GPL-2.0-only
# What one run of `make bench` is made of: figures of cost as JSON lines, and a picture of them.

BENCH := $(T)/bench

$(BENCH)/%.bpf.o: tests/bench/%.bpf.c tests/bench/bench.h Makefile tests/bench.mk
	$(call say,BPF,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(BPF_CFLAGS) -c -o $@ $<

$(BENCH)/prog: $(BENCH)/prog.o $(BENCH)/world.o $(T)/bpf/env.o $(T)/bpf/env_fast.o $(T)/bpf/env_session.o $(T)/bpf/env_ingress.o $(T)/bpf/env_load.o $(T)/bpf/env_tap.o $(T)/bpf/packets.o $(B)/libcamgate.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(CG_LDFLAGS) -o $@ $^ $(DEP_LIBS)

$(BENCH)/insns: $(BENCH)/insns.o $(BENCH)/interp.o $(T)/bpf/env.o $(T)/bpf/env_fast.o $(T)/bpf/env_session.o $(T)/bpf/env_ingress.o $(T)/bpf/env_load.o $(T)/bpf/env_tap.o $(T)/bpf/env_words.o $(T)/bpf/packets.o $(B)/libcamgate.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(CG_LDFLAGS) -o $@ $^ $(DEP_LIBS)

$(BENCH)/names: $(BENCH)/names.o $(BPF_COMMON) $(B)/libcamgate.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(CG_LDFLAGS) -o $@ $^ $(DEP_LIBS)

$(BENCH)/country: $(BENCH)/country.o $(BPF_COMMON) $(B)/libcamgate.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(CG_LDFLAGS) -o $@ $^ $(DEP_LIBS)

$(BENCH)/load: tests/bpf/verifier.c
	$(call say,CC,$@)
	$(Q)$(CC) $(CFLAGS) $(CG_CFLAGS) -o $@ $< $(DEP_LIBS)

$(BENCH)/empty: $(BENCH)/empty.o $(B)/libcamgate.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(CG_LDFLAGS) -o $@ $^ $(DEP_LIBS)

$(addprefix $(BENCH)/,gen acceptall judged answered): %: %.o
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(CG_LDFLAGS) -o $@ $^

BENCH_TOOLS := $(addprefix $(BENCH)/,prog insns names country load empty drive.bpf.o gen acceptall judged answered)
.PHONY: tests-bench
tests-bench: all $(BENCH_TOOLS) $(FLEET_WORLD)

# ---- running -------------------------------------------------------------
.PHONY: bench bench-plot
bench:
	$(Q)tests/deps.sh build bench
	$(Q)$(if $(filter fleet,$(or $(PARTS),fleet)),tests/peers.sh $(FLEET_PEERS) || true)
	$(Q)$(MAKE) tests-bench
	$(Q)tests/bench/run.sh $(PARTS)
bench-plot:
	$(Q)[ -s $(B)/bench.jsonl ] || $(MAKE) bench
	$(Q)tests/bench/plot.sh $(B)/bench.jsonl >$(B)/bench.svg
	$(Q)echo '$(B)/bench.svg'
