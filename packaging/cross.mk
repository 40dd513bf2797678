# SPDX-License-Identifier: GPL-2.0-only
# Building for another machine; included by the Makefile before anything else is chosen.

# CROSS_COMPILE=aarch64-linux-gnu- is the prefix of compiler and binutils. SYSROOT=DIR holds that
# machine's headers and libraries (packaging/sysroot.sh makes one of Debian's packages).
ifneq ($(CROSS_COMPILE),)
ifneq ($(filter default undefined,$(origin CC)),)
CC := $(CROSS_COMPILE)gcc
endif
ifneq ($(filter default undefined,$(origin AR)),)
# That of gcc knows what -flto leaves.
AR := $(CROSS_COMPILE)gcc-ar
endif
STRIP ?= $(CROSS_COMPILE)strip
B ?= build/$(CROSS_COMPILE:%-=%)
endif
STRIP ?= strip

MULTIARCH := $(shell $(CC) -print-multiarch)
ifneq ($(SYSROOT),)
override SYSROOT := $(abspath $(SYSROOT))
PKG_CONFIG_DIRS := $(addprefix $(SYSROOT)/usr/,lib/$(MULTIARCH)/pkgconfig lib/pkgconfig share/pkgconfig)
empty :=
PKG_CONFIG := env PKG_CONFIG_SYSROOT_DIR=$(SYSROOT) PKG_CONFIG_PATH= \
	PKG_CONFIG_LIBDIR=$(subst $(empty) $(empty),:,$(PKG_CONFIG_DIRS)) $(or $(PKG_CONFIG),pkg-config)
CC += --sysroot=$(SYSROOT)
BPF_SYSTEM := -isystem $(SYSROOT)/usr/include
endif

# Programs run in the byte order of the kernel that they are loaded into; headers of MIPS ask for
# it by a name that the compiler for BPF does not know.
CC_ORDER := $(shell $(CC) -dM -E - </dev/null | sed -n 's/^#define __BYTE_ORDER__ //p; s/^#define \(__MIPSE[BL]__\) .*/\1/p')
BPF_TARGET := $(if $(findstring BIG,$(CC_ORDER)),bpfeb,bpfel)
BPF_ORDER := $(addprefix -D,$(filter __MIPSE%,$(CC_ORDER)))
