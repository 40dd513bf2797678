/* SPDX-License-Identifier: GPL-2.0-only */
/* What a service manager does to the agent by its unit: sockets kept for it, bounding set, system calls, families of sockets. */
/*
 * confine PRE CAPS CALLS DENIED FAMILIES COMMAND...: runs "PRE --raw-sockets"
 * free of all that ("-": nothing), then COMMAND in its own place, confined. CAPS
 * and FAMILIES are numbers with commas between them ("-": none), CALLS and DENIED
 * files of system calls' numbers, one a line: allowed, and answered by EPERM. Any
 * other ends the process, so that what is missing is seen.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define KEPT	8
#define FIRST	3 /* of what a service manager gives */
#define FILTERS 2048

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#else
#error which
#endif

static int kept[KEPT], nkept;
static char names[KEPT * 64];
static struct sock_filter code[FILTERS];
static unsigned short ncode;

static void die(const char *what)
{
	perror(what);
	exit(125);
}

static void keep(const char *text, int fd)
{
	const char *name = strstr(text, "FDNAME=");

	if (!strstr(text, "FDSTORE=1") || !name || nkept == KEPT) {
		close(fd); /* a barrier waits for this */
		return;
	}
	if (nkept)
		strcat(names, ":");
	strncat(names, name + 7, strcspn(name + 7, "\n"));
	kept[nkept++] = fd;
}

static void told(int s)
{
	char text[512], control[CMSG_SPACE(sizeof(int) * 4)];
	struct iovec iov = { text, sizeof(text) - 1 };
	struct msghdr msg = { .msg_iov = &iov,
			      .msg_iovlen = 1,
			      .msg_control = control,
			      .msg_controllen = sizeof(control) };
	ssize_t n = recvmsg(s, &msg, MSG_DONTWAIT);
	int fd;

	if (n < 0)
		return;
	text[n] = '\0';
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&msg); c; c = CMSG_NXTHDR(&msg, c))
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS) {
			memcpy(&fd, CMSG_DATA(c), sizeof(fd));
			keep(text, fd);
		}
}

static void prepare(const char *pre)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int s = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), status;
	struct pollfd p = { .fd = s, .events = POLLIN };
	char path[64];
	pid_t pid;

	/* Abstract: nothing may be written here. */
	snprintf(path, sizeof(path), "@confine-%d", (int)getpid());
	memcpy(sun.sun_path + 1, path + 1, strlen(path) - 1);
	if (s < 0 || bind(s, (struct sockaddr *)&sun,
			  (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path))) < 0)
		die("notify socket");
	setenv("NOTIFY_SOCKET", path, 1);
	pid = fork();
	if (!pid) {
		execl(pre, pre, "--foreground", "--raw-sockets", NULL);
		_exit(127);
	}
	while (!waitpid(pid, &status, WNOHANG))
		if (poll(&p, 1, 20) > 0)
			told(s);
	while (poll(&p, 1, 0) > 0)
		told(s);
	unsetenv("NOTIFY_SOCKET");
	close(s);
	if (status)
		fprintf(stderr, "confine: %s --raw-sockets ended with %d\n", pre, status);
}

/* Where the agent looks for them: from FIRST on. */
static void hand_over(void)
{
	char text[32];
	int high[KEPT];

	for (int i = 0; i < nkept; i++)
		high[i] = fcntl(kept[i], F_DUPFD_CLOEXEC, FIRST + KEPT);
	for (int i = 0; i < nkept; i++)
		if (dup2(high[i], FIRST + i) < 0)
			die("dup2");
	snprintf(text, sizeof(text), "%d", nkept);
	setenv("LISTEN_FDS", text, 1);
	snprintf(text, sizeof(text), "%d", (int)getpid());
	setenv("LISTEN_PID", text, 1);
	setenv("LISTEN_FDNAMES", names, 1);
}

static int listed(const char *list, int nr)
{
	char *end;

	for (const char *p = list; *p && *p != '-'; p = *end ? end + 1 : end)
		if (strtol(p, &end, 10) == nr)
			return 1;
	return 0;
}

static void emit(unsigned short op, unsigned int k, unsigned char jt, unsigned char jf)
{
	if (ncode == FILTERS)
		die("too many system calls");
	code[ncode++] = (struct sock_filter){ op, jt, jf, k };
}

static void emit_file(const char *path, unsigned int ret)
{
	FILE *f = fopen(path, "re");
	unsigned int nr;

	if (!f)
		die(path);
	while (fscanf(f, "%u", &nr) == 1) {
		emit(BPF_JMP | BPF_JEQ | BPF_K, nr, 0, 1);
		emit(BPF_RET | BPF_K, ret, 0, 0);
	}
	fclose(f);
}

static void calls(const char *allowed, const char *denied, const char *families)
{
	struct sock_fprog prog = { .filter = code };

	emit(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch), 0, 0);
	emit(BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0);
	emit(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS, 0, 0);
	emit(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr), 0, 0);
	emit_file(denied, SECCOMP_RET_ERRNO | EPERM);
	emit(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 0);
	unsigned short jump = (unsigned short)(ncode - 1);
	emit(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0]), 0, 0);
	for (int i = 0; i < AF_MAX; i++)
		if (listed(families, i)) {
			emit(BPF_JMP | BPF_JEQ | BPF_K, (unsigned int)i, 0, 1);
			emit(BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
		}
	emit(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EAFNOSUPPORT, 0, 0);
	code[jump].jf = (unsigned char)(ncode - jump - 1);
	emit_file(allowed, SECCOMP_RET_ALLOW);
	emit(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS, 0, 0);
	prog.len = ncode;
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog) < 0)
		die("seccomp");
}

int main(int argc, char **argv)
{
	if (argc < 7)
		return 2;
	if (strcmp(argv[1], "-")) {
		prepare(argv[1]);
		hand_over();
	}
	for (int nr = 0; prctl(PR_CAPBSET_READ, nr, 0, 0, 0) >= 0; nr++)
		if (!listed(argv[2], nr) && prctl(PR_CAPBSET_DROP, nr, 0, 0, 0) < 0)
			die("bounding set");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		die("no_new_privs");
	calls(argv[3], argv[4], argv[5]);
	execv(argv[6], argv + 6);
	die(argv[6]);
}
