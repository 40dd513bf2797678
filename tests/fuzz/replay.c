/* SPDX-License-Identifier: GPL-2.0-only */
/* The main() of a target where there is no libFuzzer: reads each file and each folder's files named, and hands them over. */
#include <dirent.h>
#include <errno.h>
#include "fuzz.h"

#define LONGEST (1024 * 1024)

static unsigned long done;

__attribute__((weak)) int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	return 0;
}

static void replay_file(const char *path)
{
	static uint8_t buf[LONGEST];
	FILE *f = fopen(path, "rbe");
	uint8_t *bytes;
	size_t n;

	if (!f) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		exit(EXIT_FAILURE);
	}
	n = fread(buf, 1, sizeof(buf), f);
	fclose(f);
	fprintf(stderr, "Running: %s\n", path);
	bytes = fuzz_bytes(buf, n);
	(void)LLVMFuzzerTestOneInput(bytes, n);
	free(bytes);
	done++;
}

static void replay(const char *path)
{
	DIR *d = opendir(path);
	struct dirent *e;
	char in[4096];

	if (!d) {
		replay_file(path);
		return;
	}
	while ((e = readdir(d)))
		if (e->d_name[0] != '.' &&
		    snprintf(in, sizeof(in), "%s/%s", path, e->d_name) < (int)sizeof(in))
			replay(in);
	closedir(d);
}

int main(int argc, char **argv)
{
	(void)LLVMFuzzerInitialize(&argc, &argv);
	for (int i = 1; i < argc; i++)
		if (argv[i][0] != '-')
			replay(argv[i]);
	fprintf(stderr, "stat::number_of_executed_units: %lu\n", done);
	return EXIT_SUCCESS;
}
