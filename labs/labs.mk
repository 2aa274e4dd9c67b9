# The targets of the labs and exercises; the Makefile at the top includes this file.

# ---- course assignments ---------------------------------------------------------

# The programs of the labs are static: the machine that runs them has no libraries.
LABCC	= $(CC) -std=gnu11 -O1 -Wall -Wextra $(filter -Wno-%,$(STARTER)) -Ilabs/kit -Iuser -Itests/guest
build/labs/%: labs/%.c user/mini.h $(wildcard labs/*/programs/*.h labs/kit/*.h tests/guest/*.h)
	@mkdir -p $(@D)
	@echo "  LAB   $<"
	@$(LABCC) -o $@ $< $$($(FLAGS_OF) $< | grep . || echo -static)
build/labs/kit/labrun: labs/kit/labrun.c user/mini.h
	@mkdir -p $(@D)
	@echo "  LAB   $<"
	@$(CC) -std=gnu11 -Os -Wall -Wextra -static -nostdlib -ffreestanding -fno-pie -no-pie -fno-stack-protector \
		-fcf-protection=none -Iuser -Wl,--build-id=none,-Ttext-segment=0x20000000 -o $@ $<
build/labs/kit/offsets.o: labs/kit/offsets.c $(STAMP)
	@mkdir -p $(@D)
	@$(CC) $(CFLAGS) -MMD -MP -c -o $@ $<

grade: ## grade the labs: host tests, then a machine for each test (LAB=N, TEST=name, GRADEFLAGS='--junit FILE')
	@tools/deps.sh run grade
	@$(MAKE) do-grade
do-grade:
	@/usr/bin/python3 tools/labs/grade/grade.py $(if $(LAB),--lab $(LAB)) $(if $(TEST),--test $(TEST)) $(GRADEFLAGS)

# For the grader: what the compiler says of FILES, compiled before or not.
warnings:
	@for f in $(filter-out labs/%,$(FILES)); do $(CC) $(CFLAGS) $(HERE) -S -o /dev/null $$f; done
	@for f in $(filter labs/%,$(FILES)); do $(LABCC) -S -o /dev/null $$f; done

debug-test: ## debug one lab test: GDB at the failing check of a host test, or its machine for 'make gdb' (TEST=name)
	@tools/deps.sh run debug grade
	@$(MAKE) do-debug-test
do-debug-test: build/arch/x86/vdso/vdso.debug
	@GDBFLAGS=$(call quote,$(GDBFLAGS)) /usr/bin/python3 tools/labs/grade/debug_test.py $(call quote,$(TEST))

# What students see says which check failed, not what was expected.
HIDE	= $(if $(filter yes,$(HIDE_EXPECTED)),--hide-expected)
lab: ## a starter for students: N=4 OUT=dir [SEED=n] [EARLIER=cut] [HIDE_EXPECTED=yes]
	@test -f tools/labs/author/lab.py || { echo "lab: this is a starter itself: labs are made from the finished source" >&2; exit 2; }
	@tools/deps.sh run grade
	@$(MAKE) do-lab
do-lab: build/exon.elf
	@/usr/bin/python3 tools/labs/author/lab.py --lab $(call quote,$(N)) --out $(call quote,$(OUT)) $(if $(SEED),--seed $(SEED)) \
		$(if $(filter cut,$(EARLIER)),--cut-earlier) $(HIDE)

# `make grade-class submissions N=4` is the same as with DIR=submissions.
ifeq ($(firstword $(MAKECMDGOALS)),grade-class)
DIR	?= $(word 2,$(MAKECMDGOALS))
endif
CLASS	= --lab $(call quote,$(N)) $(if $(SEED),--seed $(SEED)) $(if $(filter cut,$(EARLIER)),--cut-earlier) $(HIDE)
grade-class: ## grade a folder of submissions: DIR=submissions N=4 [SEED=n] [EARLIER=cut] [CSV=out.csv] [JOBS=n] [HIDE_EXPECTED=yes]
	@$(if $(and $(DIR),$(N)),,echo "usage: make grade-class DIR=submissions N=4 [SEED=n] [EARLIER=cut] [CSV=out.csv] [JOBS=n] [HIDE_EXPECTED=yes]" >&2; exit 2)
	@tools/deps.sh run grade
	@$(MAKE) do-grade-class DIR=$(call quote,$(DIR))
do-grade-class: build/exon.elf
	@/usr/bin/python3 tools/labs/class/classroom.py class $(CLASS) --dir $(call quote,$(DIR)) --csv $(call quote,$(or $(CSV),grades.csv)) \
		$(if $(JOBS),--jobs $(JOBS))

gradescope-zip: ## an autograder to upload to Gradescope: N=4 ZIP=out.zip [SEED=n] [EARLIER=cut] [HIDE_EXPECTED=yes]
	@$(if $(and $(N),$(ZIP)),,echo "usage: make gradescope-zip N=4 ZIP=out.zip [SEED=n] [EARLIER=cut] [HIDE_EXPECTED=yes]" >&2; exit 2)
	@tools/deps.sh run grade
	@$(MAKE) do-gradescope-zip
do-gradescope-zip: build/exon.elf
	@/usr/bin/python3 tools/labs/class/classroom.py zip $(CLASS) --out $(call quote,$(ZIP))

.PHONY: grade do-grade warnings debug-test do-debug-test lab do-lab grade-class do-grade-class gradescope-zip do-gradescope-zip

# ---- predict, then run ----------------------------------------------------

predict: ## PROG=/bin/true: predict its maps lines, then boot and compare (FILES='a.out dir': your own programs; GUESS=file CMDLINE='words')
	@$(if $(PROG),,echo "usage: make predict PROG=/bin/true [FILES='a.out dir'] [GUESS=file] [CMDLINE='words']" >&2; exit 2)
	@tools/deps.sh run debug $(DEPS_OF_FILES)
	@$(MAKE) do-predict
do-predict: build/exon.elf $(TREE)
	@/usr/bin/python3 tools/labs/predict/predict.py $(OWN) --guess=$(call quote,$(GUESS)) --cmdline=$(call quote,$(CMDLINE)) -- $(call quote,$(PROG))

.PHONY: predict do-predict

# ---- break the loader ------------------------------------------------------

break: ## OUT=DIR [SEED=n]: a kernel with one wrong line, to be found by its symptoms (labs/break)
	@$(if $(OUT),,echo "usage: make break OUT=DIR [SEED=n]" >&2; exit 2)
	@tools/deps.sh run
	@$(MAKE) do-break
do-break: build/exon.elf build/rootfs.cpio
	@/usr/bin/python3 tools/labs/faults/break.py make $(if $(SEED),--seed $(call quote,$(SEED))) $(call quote,$(OUT))

break-check: ## DIR=DIR: compares DIR/answer.txt with the sealed answer
	@$(if $(DIR),,echo "usage: make break-check DIR=DIR" >&2; exit 2)
	@/usr/bin/python3 tools/labs/faults/break.py check $(call quote,$(DIR))

.PHONY: break do-break break-check
