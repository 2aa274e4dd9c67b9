/* SPDX-License-Identifier: MIT */
#include <mm/data_and_stack_do_not_execute.c>
