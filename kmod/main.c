// SPDX-License-Identifier: GPL-2.0-only
/* Start and end of the module, and its parameters. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/string.h>
#include <linux/utsname.h>
#include <generated/utsrelease.h>
#include "counters.h"
#include "genl.h"
#include "guard.h"
#include "netns.h"
#include "param.h"

static bool public;
module_param(public, bool, 0444);
MODULE_PARM_DESC(public, "everybody may read the counters (default: CAP_NET_ADMIN and root only)");

bool cg_param_public(void)
{
	return public;
}

static int __init camgate_init(void)
{
	int ret;

	/*
	 * We look into structures whose layout each build of the kernel decides.
	 * With symbol versions, or by force, a module of another one loads.
	 */
	if (strcmp(init_utsname()->release, UTS_RELEASE)) {
		pr_err("built for %s, this is %s: not loaded\n", UTS_RELEASE,
		       init_utsname()->release);
		return -ENOEXEC;
	}
	if (!cg_counters_selftest())
		return -ENOTRECOVERABLE;
	ret = cg_netns_register();
	if (ret)
		goto err_netns;
	ret = cg_guard_register();
	if (ret)
		goto err_guard;
	ret = cg_genl_register();
	if (ret)
		goto err_genl;
	pr_info("%s loaded\n", CAMGATE_VERSION);
	return 0;

err_genl:
	cg_guard_unregister();
err_guard:
	cg_netns_unregister();
err_netns:
	return ret;
}

static void __exit camgate_exit(void)
{
	cg_genl_unregister();
	cg_guard_unregister();
	cg_netns_unregister();
}

module_init(camgate_init);
module_exit(camgate_exit);
MODULE_DESCRIPTION("camgate: counters of the cameras' packet path, and a guard for it");
MODULE_AUTHOR("camgate developers");
MODULE_LICENSE("GPL");
MODULE_VERSION(CAMGATE_VERSION);
