/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/build.h"

void
build_set(json_t **obj, const char *name, json_t *value)
{
	if (json_object_set_new(*obj, name, value) == 0)
		return;
	json_decref(*obj);
	*obj = NULL;
}

void
build_add(json_t **list, json_t *value)
{
	if (json_array_append_new(*list, value) == 0)
		return;
	json_decref(*list);
	*list = NULL;
}
