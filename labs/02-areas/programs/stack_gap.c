/* SPDX-License-Identifier: MIT */
#include <mm/stack_keeps_gap_below.c>
