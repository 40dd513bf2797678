/* SPDX-License-Identifier: GPL-2.0-only */
/* One conversation with the module, shared by kmodctl's parts. */
#ifndef CG_KMODCTL_H
#define CG_KMODCTL_H

#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <stdbool.h>

struct talk {
	struct nl_sock *sk;
	int family;
	const char *until;   /* a dump goes on after its first messages when this file is there */
	int messages;	     /* that were answers */
	int error;	     /* errno of the last answer */
	unsigned int offset; /* the attribute it is about; 0: none said */
	bool interrupted;
	bool done;
	bool quiet;
	char text[128]; /* the kernel's own words about it */
};

int talk_open(struct talk *t);
void talk_close(struct talk *t);
struct nl_msg *talk_msg(struct talk *t, int cmd, int flags);
int talk_send(struct talk *t, struct nl_msg *msg);

/* kmodctl_guard.c: errno of the answer. */
int guard_set(struct talk *t, int argc, char **argv);
int guard_many_macs(struct talk *t, int n);

/* kmodctl_bad.c: what must be refused; exit codes. */
int malformed(struct talk *t);
int fuzz(struct talk *t, long n, unsigned int seed);

#endif
