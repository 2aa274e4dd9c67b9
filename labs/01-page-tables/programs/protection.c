/* SPDX-License-Identifier: MIT */
#include <mm/protection_faults_tell_accerr.c>
