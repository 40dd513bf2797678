/* SPDX-License-Identifier: GPL-2.0-only */
/* A kernel at the other end of every netlink socket, that answers with the fuzzer's bytes. */
#ifndef CG_FUZZ_KERNEL_H
#define CG_FUZZ_KERNEL_H

#include "fuzz.h"

/*
 * What sockets read from now on: datagrams made of these bytes, lengths filled
 * in; a socket that finds none left hears that it has to wait. One byte says
 * what comes:
 *   0x00-0xef  an attribute of that number: a byte of length, so many bytes
 *   0xf0 N     an attribute of number N opens, for what follows to be in
 *   0xf1       the innermost one ends
 *   0xf2       a message: two bytes of type, one of flags, one of length, so
 *              many bytes of header
 *   0xf3       the datagram ends
 *   others     a byte of length, so many bytes as they are
 */
void kernel_says(const uint8_t *data, size_t size);
/* Every byte has been read. */
bool kernel_done(void);

#endif
