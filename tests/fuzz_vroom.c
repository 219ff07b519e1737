/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fuzz_format.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_format(&format_vroom, data, size);
	return 0;
}
