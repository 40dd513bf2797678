/* SPDX-License-Identifier: GPL-2.0-only */
/* Prints CLOCK_MONOTONIC, CLOCK_BOOTTIME and CLOCK_REALTIME, or runs a command and notes when. */
#include "clock.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * nowns                     -> "MONO BOOT REAL"
 * nowns -o FILE COMMAND...  -> FILE holds "T0 T1 MS STATUS": T0 just before exec
 *                              in the child, T1 when its end was seen.
 */
int main(int argc, char **argv)
{
	uint64_t *t0, t1;
	int status, code;
	pid_t pid;
	FILE *out;

	if (argc == 1) {
		uint64_t mono = now_ns(), boot = clock_ns(CLOCK_BOOTTIME);
		uint64_t real = clock_ns(CLOCK_REALTIME);

		printf("%llu %llu %llu\n", (unsigned long long)mono, (unsigned long long)boot,
		       (unsigned long long)real);
		return 0;
	}
	if (argc < 4 || strcmp(argv[1], "-o")) {
		fprintf(stderr, "usage: nowns [-o FILE COMMAND...]\n");
		return 2;
	}
	t0 = mmap(NULL, sizeof(*t0), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (t0 == MAP_FAILED) {
		perror("nowns: mmap");
		return 1;
	}
	pid = fork();
	if (pid < 0) {
		perror("nowns: fork");
		return 1;
	}
	if (!pid) {
		*t0 = now_ns();
		execvp(argv[3], argv + 3);
		fprintf(stderr, "nowns: %s: %s\n", argv[3], strerror(errno));
		_exit(127);
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	t1 = now_ns();
	code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	out = fopen(argv[2], "w");
	if (!out) {
		fprintf(stderr, "nowns: %s: %s\n", argv[2], strerror(errno));
		return 1;
	}
	fprintf(out, "%llu %llu %.3f %d\n", (unsigned long long)*t0, (unsigned long long)t1,
		(double)(t1 - *t0) / 1e6, code);
	if (fclose(out)) {
		perror("nowns: write");
		return 1;
	}
	return code;
}
