/* SPDX-License-Identifier: GPL-2.0-only */
/* A table in the order in which topics were first wanted. */
#include <errno.h>
#include <string.h>
#include "retained.h"

void cg_mqtt_retained_begin(struct cg_mqtt_retained *r, enum cg_mqtt_group group)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->v[i].group == group)
			r->v[i].wanted = false;
	r->at = 0;
}

static struct cg_mqtt_topic *find(struct cg_mqtt_retained *r, const char *name)
{
	for (size_t i = 0; i < r->n; i++) {
		struct cg_mqtt_topic *t = &r->v[(r->at + i) % r->n];

		if (strcmp(t->name, name) != 0)
			continue;
		r->at = (r->at + i + 1) % r->n;
		return t;
	}
	return NULL;
}

static struct cg_mqtt_topic *add(struct cg_mqtt_retained *r, enum cg_mqtt_group group,
				 const char *name)
{
	struct cg_mqtt_topic *v = reallocarray(r->v, r->n + 1, sizeof(*v));
	char *copy = strdup(name);

	if (v)
		r->v = v;
	if (!v || !copy) {
		free(copy);
		return NULL;
	}
	v[r->n] = (struct cg_mqtt_topic){ .name = copy, .group = group };
	return &v[r->n++];
}

int cg_mqtt_retained_want(struct cg_mqtt_retained *r, enum cg_mqtt_group group, const char *name,
			  char *text)
{
	struct cg_mqtt_topic *t = find(r, name);

	if (!t && text)
		t = add(r, group, name);
	if (!t || !text) {
		if (t)
			t->wanted = true;
		free(text);
		return -ENOMEM;
	}
	t->wanted = true;
	if (t->text && !strcmp(t->text, text)) {
		free(text);
		return 0;
	}
	free(t->text);
	t->text = text;
	t->sent = false;
	return 0;
}

void cg_mqtt_retained_end(struct cg_mqtt_retained *r, enum cg_mqtt_group group)
{
	for (size_t i = 0; i < r->n; i++) {
		struct cg_mqtt_topic *t = &r->v[i];

		if (t->group != group || t->wanted || !t->text)
			continue;
		free(TAKE_PTR(t->text));
		t->sent = false;
	}
}

void cg_mqtt_retained_lost(struct cg_mqtt_retained *r, enum cg_mqtt_group group)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->v[i].group == group)
			r->v[i].sent = false;
}

const struct cg_mqtt_topic *cg_mqtt_retained_next(const struct cg_mqtt_retained *r)
{
	for (size_t i = 0; i < r->n; i++)
		if (!r->v[i].sent)
			return &r->v[i];
	return NULL;
}

void cg_mqtt_retained_sent(struct cg_mqtt_retained *r, const struct cg_mqtt_topic *topic)
{
	size_t i = (size_t)(topic - r->v);

	r->v[i].sent = true;
	if (r->v[i].text)
		return;
	free(r->v[i].name);
	memmove(&r->v[i], &r->v[i + 1], (r->n - i - 1) * sizeof(*r->v));
	r->n--;
	r->at = 0;
}

void cg_mqtt_retained_clear(struct cg_mqtt_retained *r)
{
	for (size_t i = 0; i < r->n; i++) {
		free(r->v[i].name);
		free(r->v[i].text);
	}
	free(r->v);
	*r = (struct cg_mqtt_retained){ 0 };
}
