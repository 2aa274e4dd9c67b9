/* SPDX-License-Identifier: MIT */
#include <mm/zero_page_then_write_is_private.c>
