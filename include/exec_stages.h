/* SPDX-License-Identifier: MIT */
/*
 * The stages of an exec in their order, with their names. exec-failed may come after any other; it
 * is the last here. X(constant, name, Linux's function for it). first-user makes no record, because
 * no kernel code runs there: GDB stops before the first instruction of the program, which then
 * faults in its own page.
 */
#ifndef EXEC_STAGES_H
#define EXEC_STAGES_H

/* clang-format off */
#define EXEC_STAGES(X) \
	X(MM_INIT,		"mm-init",		"bprm_mm_init") \
	X(COPY_STRINGS,		"copy-strings",		"do_execveat_common") \
	X(OPEN,			"open",			"do_open_execat") \
	X(SEARCH_HANDLER,	"search-handler",	"search_binary_handler") \
	X(LOAD_SCRIPT,		"load-script",		"load_script") \
	X(LOAD_ELF,		"load-elf",		"load_elf_binary") \
	X(BEGIN_NEW_EXEC,	"begin-new-exec",	"begin_new_exec") \
	X(SETUP_NEW_EXEC,	"setup-new-exec",	"setup_new_exec") \
	X(ARG_PAGES,		"arg-pages",		"setup_arg_pages") \
	X(MAP_SEGMENTS,		"map-segments",		"elf_map") \
	X(SET_BRK,		"set-brk",		"set_brk") \
	X(MAP_INTERP,		"map-interp",		"load_elf_interp") \
	X(VDSO,			"vdso",			"arch_setup_additional_pages") \
	X(CREATE_TABLES,	"create-tables",	"create_elf_tables") \
	X(START_THREAD,		"start-thread",		"start_thread") \
	X(FIRST_USER,		"first-user",		"the program") \
	X(FIRST_FAULT,		"first-fault",		"exc_page_fault") \
	X(EXEC_FAILED,		"exec-failed",		"bprm_execve")
/* clang-format on */

enum exec_stage {
#define X(constant, name, function) EXEC_STAGE_##constant,
	EXEC_STAGES(X)
#undef X
		NR_EXEC_STAGES
};

#endif
