// SPDX-License-Identifier: GPL-2.0-only
/* Commits one fault when it is loaded: shows that a kernel of checkers is awake. */
#include <linux/compiler.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/timer.h>
#include "redzone.h"

#define SIZE 40

static char *fault = "none";
module_param(fault, charp, 0);
MODULE_PARM_DESC(fault, "which one");

static DEFINE_SPINLOCK(lock_a);
static DEFINE_SPINLOCK(lock_b);
static DEFINE_MUTEX(mutex);
static int __rcu *shared;

struct timed {
	struct timer_list timer;
};

/* A pointer of readers, looked at by none. */
static void rcu(void)
{
	pr_info("planted: %d\n", !!rcu_dereference(shared));
}

static void atomic(void)
{
	spin_lock(&lock_a);
	mutex_lock(&mutex);
	mutex_unlock(&mutex);
	spin_unlock(&lock_a);
}

static void both(spinlock_t *first, spinlock_t *second)
{
	spin_lock(first);
	spin_lock(second);
	spin_unlock(second);
	spin_unlock(first);
}

static void locks(void)
{
	both(&lock_a, &lock_b);
	both(&lock_b, &lock_a);
}

/* The compiler must not see where the memory comes from. */
static char *hidden(size_t size)
{
	char *p = kmalloc(size, GFP_KERNEL);

	OPTIMIZER_HIDE_VAR(p);
	return p;
}

static void bounds(void)
{
	char *p = hidden(SIZE);

	if (p)
		WRITE_ONCE(p[SIZE], 1);
	kfree(p);
}

static void freed(void)
{
	char *p = hidden(SIZE), *q = p;

	OPTIMIZER_HIDE_VAR(q);
	kfree(p);
	if (q)
		WRITE_ONCE(q[1], 1);
}

static void redzone(void)
{
	struct kmem_cache *cache = kmem_cache_create("planted", SIZE, 0, SLAB_RED_ZONE, NULL);
	char *p = cache ? kmem_cache_alloc(cache, GFP_KERNEL) : NULL;

	if (p) {
		planted_write(p + SIZE);
		kmem_cache_free(cache, p);
	}
	kmem_cache_destroy(cache);
}

static void expire(struct timer_list *timer)
{
}

static void timer(void)
{
	struct timed *t = kmalloc(sizeof(*t), GFP_KERNEL);

	if (!t)
		return;
	timer_setup(&t->timer, expire, 0);
	mod_timer(&t->timer, jiffies + 3600 * HZ);
	kfree(t);
}

static void leak(void)
{
	int i;

	/* More than one: the last may still stand in a register or on a stack. */
	for (i = 0; i < 64; i++)
		hidden(SIZE);
}

static void none(void)
{
	kfree(hidden(SIZE));
}

static const struct {
	const char *name;
	void (*commit)(void);
} faults[] = {
	{ "none", none },     { "rcu", rcu },	      { "atomic", atomic },
	{ "locks", locks },   { "redzone", redzone }, { "timer", timer },
	{ "bounds", bounds }, { "freed", freed },     { "leak", leak },
};

static int __init planted_init(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(faults); i++) {
		if (!strcmp(fault, faults[i].name)) {
			faults[i].commit();
			return 0;
		}
	}
	return -EINVAL;
}

static void __exit planted_exit(void)
{
}

module_init(planted_init);
module_exit(planted_exit);
MODULE_DESCRIPTION("faults that a kernel of checkers must find");
MODULE_LICENSE("GPL");
