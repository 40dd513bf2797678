# SPDX-License-Identifier: GPL-2.0-only
# The packet path's object, how the agent carries it, and both programs as one; included by the Makefile.

# Without where each instruction stands in the source, unless BPF_LINES=yes: only the
# verifier's log says it.
BPF_LESS := $(if $(filter yes,$(BPF_LINES)),,-f bpf/nolines.sed)
BPF_FLAGS := $(patsubst %,-DCG_WITH_%=0,$(filter COUNTRY DISCOVER,$(NOT)))
CODEGEN = $(CLANG) $(filter-out -I% -D% -isystem $(SYSROOT)/usr/include,$(BPF_CFLAGS)) -Wno-unused-command-line-argument -Xclang -disable-llvm-passes -x ir -c

$(B)/camgate.bpf.o: $(BPF_SRC) bpf/nolines.sed Makefile packaging/object.mk $(B)/features
	$(call say,BPF,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(BPF_CFLAGS) $(BPF_FLAGS) -MMD -MP -MF $(@:.o=.d) -MT $@ -S -emit-llvm -o $(@:.o=.ll) $(BPF_SRC)
	$(Q)sed $(BPF_LESS) -e '' $(@:.o=.ll) | $(CODEGEN) -o $@ -
	$(Q)rm -f $(@:.o=.ll)
	$(Q)$(LLVM_STRIP) -g -x -R .rel.BTF -R .rel.BTF.ext -R .llvm_addrsig $@

OBJECT := $(B)/agent/kern/object_packed
$(OBJECT).o: $(addprefix agent/kern/,object.sh object.h) agent/lib/lzma.h $(B)/camgate.bpf.o | deps
	$(call say,PACK,$@)
	$(Q)mkdir -p $(@D)
	$(Q)agent/kern/object.sh $(B)/camgate.bpf.o >$(@:.o=.c)
	$(Q)$(CC) $(CFLAGS) $(CG_CFLAGS) -Iagent/kern -c -o $@ $(@:.o=.c)

# What was left out at the last build: another choice is another build.
CHOICE = $(NOT) $(foreach o,$(OTHER_WITH),$o=$(WITH_$o))
$(B)/features: FORCE
	$(Q)mkdir -p $(@D)
	$(Q)echo '$(CHOICE)' | cmp -s - $@ || echo '$(CHOICE)' >$@
.PHONY: FORCE
FORCE:

$(B)/libcamgate.a: $(B)/features

# ONE=yes: build/camgated is build/camgate by another name; half of either is the same code.
ifeq ($(ONE),yes)
$(B)/camgate: $(DAEMON_OBJ) $(CLI_OBJ) $(B)/agent/one/main.o $(B)/libcamgate.a
$(B)/camgated: $(B)/camgate
	$(Q)ln -sf camgate $@
$(B)/agent/daemon/main.o: CG_CFLAGS += -Dmain=cg_camgated
$(B)/agent/cli/main.o: CG_CFLAGS += -Dmain=cg_camgate
PROGRAMS := $(B)/camgate
else
$(B)/camgated: $(DAEMON_OBJ) $(B)/libcamgate.a
$(B)/camgate: $(CLI_OBJ) $(B)/libcamgate.a
PROGRAMS := $(B)/camgated $(B)/camgate
endif
$(PROGRAMS):
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(CG_LDFLAGS) -o $@ $(filter %.o %.a,$^) $(DEP_LIBS)

