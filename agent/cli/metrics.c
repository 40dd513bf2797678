/* SPDX-License-Identifier: GPL-2.0-only */
/* Families and samples, by the grammar of OpenMetrics 1.0 or of Prometheus' text format 0.0.4. */
#include "metrics.h"
#include <stdio.h>

static const char *suffix(enum cg_metric type)
{
	return type == CG_METRIC_COUNTER ? "_total" : type == CG_METRIC_INFO ? "_info" : "";
}

static const char *word(enum cg_metric type, bool classic)
{
	static const char *const open[] = { "gauge", "counter", "stateset", "info" };

	if (classic && type != CG_METRIC_COUNTER)
		return "gauge";
	return open[type];
}

void cg_metrics_family(struct cg_metrics *m, const char *name, enum cg_metric type,
		       const char *unit, const char *help)
{
	/* There a family has its samples' name. */
	const char *tail = m->classic ? suffix(type) : "";

	m->type = type;
	(void)snprintf(m->family, sizeof(m->family), "%s", name);
	(void)fprintf(m->out, "# TYPE %s%s %s\n", name, tail, word(type, m->classic));
	if (unit && !m->classic)
		(void)fprintf(m->out, "# UNIT %s %s\n", name, unit);
	(void)fprintf(m->out, "# HELP %s%s %s\n", name, tail, help);
}

static void put_value(FILE *out, const char *s)
{
	for (; *s; s++) {
		if (*s == '\n') {
			(void)fputs("\\n", out);
			continue;
		}
		if (*s == '"' || *s == '\\')
			(void)fputc('\\', out);
		(void)fputc(*s, out);
	}
}

void cg_metrics_sample(const struct cg_metrics *m, const struct cg_label *labels, size_t n,
		       int64_t value)
{
	(void)fprintf(m->out, "%s%s", m->family, suffix(m->type));
	for (size_t i = 0; i < n; i++) {
		(void)fprintf(m->out, "%c%s=\"", i ? ',' : '{', labels[i].name);
		put_value(m->out, labels[i].value);
		(void)fputc('"', m->out);
	}
	(void)fprintf(m->out, "%s %lld\n", n ? "}" : "", (long long)value);
}

void cg_metrics_end(const struct cg_metrics *m)
{
	if (!m->classic)
		(void)fputs("# EOF\n", m->out);
}
