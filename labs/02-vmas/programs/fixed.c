/* SPDX-License-Identifier: MIT */
#include <mm/fixed_replaces_noreplace_refuses.c>
