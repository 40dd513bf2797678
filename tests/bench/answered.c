/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * answered SOCKET|- PREFIX COMMAND...
 *
 * Runs the command in namespace PREFIX-gw and prints milliseconds from before
 * its exec until the control socket answers a request, or with "-" until the
 * command has ended; and its pid.
 */
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "start.h"

#define LIMIT_MS 10000

static double ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e3 + t.tv_nsec * 1e-6;
}

static int ask(const char *path)
{
	static const char line[] = "{\"v\":1,\"cmd\":\"show\",\"cam\":\"cam0\"}\n";
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), got = 0;
	char c;

	snprintf(to.sun_path, sizeof(to.sun_path), "%s", path);
	if (!connect(fd, (struct sockaddr *)&to, sizeof(to)) &&
	    write(fd, line, sizeof(line) - 1) == sizeof(line) - 1)
		got = read(fd, &c, 1) == 1;
	close(fd);
	return got;
}

int main(int argc, char **argv)
{
	const struct timespec pause_ns = { .tv_nsec = 200000 };
	int fd, status = 0;
	char path[256];
	double begin;
	pid_t pid;

	if (argc < 4)
		return 2;
	snprintf(path, sizeof(path), "/run/netns/%s-gw", argv[2]);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET)) {
		perror(path);
		return 2;
	}
	begin = ms();
	pid = start_quietly(argv + 3);
	if (!strcmp(argv[1], "-")) {
		if (waitpid(pid, &status, 0) != pid || status) {
			fprintf(stderr, "answered: the command failed\n");
			return 1;
		}
	} else {
		while (!ask(argv[1])) {
			if (ms() - begin > LIMIT_MS || waitpid(pid, &status, WNOHANG) == pid) {
				fprintf(stderr, "answered: nobody answers\n");
				return 1;
			}
			nanosleep(&pause_ns, NULL);
		}
	}
	printf("%.3f %d\n", ms() - begin, pid);
	return 0;
}
