# SPDX-License-Identifier: GPL-2.0-only
# How much of the agent the tests run through, and the agent under valgrind: longer than `make check` may be.

# Objects of their own; what they warn of without optimization is not asked.
COV := B=build/cov CFLAGS='-O0 -g --coverage -fprofile-update=atomic' WARN=-w

.PHONY: coverage
# COVER=all: through every test of the house, not only those that coverage.sh names.
coverage:
	$(Q)tests/deps.sh build net
	$(Q)$(MAKE) all tests-net
	$(Q)$(MAKE) $(COV) all tests-unit tests-agent
	$(Q)COVER='$(COVER)' tests/coverage.sh

.PHONY: check-valgrind
check-valgrind:
	$(Q)tests/deps.sh build net valgrind
	$(Q)$(MAKE) all tests-net tests-agent
	$(Q)tests/valgrind.sh
