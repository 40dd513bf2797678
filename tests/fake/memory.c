/* SPDX-License-Identifier: GPL-2.0-only */
/* malloc and its kin: counted, refused where asked for, and remembered by who called. */
#include <dlfcn.h>
#include <errno.h>
#include <grp.h>
#include <link.h>
#include <malloc.h>
#include <pwd.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "memory.h"

void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t each);
void *__libc_realloc(void *p, size_t n);
void __libc_free(void *p);

/* Before each piece, as aligned as malloc's own. */
struct head {
	struct head *next, *prev;
	void *caller;
	long call;
};
_Static_assert(sizeof(struct head) == 32, "what follows must stay aligned");

#define POISON 512

static struct head live = { &live, &live, NULL, 0 };
static int lock;
static long nlive, calls;
static int at, since, failed;
static bool armed, counts;
static long budget;
static struct {
	uintptr_t from, to;
} spared[4];
static int nspared;

static void take(void)
{
	while (__atomic_exchange_n(&lock, 1, __ATOMIC_ACQUIRE))
		;
}

static void give(void)
{
	__atomic_store_n(&lock, 0, __ATOMIC_RELEASE);
}

/* n more bytes, for whom? */
static bool refused(size_t n, const void *caller)
{
	uintptr_t by = (uintptr_t)caller;

	if (!armed || getpid() != (pid_t)syscall(SYS_gettid))
		return false;
	if (counts && (long)n <= budget)
		return false;
	for (int i = 0; i < nspared && !counts; i++)
		if (by >= spared[i].from && by < spared[i].to)
			return false;
	since++;
	if (!counts && since != at)
		return false;
	failed++;
	errno = ENOMEM;
	return true;
}

static void *enter(struct head *h, void *caller)
{
	if (!h)
		return NULL;
	take();
	h->caller = caller;
	h->call = ++calls;
	h->next = live.next;
	h->prev = &live;
	live.next->prev = h;
	live.next = h;
	nlive++;
	budget -= (long)malloc_usable_size(h);
	give();
	return h + 1;
}

static struct head *leave(void *p)
{
	struct head *h = (struct head *)p - 1;

	take();
	h->next->prev = h->prev;
	h->prev->next = h->next;
	nlive--;
	budget += (long)malloc_usable_size(h);
	give();
	return h;
}

void *malloc(size_t n)
{
	if (refused(n, __builtin_return_address(0)) || n > SIZE_MAX / 2)
		return NULL;
	return enter(__libc_malloc(n + sizeof(struct head)), __builtin_return_address(0));
}

void *calloc(size_t n, size_t each)
{
	size_t all;

	if (__builtin_mul_overflow(n, each, &all) || all > SIZE_MAX / 2 ||
	    refused(all, __builtin_return_address(0))) {
		errno = ENOMEM;
		return NULL;
	}
	return enter(__libc_calloc(1, all + sizeof(struct head)), __builtin_return_address(0));
}

void *realloc(void *p, size_t n)
{
	void *caller = __builtin_return_address(0);
	struct head *h;

	if (refused(n, caller) || n > SIZE_MAX / 2)
		return NULL;
	if (!p)
		return enter(__libc_malloc(n + sizeof(*h)), caller);
	return enter(__libc_realloc(leave(p), n + sizeof(*h)), caller);
}

void *reallocarray(void *p, size_t n, size_t each)
{
	size_t all;

	if (__builtin_mul_overflow(n, each, &all)) {
		errno = ENOMEM;
		return NULL;
	}
	return realloc(p, all);
}

void free(void *p)
{
	size_t n;

	if (!p)
		return;
	/* What is used after it shows. */
	n = malloc_usable_size((struct head *)p - 1);
	__libc_free(memset(leave(p), 0xdd, n < POISON ? n : POISON));
}

/* So that it is known for whom. */
char *strdup(const char *s)
{
	size_t n = strlen(s) + 1;
	void *p =
		refused(n, __builtin_return_address(0)) ?
			NULL :
			enter(__libc_malloc(n + sizeof(struct head)), __builtin_return_address(0));

	return p ? memcpy(p, s, n) : NULL;
}

int posix_memalign(void **ret, size_t align, size_t n)
{
	if (align > 16)
		return EINVAL;
	*ret = malloc(n);
	return *ret ? 0 : ENOMEM;
}

void *aligned_alloc(size_t align, size_t n)
{
	return align > 16 ? NULL : malloc(n);
}

/* Names of groups and users come from whatever modules the system has. */
struct group *getgrnam(const char *name)
{
	(void)name;
	return NULL;
}

struct passwd *getpwuid(uid_t uid)
{
	(void)uid;
	return NULL;
}

/* Waiting for a disk says nothing of memory. */
int fsync(int fd)
{
	(void)fd;
	return 0;
}

/* ---- what a test asks ---- */

static int range_find(struct dl_phdr_info *info, size_t size, void *ctx)
{
	uintptr_t from = UINTPTR_MAX, to = 0;

	(void)size;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];

		if (p->p_type != PT_LOAD)
			continue;
		if (info->dlpi_addr + p->p_vaddr < from)
			from = info->dlpi_addr + p->p_vaddr;
		if (info->dlpi_addr + p->p_vaddr + p->p_memsz > to)
			to = info->dlpi_addr + p->p_vaddr + p->p_memsz;
	}
	if ((uintptr_t)ctx < from || (uintptr_t)ctx >= to)
		return 0;
	spared[nspared].from = from;
	spared[nspared++].to = to;
	return 1;
}

void memory_spare(const void *function)
{
	dl_iterate_phdr(range_find, (void *)function);
}

void memory_fail(int nth)
{
	since = failed = 0;
	at = nth;
	counts = false;
	armed = true;
}

void memory_budget(long bytes)
{
	since = failed = 0;
	budget = bytes;
	counts = true;
	armed = true;
}

int memory_end(int *ret_failed)
{
	armed = false;
	if (ret_failed)
		*ret_failed = failed;
	return since;
}

long memory_live(void)
{
	return nlive;
}

long memory_calls(void)
{
	return calls;
}

void memory_tell(long since_call, int max)
{
	for (struct head *h = live.next; h != &live && max; h = h->next) {
		Dl_info info = { 0 };

		if (h->call <= since_call)
			continue;
		max--;
		dladdr(h->caller, &info);
		printf("# left: of call %ld, for %s+0x%lx (%s)\n", h->call,
		       info.dli_sname ? info.dli_sname : "?",
		       (unsigned long)((char *)h->caller - (char *)info.dli_fbase),
		       info.dli_fname ? info.dli_fname : "?");
	}
}
