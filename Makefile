# Pagewise.  `make help` lists what a person types.
#
# Lesson N is common/, the stages of folders 1 to N, and folder N's main.c.
# Each file is compiled once for each machine it runs on (the kernel, the
# host) and linked into every lesson that has it.

MAKEFLAGS += --no-builtin-rules
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

FOLDERS := $(sort $(patsubst %/main.c,%,$(wildcard lessons/[0-9][0-9]-*/main.c)))
NUMBERS := $(shell seq 1 $(words $(FOLDERS)))
TOOLS   := LLVM='$(LLVM)' CROSS_COMPILE='$(CROSS_COMPILE)' QEMU='$(QEMU)' \
           sh common/tools/tools.sh
BOOTER  := python3 common/emu/boot.py
MATRIX  := python3 common/emu/matrix.py

ifneq ($(filter setup,$(MAKECMDGOALS)),)

# --- make setup, alone or before other goals --------------------------------
# What setup installs must be there when the other goals look for it, so they
# run in a make of their own.

OTHERS := $(filter-out setup,$(MAKECMDGOALS))
.PHONY: setup $(OTHERS)
setup:
	@$(TOOLS) setup
ifneq ($(OTHERS),)
$(firstword $(OTHERS)): setup
	@$(MAKE) --no-print-directory $(OTHERS)
$(wordlist 2,$(words $(OTHERS)),$(OTHERS)): $(firstword $(OTHERS))
	@:
endif

else

# --- Compilers --------------------------------------------------------------

# Off is off, whichever way it is written.
$(foreach v,UEFI KVM GUI LLVM ONCE V,$(if $(filter 0,$($v)),$(eval override $v :=)))

WARNINGS := -std=c11 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror

ifneq ($(LLVM),)
VARIANT   := -llvm
KERNEL_CC := clang --target=x86_64-elf
HOST_CC   := clang
LD        := ld.lld
else
KERNEL_CC := $(CROSS_COMPILE)gcc
HOST_CC   := gcc
LD        := $(CROSS_COMPILE)ld
endif
NM     := $(CROSS_COMPILE)nm
LINES  := $(CROSS_COMPILE)objdump --dwarf=decodedline
KERNEL := build/kernel$(VARIANT)
HOST   := build/host$(VARIANT)
FAST   := build/fast$(VARIANT)
COVER  := build/coverage

KERNEL_CFLAGS := $(WARNINGS) -ffreestanding -O2 -g -mno-red-zone \
  -mgeneral-regs-only -mcmodel=kernel -fno-pic -fno-pie \
  -fno-stack-protector -fno-omit-frame-pointer -fno-optimize-sibling-calls \
  -fno-asynchronous-unwind-tables -fcf-protection=none
HOST_CFLAGS := $(WARNINGS) -O1 -g -fno-omit-frame-pointer \
  -fsanitize=address,undefined -fno-sanitize-recover=all
FAST_CFLAGS := $(WARNINGS) -O2 -g
# Counts what runs.  What an ASSERT guards is no branch that a test can take.
# MC/DC needs clang 18 or newer (Debian 12: clang-19, llvm-19).
COVER_CC     = $(notdir $(firstword $(foreach v,-21 -20 -19 -18, \
               $(shell command -v clang$v)) clang))
COVER_CFLAGS := -std=c11 -O0 -g -fprofile-instr-generate -fcoverage-mapping \
  -fcoverage-mcdc '-DASSERT(...)=((void)0)'

# --- Which file belongs to what ---------------------------------------------

# The rule of the book: a file of folder k sees the headers of folders 1 to k,
# and common/ sees none of them, but for programs that drive all lessons.
includes = -Icommon/include $(foreach f,$(FOLDERS),$(if $(filter \
  $(firstword $(sort $f $(patsubst %/,%,$(dir $1)))),$f),-I$f)) \
  $(if $(filter %/replay.c,$1),-Icommon/host) \
  $(if $(filter %/font_ascii.c,$1),-I$(KERNEL)) \
  $(if $(filter $(addprefix common/host/,bench% exhaust% large% random% fuzz% steps%), \
  $1), \
  $(addprefix -I,$(FOLDERS)))

upto   = $(wordlist 1,$1,$(FOLDERS))
stages = $(filter-out %/main.c %/replay.c %_bench.c,$(wildcard \
         $(addsuffix /*.c,$(call upto,$1))))
benches = common/lib/bench.c $(wildcard \
          $(addsuffix /*_bench.c,$(call upto,$1)))

COMMON := $(filter-out %/bench.c,$(wildcard common/lib/*.c))
# The parsers of the loader's block and what draws on a screen need no machine:
# they are tested on the host too.
PARSERS := $(wildcard common/boot/multiboot2*.c common/boot/pvh*.c \
           common/boot/boot_info*.c common/boot/hostile*.c \
           $(addprefix common/boot/,font*.c sgr*.c framebuffer_*_test.c)) \
           $(addprefix common/boot/framebuffer_,pixel.c text.c strip.c)

kernel_sources = $(wildcard common/boot/*.c common/boot/*.S) $(COMMON) \
                 $(call stages,$1) $(call benches,$1) \
                 $(word $1,$(FOLDERS))/main.c
test_sources   = $(addprefix common/host/,host.c test_main.c watched_test.c \
                                           print_test.c) \
                 $(PARSERS) \
                 $(COMMON) $(call stages,$1) $(if \
                 $(filter %/05-merge,$(call upto,$1)),common/host/large_test.c) \
                 $(if $(filter %/06-alloc,$(call upto,$1)), \
                 common/host/large_alloc_test.c)
replay_sources = common/host/host.c common/host/map_file.c \
                 $(filter-out %_test.c common/lib/test.c,$(COMMON) \
                 $(call stages,$1)) common/host/replay_main.c \
                 $(wildcard $(addsuffix /replay.c,$(call upto,$1)))
bench_sources  = common/host/host.c common/host/bench_host.c \
                 $(filter-out %_test.c common/lib/test.c,$(COMMON) \
                 $(call stages,$1)) $(call benches,$1)

# Programs that drive the last lesson's stages on the host.
DRIVERS := $(addprefix exhaust_,pages runs lists e820 merge boot) \
           random steps
driver_sources = common/host/host.c $(filter-out %_test.c common/lib/test.c, \
                 $(COMMON) $(call stages,$(lastword $(NUMBERS))))

# --- How it is compiled -----------------------------------------------------

# A line for each file that is made; V=1 shows the whole commands.
Q    := $(if $(V),,@)
says  = $(if $(V),,@printf '  %-4s %s\n' $1 $2)

build/.gitignore:
	@mkdir -p build && echo '*' > $@

.PHONY: FORCE
FORCE:

# What is built by other flags, or of other files, is built again: a file says
# what they were, and is written where they differ.
quoted   = '$(subst ','\'',$1)'
says_now = @mkdir -p $(@D); printf '%s\n' $(call quoted,$1) | cmp -s - $@ || \
  printf '%s\n' $(call quoted,$1) > $@

define compile # folder of output, compiler, flags
$1/flags: FORCE | build/.gitignore
	$$(call says_now,$2 $3)
$1/%.c.o: %.c Makefile $1/flags | build/.gitignore
	@mkdir -p $$(@D)
	$$(call says,CC,$$@)
	$$(Q)$2 $3 $$(call includes,$$<) -MMD -MP -c $$< -o $$@
$1/%.S.o: %.S Makefile $1/flags | build/.gitignore
	@mkdir -p $$(@D)
	$$(call says,AS,$$@)
	$$(Q)$2 -Icommon/include -MMD -MP -g -c $$< -o $$@
endef
$(eval $(call compile,$(KERNEL),$(KERNEL_CC),$(KERNEL_CFLAGS)))
$(eval $(call compile,$(HOST),$(HOST_CC),$(HOST_CFLAGS)))
$(eval $(call compile,$(FAST),$(HOST_CC),$(FAST_CFLAGS)))
$(eval $(call compile,$(COVER),$$(COVER_CC),$(COVER_CFLAGS)))

# For clangd, which looks for it in build/.
EDITED := $(wildcard common/boot/*.c common/lib/*.c common/host/*.c \
          $(addsuffix /*.c,$(FOLDERS)))
build/compile_commands.json: FORCE | build/.gitignore
	$(Q)printf '%s\n' $(foreach f,$(EDITED),'$f $(call includes,$f)') | awk \
	  -v directory="$$(pwd)" -v kernel='$(KERNEL_CC) $(KERNEL_CFLAGS)' \
	  -v host='$(HOST_CC) $(FAST_CFLAGS) -Icommon/host' \
	  -f common/tools/compile_commands.awk > $@.new
	@cmp -s $@.new $@ && rm $@.new || mv $@.new $@

# A kernel is linked twice: the first link gives the names and lines that the
# second one's backtraces show.
LINK := $(LD) -n -z max-page-size=4096 -T common/boot/kernel.ld

define listed # program, its sources, folder of objects
$1.list: FORCE | build/.gitignore
	$$(call says_now,$2)
$1: $1.list $(patsubst %,$3/%.o,$2)
endef

define link # number of the lesson
$(call listed,$(KERNEL)/lesson-$1.elf,$(call kernel_sources,$1),$(KERNEL))
$(call listed,$(HOST)/lesson-$1-tests,$(call test_sources,$1),$(HOST))
$(call listed,$(FAST)/lesson-$1-replay,$(call replay_sources,$1),$(FAST))
$(call listed,$(FAST)/lesson-$1-bench,$(call bench_sources,$1),$(FAST))
$(KERNEL)/lesson-$1.elf: $(addprefix common/boot/,kernel.ld symbols.awk lines.awk)
	$$(call says,LD,$$@)
	$$(Q)$(LINK) $$(filter %.o,$$^) -o $$@.first
	$$(Q)$(NM) -n $$@.first > $$@.nm
	$$(Q)$(LINES) $$@.first > $$@.lines
	$$(Q){ awk -f common/boot/symbols.awk $$@.nm; \
	  awk -f common/boot/lines.awk $$@.lines; } > $$@.names.S
	$$(Q)$(KERNEL_CC) -c $$@.names.S -o $$@.names.o
	$$(Q)$(LINK) $$(filter %.o,$$^) $$@.names.o -o $$@
$(HOST)/lesson-$1-tests:
	$$(call says,LD,$$@)
	$$(Q)$(HOST_CC) $(HOST_CFLAGS) $$(filter %.o,$$^) -o $$@
$(FAST)/lesson-$1-replay $(FAST)/lesson-$1-bench:
	$$(call says,LD,$$@)
	$$(Q)$(HOST_CC) $(FAST_CFLAGS) $$(filter %.o,$$^) -o $$@
endef
$(foreach n,$(NUMBERS),$(eval $(call link,$n)))

# What plays at random begins with the machines of the unit tests.
PLAYED := $(wildcard common/host/random_*.c) common/lib/test.c \
  $(addprefix lessons/06-alloc/,page_arena_test.c obj_arena_test.c memm_test.c)
$(addprefix $(FAST)/exhaust_,pages runs lists): \
  $(FAST)/common/host/exhaust.c.o
$(FAST)/exhaust_boot: $(patsubst %,$(FAST)/%.o, \
  common/host/exhaust_boot_judge.c $(filter-out %_test.c, \
  $(wildcard common/boot/multiboot2*.c common/boot/boot_info*.c)))
$(FAST)/random $(FAST)/steps: $(patsubst %,$(FAST)/%.o,$(PLAYED))
$(addprefix $(FAST)/,$(DRIVERS)): $(FAST)/%: $(FAST)/common/host/%.c.o \
  $(patsubst %,$(FAST)/%.o,$(driver_sources))
	$(call says,LD,$@)
	$(Q)$(HOST_CC) $(FAST_CFLAGS) $^ -o $@

# The same with groups of four pages, so that few pages are many groups; and so
# are fuzzers compiled.
FEW   := -DPAGE_GROUP_ORDER=2 -DPAGE_BATCH_ORDER=1 -DPAGE_LONE=3
SMALL := build/small$(VARIANT)
$(eval $(call compile,$(SMALL),$(HOST_CC),$(FAST_CFLAGS) $(FEW)))
$(SMALL)/exhaust_cache: $(SMALL)/common/host/exhaust.c.o
$(SMALL)/random: $(patsubst %,$(SMALL)/%.o,$(PLAYED))
$(SMALL)/exhaust_cache $(SMALL)/random: $(SMALL)/%: \
  $(SMALL)/common/host/%.c.o $(patsubst %,$(SMALL)/%.o,$(driver_sources))
	$(call says,LD,$@)
	$(Q)$(HOST_CC) $(FAST_CFLAGS) $^ -o $@

# Fuzzers, by clang's libFuzzer: T names one.
GAMES     := pages areas objects zones memm mapped
FUZZERS   := boot e820 pipeline $(GAMES)
FUZZ      := build/fuzz
FUZZ_LINK := -fsanitize=fuzzer,address,undefined
FUZZ_CFLAGS := $(WARNINGS) $(FEW) -O1 -g -fno-omit-frame-pointer \
  -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
$(eval $(call compile,$(FUZZ),clang,$(FUZZ_CFLAGS)))
$(FUZZ)/play: $(patsubst %,$(FUZZ)/%.o,$(PLAYED))
$(FUZZ)/boot: $(patsubst %,$(FUZZ)/%.o,$(filter-out %_test.c,$(wildcard \
  common/boot/multiboot2*.c common/boot/pvh*.c common/boot/boot_info*.c)))
$(addprefix $(FUZZ)/,boot e820 pipeline play): $(FUZZ)/%: \
  $(FUZZ)/common/host/fuzz_%.c.o $(patsubst %,$(FUZZ)/%.o,$(driver_sources))
	$(call says,LD,$@)
	$(Q)clang $(FUZZ_LINK) $^ -o $@
$(addprefix $(FUZZ)/,$(GAMES)): $(FUZZ)/play
	$(Q)ln -f $< $@

# One drawing, two fonts: built in, and brought by the loader to machines in
# graphics mode.
FONT := common/boot/font.awk common/boot/font_ascii.txt
$(KERNEL)/font_ascii.h: $(FONT) | build/.gitignore
	@mkdir -p $(@D)
	$(Q)awk -f $^ > $@
$(foreach d,$(KERNEL) $(HOST) $(COVER),$d/common/boot/font_ascii.c.o): \
  $(KERNEL)/font_ascii.h
$(KERNEL)/font.psf: $(FONT) | build/.gitignore
	@mkdir -p $(@D)
	$(call says,FONT,$@)
	$(Q)printf "$$(awk -v bold=1 -f $^)" > $@
$(foreach n,$(NUMBERS),$(KERNEL)/lesson-$n.elf): | $(KERNEL)/font.psf

-include $(shell test -d build && find build -name '*.d')

# --- One lesson: make lesson N=3 run ----------------------------------------

.PHONY: debug qemu-gdb gdb bochs explain usb test-all
.PHONY: lesson run replay diff test bench doctor clean help format

# N is asked for only by goals that use it: `make help` never fails.
OF_A_LESSON := lesson run replay debug bochs qemu-gdb gdb explain usb diff
ifneq ($(filter $(OF_A_LESSON),$(MAKECMDGOALS)),)
ifeq ($(N),)
$(error Say which lesson: make lesson N=1 \
  $(firstword $(filter-out lesson,$(MAKECMDGOALS)) run))
endif
endif
ifneq ($(filter $(OF_A_LESSON) test test-all coverage mutants,$(MAKECMDGOALS)),)
ifneq ($(filter-out $(NUMBERS),$(N))$(word 2,$(N)),)
$(error N=$(N): there is no such lesson; N is 1 to $(lastword $(NUMBERS)))
endif
endif

need-%:
	@$(TOOLS) need $*

# `make lesson N=3 replay` makes no kernel; `make lesson N=3` does.
ifeq ($(filter replay test,$(MAKECMDGOALS)),)
lesson: need-build $(KERNEL)/lesson-$(N).elf build/compile_commands.json
else
lesson:
	@:
endif

EMULATOR = $(if $(MEM),--mem '$(MEM)') $(if $(CPU),--cpu '$(CPU)') \
  $(if $(BOOT),--boot '$(BOOT)') $(if $(UEFI),--uefi) $(if $(KVM),--kvm) \
  $(if $(GUI),--gui) \
  $(if $(QEMU),--qemu '$(QEMU)') $(if $(BOCHS),--bochs '$(BOCHS)') \
  $(if $(GDB),--gdb '$(GDB)') $(if $(strip $(WORDS)),--cmdline '$(WORDS)')
WORDS = $(if $(BREAK),break=$(BREAK)) $(OPTIONS) $(if $(GRAPHICS)$(GUI), \
  graphics$(addprefix =,$(filter-out 1,$(GRAPHICS))))

run: need-build need-run $(KERNEL)/lesson-$(N).elf
	@$(BOOTER) run $(KERNEL)/lesson-$(N).elf $(EMULATOR) $(if $(ONCE),--once)

# The same machine under a debugger; GUI=1 opens windows.
debug qemu-gdb: need-build need-debug $(KERNEL)/lesson-$(N).elf
	@$(BOOTER) $@ $(KERNEL)/lesson-$(N).elf $(EMULATOR)

gdb: need-debug $(KERNEL)/lesson-$(N).elf
	@$(BOOTER) gdb $(KERNEL)/lesson-$(N).elf $(if $(GDB),--gdb '$(GDB)')

bochs: need-build need-bochs $(KERNEL)/lesson-$(N).elf
	@$(BOOTER) bochs $(KERNEL)/lesson-$(N).elf --machine bochs $(EMULATOR)

# Once more, with QEMU's log of exceptions.
explain: need-build need-run $(KERNEL)/lesson-$(N).elf
	@$(BOOTER) explain $(KERNEL)/lesson-$(N).elf --timeout 20 $(EMULATOR)

# For a real PC, by BIOS and UEFI: DEV=/dev/sdX writes it, after asking.
usb: need-build need-image need-uefi $(KERNEL)/lesson-$(N).elf
	@$(BOOTER) usb $(KERNEL)/lesson-$(N).elf $(if $(DEV),--dev '$(DEV)')

replay: need-host $(FAST)/lesson-$(N)-replay
	@test -n "$$MAP" || { echo 'Say which map: make lesson N=$(N) replay' \
	  'MAP=dmesg.txt (or a file of lessons/01-e820/maps)' >&2; exit 2; }
	@$(FAST)/lesson-$(N)-replay "$$MAP"

# What lesson N adds to the one before: its folder, and these lines of main.c.
diff:
	@ls $(word $(N),$(FOLDERS))/*.[ch] | grep -v '_test\|_bench'
	@diff -u $(if $(filter 1,$(N)),/dev/null,$(word $(N),\
	  x $(FOLDERS))/main.c) $(word $(N),$(FOLDERS))/main.c; test $$? -eq 1

# --- Tests: make test, make lesson N=3 test, T=word -------------------------

# N=3 tests lesson 3 alone; without N each lesson's kernel is booted, and the
# last one holds the tests of all stages.
TESTED := $(if $(N),$(N),$(NUMBERS))
LAST   := $(lastword $(TESTED))
PROVE  := prove --exec sh --jobs 2 $(if $(V),--verbose)
SUITE  := build/suite
# The scripts' programs, and their kernels.
PROVEN := FAST=$(FAST) SMALL=$(SMALL) KERNEL=$(KERNEL) $(PROVE)

# A word goes through two shells and a kernel's command line.
ifneq ($(words $(T))$(findstring ",$(T))$(findstring ',$(T)),$(if $(T),1,0))
$(error T=$(T): one word, without blanks and quotes)
endif

# What is not a unit test has no name that T=word could choose.
SCRIPTS := $(if $(T),,$(wildcard $(addsuffix /*.t,$(call upto,$(LAST)) \
           common/* docs)))

# A test program is a file of one line, for prove.
program = printf 'exec %s\n' "$2" > $(SUITE)/$1.t

test: need-build need-host need-test $(HOST)/lesson-$(LAST)-tests \
      $(foreach n,$(TESTED),$(KERNEL)/lesson-$n.elf) \
      $(patsubst %,$(FAST)/lesson-%-replay,$(wordlist 1,$(LAST),$(NUMBERS))) \
      $(if $(T),,$(addprefix $(FAST)/,$(DRIVERS)) \
      $(SMALL)/exhaust_cache $(SMALL)/random)
	@$(if $(LLVM),:,$(MAKE) --no-print-directory LLVM=1 \
	  build/host-llvm/lesson-$(LAST)-tests)
	@rm -rf $(SUITE) && mkdir -p $(SUITE)
	@$(call program,lesson-$(LAST)-host,$(HOST)/lesson-$(LAST)-tests $(T))
	@$(call program,lesson-$(LAST)-host-llvm,$(patsubst %-llvm,%,$(HOST)\
	)-llvm/lesson-$(LAST)-tests $(T))
	@$(call program,lesson-$(LAST)-kernel,$(BOOTER) test \
	  $(KERNEL)/lesson-$(LAST).elf $(EMULATOR) $(if $(T),--word '$(T)'))
ifeq ($(T),)
	@$(foreach n,$(TESTED),$(foreach d,gdb bochs,$(call program,lesson-$n-$d,\
	  python3 common/emu/drive.py $d $(KERNEL)/lesson-$n.elf) &&)) :
	@$(foreach n,$(TESTED),$(call program,lesson-$n-report,$(BOOTER) test \
	  $(KERNEL)/lesson-$n.elf $(addprefix --expect ,$(wildcard \
	  $(addsuffix /expect.txt,$(call upto,$n))))) &&) :
	@$(call program,lesson-$(LAST)-screens,python3 common/emu/screens.py \
	  $(KERNEL)/lesson-$(LAST).elf)
	@$(call program,lesson-$(LAST)-mistakes,python3 common/emu/provoke.py \
	  $(KERNEL)/lesson-$(LAST).elf common/emu/provoked.txt $(wildcard \
	  $(addsuffix /provoked.txt,$(call upto,$(LAST)))))
	@$(call program,lesson-$(LAST)-pictures,python3 common/emu/pictures.py \
	  $(KERNEL)/lesson-$(LAST).elf)
	@$(call program,lesson-$(LAST)-lazy,$(BOOTER) test \
	  $(KERNEL)/lesson-$(LAST).elf --word lazy --cmdline lazy)
	@$(call program,lesson-$(LAST)-matrix,$(MATRIX) some \
	  $(KERNEL)/lesson-$(LAST).elf)
endif
	@$(PROVEN) $(SUITE)/*.t $(SCRIPTS)

# All machines, the kernel of the other compiler, and no share of what is
# exhaustive left out: half an hour.
test-all: test test-docs
	@SHARE=1 PAGES=24 UNITS=16 FLIPS=1 SIZES='16M 33M 1G 6G' \
	  $(PROVEN) --verbose $(wildcard lessons/*/exhaust.t \
	  lessons/*/all.t common/host/exhaust*.t)
	@$(MAKE) --no-print-directory fuzz T= SECONDS=5
	@$(MAKE) --no-print-directory LLVM=1 \
	  $(patsubst %,build/kernel-llvm/lesson-%.elf,$(TESTED))
	@$(call program,all-machines,$(MATRIX) all \
	  build/kernel/lesson-$(LAST).elf build/kernel-llvm/lesson-$(LAST).elf)
	@$(PROVE) --verbose $(SUITE)/all-machines.t

# --- Inputs that nobody thought of: make fuzz T=pages SECONDS=600 -----------

# What is found is kept in build/; it begins with what the repository has.
SECONDS := 60
CORPUS  := python3 common/host/corpus.py unpack common/host/corpus
.PHONY: fuzz $(addprefix fuzz-,$(FUZZERS))
ifneq ($(filter fuzz,$(MAKECMDGOALS)),)
  ifneq ($(filter-out $(FUZZERS),$(T)),)
    $(error no fuzzer is called $(T); there are $(FUZZERS))
  endif
endif
fuzz: $(addprefix fuzz-,$(if $(T),$(T),$(FUZZERS)))

$(addprefix fuzz-,$(FUZZERS)): fuzz-%: need-host $(FUZZ)/%
	@$(CORPUS)/$(patsubst mapped,memm,$(patsubst \
	  zones,objects,$(patsubst areas,pages,$*))).txt $(FUZZ)/corpus/$*
	@echo 'fuzz: $*, $(SECONDS) s'
	@$(FUZZ)/$* -max_total_time=$(SECONDS) -max_len=4096 -timeout=20 \
	  -print_final_stats=1 -verbosity=0 -artifact_prefix=$(FUZZ)/$*- \
	  $(FUZZ)/corpus/$*

# --- What it costs: make bench, RECORD=1 ------------------------------------

BENCH := $(FAST)/lesson-$(lastword $(NUMBERS))-bench
PEER  := $(FAST)/peer-bench

$(PEER): $(patsubst %,$(FAST)/%.o,common/host/bench_peer.c $(filter-out \
         %_bench.c,$(call bench_sources,$(lastword $(NUMBERS)))))
	$(call says,LD,$@)
	$(Q)$(HOST_CC) $(FAST_CFLAGS) $^ -o $@

bench: need-build need-run need-bench $(BENCH) \
       $(if $(PEERS),$(PEER)) $(KERNEL)/lesson-$(lastword $(NUMBERS)).elf
	@python3 common/host/bench.py --program $(BENCH) --recorded \
	  docs/bench.txt --kernel $(lastword $^) $(if $(RECORD),--record) \
	  $(if $(PEERS),--peer $(PEER))

# --- The documentation: make docs, make docs-pdf ----------------------------

.PHONY: docs docs-pdf test-docs figures

docs: need-docs
	@python3 docs/make_site.py build/docs

docs-pdf: need-docs-pdf
	@python3 docs/make_pdf.py build/pagewise.pdf

# In a browser, from the disk: each page, each link, each name.
test-docs: need-test-docs docs
	@mkdir -p $(SUITE)
	@$(call program,test-docs,python3 docs/site_test.py build/docs)
	@$(PROVE) --verbose $(SUITE)/test-docs.t

# New runs for the pictures, after a change of what stages print.
figures: need-build need-host need-run
	@python3 docs/figures.py --run

# --- What the tests reach, and what they would not notice -------------------

.PHONY: coverage mutants proofs
$(eval $(call listed,$(COVER)/lesson-$(LAST)-tests,$(call \
  test_sources,$(LAST)),$(COVER)))
$(COVER)/lesson-$(LAST)-tests:
	$(call says,LD,$@)
	$(Q)$(COVER_CC) $(COVER_CFLAGS) $(filter %.o,$^) -o $@

coverage: need-coverage $(COVER)/lesson-$(LAST)-tests
	@python3 common/host/coverage.py $(COVER)/lesson-$(LAST)-tests \
	  $(call test_sources,$(LAST))

mutants: need-host need-bench $(KERNEL)/font_ascii.h
	@nice python3 common/host/mutate.py $(FILES) -- \
	  $(call test_sources,$(LAST))

proofs: need-proofs
	@$(PROVE) common/host/proofs.t

# --- The rest ---------------------------------------------------------------

# Every tool and version, then a boot: what doctor says is what happens.
doctor:
	@$(TOOLS) doctor
	@$(MAKE) -s N=1 $(KERNEL)/lesson-1.elf
	@$(BOOTER) test $(KERNEL)/lesson-1.elf --word e820 >build/doctor.log \
	  && echo 'doctor: lesson 1 boots in QEMU and passes its tests' \
	  || { cat build/doctor.log; exit 1; }

format:
	@clang-format -i $$(git ls-files '*.c' '*.h')

clean:
	@rm -rf build

help:
	@sed -n 's/^#: \{0,1\}//p' Makefile

#: Pagewise: a kernel that comes to own its memory, in lessons 1 to 6.
#:
#:   make setup              install what is missing (asks for root)
#:   make doctor             check every tool, then boot lesson 1
#:   make test               all tests; test-all: and on every machine there is
#:   make docs               the book; docs-pdf: its chapters on paper
#:   make fuzz T=pages       clang's fuzzer; SECONDS=600, or without T all nine
#:   make bench              what it costs; RECORD=1 keeps it, PEERS=1 compares
#:   make diff N=3           what lesson 3's main.c adds; make clean, make help
#: With make lesson N=1:
#:   run                     boot it in QEMU; quit with Ctrl-A x
#:   debug                   QEMU and gdb; in two terminals: qemu-gdb, gdb
#:   bochs                   Bochs's debugger
#:   explain                 it died: what did QEMU see last?
#:   replay MAP=dmesg.txt    the stages here, over another machine's map
#:   test                    that lesson's tests, on the host and booted
#:   usb DEV=/dev/sdX        a stick for a real PC; asks before it writes
#: Variables:
#:   MEM=4G BOOT=pvh UEFI=1 CPU=max KVM=1    the machine (128M, GRUB, BIOS)
#:   GUI=1 GRAPHICS=1                        windows; pixels, or 1024x768x24
#:   ONCE=1 NO_COLOR=1                       power off at the end; no colours
#:   BREAK=occupy OPTIONS=...                words for the kernel: all, lazy,
#:                                           provoke=list
#:   T=word V=1 LLVM=1                       tests of that name; verbose; clang
#:   QEMU= BOCHS= GDB= CROSS_COMPILE=        other tools than the usual ones

endif # setup
