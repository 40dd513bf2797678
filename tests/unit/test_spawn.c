/* SPDX-License-Identifier: GPL-2.0-only */
/* Programs that are started, by the real kernel: what they get, what they may do, and sockets that hear nothing. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <arpa/inet.h>
#include <unistd.h>
#include "../../agent/kern/caps.h"
#include "../../agent/kern/inject.h"
#include "../../agent/kern/spawn.h"
#include "unit.h"

#define SH "/bin/sh"

static char *const envp[] = { (char *)"PATH=/usr/bin:/bin", NULL };

/* Runs a script with text as its input; its output, and how it ended. */
static const char *run(const char *script, const char *text, uint64_t caps, int *ret_status)
{
	static char buf[4096];
	char *const argv[] = { (char *)"sh", (char *)"-c", (char *)script, NULL };
	int in = memfd_create("in", MFD_CLOEXEC), out = memfd_create("out", MFD_CLOEXEC);
	const struct cg_spawn s = {
		.path = SH, .argv = argv, .envp = envp, .in = in, .out = out, .caps = caps
	};
	pid_t pid = 0;
	ssize_t n;

	ck_assert_int_eq(write(in, text, strlen(text)), (ssize_t)strlen(text));
	lseek(in, 0, SEEK_SET);
	ck_assert_int_eq(cg_spawn(&s, &pid), 0);
	ck_assert_int_eq(waitpid(pid, ret_status, 0), pid);
	n = pread(out, buf, sizeof(buf) - 1, 0);
	buf[n > 0 ? n : 0] = '\0';
	close(in);
	close(out);
	return buf;
}

START_TEST(input_output_and_end)
{
	int status;

	ck_assert_str_eq(run("cat; echo err >&2; exit 7", "text\n", 0, &status), "text\nerr\n");
	ck_assert_int_eq(WEXITSTATUS(status), 7);
}
END_TEST

START_TEST(what_is_not_there)
{
	char *const argv[] = { (char *)"x", NULL };
	const struct cg_spawn s = { .path = "/nowhere/x", .argv = argv, .envp = envp, .out = -1 };
	pid_t pid = -5;

	UNIT_KERNEL_HAS("vfork that shares memory");
	ck_assert_int_eq(cg_spawn(&s, &pid), -ENOENT);
	ck_assert_int_eq(pid, -5);
	/* Nothing is left to be waited for. */
	ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
}
END_TEST

START_TEST(with_the_standard_ones_closed)
{
	int status, keep[3];
	const char *got;
	char copy[64];

	for (int i = 0; i < 3; i++) {
		keep[i] = fcntl(i, F_DUPFD_CLOEXEC, 10);
		close(i);
	}
	got = run("cat", "x\n", 0, &status);
	snprintf(copy, sizeof(copy), "%s", got);
	for (int i = 0; i < 3; i++)
		dup2(keep[i], i);
	ck_assert_str_eq(copy, "x\n");
}
END_TEST

START_TEST(fresh_signals_and_no_descriptors)
{
	int status, fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 77), more;
	/* Two signals are libc's own: whoever started us may have them ignored. */
	const unsigned long long libcs = 3ULL << 31;
	unsigned long long blocked = 1, ignored = 1;
	sigset_t usr1, was;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&usr1);
	sigaddset(&usr1, SIGUSR1);
	sigprocmask(SIG_BLOCK, &usr1, &was);
	ck_assert_int_eq(sscanf(run("grep -E '^Sig(Blk|Ign)' /proc/self/status", "", 0, &status),
				"SigBlk: %llx SigIgn: %llx", &blocked, &ignored),
			 2);
	ck_assert_uint_eq(blocked, 0);
	ck_assert_uint_eq(ignored & ~libcs, 0);
	/* Ours are as they were. */
	sigprocmask(SIG_SETMASK, &was, &usr1);
	ck_assert(sigismember(&usr1, SIGUSR1));
	ck_assert_int_eq(sigismember(&usr1, SIGUSR2), 0);
	ck_assert_int_eq(fd, 77);
	more = fcntl(STDERR_FILENO, F_DUPFD, 78);
	ck_assert_str_eq(run("ls /proc/self/fd | grep '7[78]'", "", 0, &status), "78\n");
	close(more);
	close(fd);
}
END_TEST

START_TEST(capabilities)
{
	int status;
	const char *got;

	if (geteuid())
		return;
	ck_assert_str_eq(run("grep -E '^(CapPrm|CapEff|NoNew)' /proc/self/status", "", 0, &status),
			 "CapPrm:\t0000000000000000\nCapEff:\t0000000000000000\nNoNewPrivs:\t1\n");
	got = run("grep -E '^(CapPrm|CapEff|NoNew)' /proc/self/status", "", CG_CAP(CAP_NET_ADMIN),
		  &status);
	ck_assert_str_eq(got,
			 "CapPrm:\t0000000000001000\nCapEff:\t0000000000001000\nNoNewPrivs:\t1\n");
	/* Ours are untouched: what it starts gets none of what it took away. */
	ck_assert_int_eq(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), 0);
}
END_TEST

START_TEST(dropped_for_good)
{
	int status;

	if (geteuid())
		return;
	ck_assert_int_eq(cg_caps_drop(CG_CAP(CAP_NET_ADMIN) | CG_CAP(CAP_CHOWN)), 0);
	ck_assert_str_eq(run("grep -E '^Cap(Prm|Bnd)' /proc/self/status", "", ~0ULL, &status),
			 "CapPrm:\t0000000000001001\nCapBnd:\t0000000000001001\n");
	ck_assert_int_lt(cg_inject_socket(0), 0);
	/* What is not ours cannot be kept. */
	ck_assert_int_eq(cg_caps_limit(CG_CAP(CAP_NET_RAW)), 0);
	ck_assert_str_eq(run("grep -E '^CapPrm' /proc/self/status", "", ~0ULL, &status),
			 "CapPrm:\t0000000000000000\n");
}
END_TEST

/* Frames that come in by the loopback while one is sent to it. */
static int heard(int fd)
{
	struct sockaddr_ll ll = { .sll_family = AF_PACKET,
				  .sll_protocol = htons(ETH_P_ALL),
				  .sll_ifindex = (int)if_nametoindex("lo") };
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons(9),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), n;

	ck_assert_int_eq(bind(fd, (struct sockaddr *)&ll, sizeof(ll)), 0);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(sendto(udp, "x", 1, 0, (struct sockaddr *)&to, sizeof(to)), 1);
	close(udp);
	n = poll(&p, 1, 100);
	return n;
}

START_TEST(sockets_hear_nothing)
{
	int plain, deaf;

	UNIT_KERNEL_HAS("filters on sockets");
	if (geteuid())
		return;
	plain = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	deaf = cg_inject_socket(2);
	ck_assert_int_ge(plain, 0);
	ck_assert_int_ge(deaf, 0);
	ck_assert_int_eq(heard(plain), 1);
	ck_assert_int_eq(heard(deaf), 0);
	/* And whoever holds it cannot change that. */
	ck_assert_int_lt(setsockopt(deaf, SOL_SOCKET, SO_DETACH_FILTER, &plain, sizeof(plain)), 0);
	close(plain);
	close(deaf);
}
END_TEST

int main(void)
{
	return UNIT_RUN("spawn", 20, input_output_and_end, what_is_not_there,
			with_the_standard_ones_closed, fresh_signals_and_no_descriptors,
			capabilities, dropped_for_good, sockets_hear_nothing);
}
