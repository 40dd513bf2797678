/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Figures for monitoring as text, in one of two forms of the same: OpenMetrics 1.0, which
 * scrapers ask for, and Prometheus' text format 0.0.4, which textfile collectors read.
 */
#ifndef CG_METRICS_H
#define CG_METRICS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum cg_metric {
	CG_METRIC_GAUGE,
	CG_METRIC_COUNTER,  /* its samples end in _total */
	CG_METRIC_STATESET, /* a sample a state, of which the label bears the family's name */
	CG_METRIC_INFO,	    /* its samples end in _info and are 1 */
};

struct cg_metrics {
	FILE *out;	 /* the caller's */
	bool classic;	 /* Prometheus' text format */
	char family[96]; /* the one that samples follow of */
	enum cg_metric type;
};

struct cg_label {
	const char *name, *value;
};

/* A family begins; its samples follow before the next one. name as OpenMetrics has it, without
 * the suffix of its samples; unit: the last word of name, or NULL. */
void cg_metrics_family(struct cg_metrics *m, const char *name, enum cg_metric type,
		       const char *unit, const char *help);
/* labels: n of them; any text, which is escaped. */
void cg_metrics_sample(const struct cg_metrics *m, const struct cg_label *labels, size_t n,
		       int64_t value);
void cg_metrics_end(const struct cg_metrics *m);

#endif
