/**
 * @file
 * Lesson 6: mistakes of programs in user mode, which end the program and not
 * the kernel: see mistakes.h.
 *
 * Source: Intel SDM volume 2, "Instruction Set Reference".
 */
#include "kstring.h"
#include "memm_mistakes.h"
#include "memm_program.h"

/** A program's code, whole. */
struct code {
	unsigned char byte[16];
};

/* A program of process 1 and its room. */
static bool begin(struct memm_mistake *m, struct page_alloc *pages,
                  struct memm_program *program)
{
	struct user_mode mode = user_mode_look();
	enum memm_status status;

	if (!mode.there) {
		kprintf("there is no user mode\n");
		return false;
	}
	memm_mistake_begin(m, pages);
	memm_use_tables(&m->memm, mode.tables, mode.no_execute, mode.huge);
	status = memm_program_load(&m->memm, program, 1, 5000);
	ASSERT(status == MEMM_OK, "%s", memm_status_text(status));
	return true;
}

/* Let it end, and all that was its. */
static void end(struct memm_mistake *m, const struct memm_program *program,
                enum user_deed deed, uint64_t address)
{
	struct user_end  ended = { 0 };
	enum memm_status status;

	memm_program_run(&m->memm, program, 0x5a, deed, address, &ended);
	user_mode_print(&ended);
	kprintf("\n");
	status = memm_reclaim(&m->memm, 1);
	ASSERT(status == MEMM_OK, "%s", memm_status_text(status));
	memm_mistake_end(m);
}

static void reach(struct page_alloc *pages, enum user_deed deed,
                  uint64_t address)
{
	struct memm_mistake m;
	struct memm_program program;

	if (begin(&m, pages, &program))
		end(&m, &program, deed, address);
}

/* A program of other code, which is at most 16 bytes. */
static void execute(struct page_alloc *pages, struct code code)
{
	struct memm_mistake m;
	struct memm_program program;

	if (!begin(&m, pages, &program))
		return;
	memcpy(program.code, code.byte, sizeof(code.byte));
	end(&m, &program, USER_DONE, 0);
}

static void null(void *pages)
{
	reach(pages, USER_READS, 0);
}

static void null_write(void *pages)
{
	reach(pages, USER_WRITES, 0);
}

static void null_call(void *pages)
{
	reach(pages, USER_JUMPS, 0);
}

static void kernel_read(void *pages)
{
	reach(pages, USER_READS, (uintptr_t)pages);
}

static void kernel_write(void *pages)
{
	reach(pages, USER_WRITES, (uintptr_t)pages);
}

static void kernel_call(void *pages)
{
	reach(pages, USER_JUMPS, (uintptr_t)&kprintf);
}

static void canonical(void *pages)
{
	reach(pages, USER_READS, UINT64_C(1) << 47);
}

static void halt(void *pages)
{
	reach(pages, USER_HALTS, 0);
}

static void own_code(void *pages)
{
	struct memm_mistake m;
	struct memm_program program;

	if (begin(&m, pages, &program))
		end(&m, &program, USER_WRITES,
		    memm_paddr(&m.memm, program.code));
}

static void own_data(void *pages)
{
	struct memm_mistake m;
	struct memm_program program;

	if (begin(&m, pages, &program))
		end(&m, &program, USER_JUMPS,
		    memm_paddr(&m.memm, program.block));
}

static void divide(void *pages)
{
	/* xor %ecx, %ecx; div %ecx */
	execute(pages, (struct code){ { 0x31, 0xc9, 0xf7, 0xf1 } });
}

static void undefined(void *pages)
{
	execute(pages, (struct code){ { 0x0f, 0x0b } }); /* ud2 */
}

/* The stack pointer is 0: there is no stack. */
static void stack(void *pages)
{
	execute(pages, (struct code){ { 0x50 } }); /* push %rax */
}

static void disable(void *pages)
{
	execute(pages, (struct code){ { 0xfa } }); /* cli */
}

static void port(void *pages)
{
	execute(pages, (struct code){ { 0xe4, 0x60 } }); /* in $0x60, %al */
}

static void tables(void *pages)
{
	/* mov %rax, %cr3 */
	execute(pages, (struct code){ { 0x0f, 0x22, 0xd8 } });
}

static void msr(void *pages)
{
	execute(pages, (struct code){ { 0x0f, 0x30 } }); /* wrmsr */
}

static void interrupt(void *pages)
{
	execute(pages, (struct code){ { 0xcd, 0x0d } }); /* int $13 */
}

/* The kernel offers no system call. */
static void call(void *pages)
{
	execute(pages, (struct code){ { 0x0f, 0x05 } }); /* syscall */
}

/* 16 prefixes: no instruction is that long. */
static void endless(void *pages)
{
	struct code code;

	memset(code.byte, 0x66, sizeof(code.byte));
	execute(pages, code);
}

static void segment(void *pages)
{
	/* mov $8, %eax; mov %eax, %ss: the kernel's */
	execute(pages, (struct code){ { 0xb8, 8, 0, 0, 0, 0x8e, 0xd0 } });
}

/* There is none: an empty one would lie where a program can write. */
static void local_segment(void *pages)
{
	/* mov $7, %eax; mov %eax, %ds: entry 0 of the LDT */
	execute(pages, (struct code){ { 0xb8, 7, 0, 0, 0, 0x8e, 0xd8 } });
}

/* Another program could read what is left in its registers. */
static void x87(void *pages)
{
	execute(pages, (struct code){ { 0xd9, 0xe8 } }); /* fld1 */
}

/* MMX, in the same registers. */
static void mmx(void *pages)
{
	/* pxor %mm0, %mm0 */
	execute(pages, (struct code){ { 0x0f, 0xef, 0xc0 } });
}

static void sse(void *pages)
{
	/* xorps %xmm0, %xmm0 */
	execute(pages, (struct code){ { 0x0f, 0x57, 0xc0 } });
}

/* The timer is the kernel's: only its hardware may say that time is up. */
static void tick(void *pages)
{
	execute(pages, (struct code){ { 0xcd, 0xf0 } }); /* int $0xf0 */
}

static void loop(void *pages)
{
	if (user_mode_look().there && !user_mode_look().timer)
		kprintf("there is no timer\n");
	else
		execute(pages, (struct code){ { 0xeb, 0xfe } }); /* jmp . */
}

const struct mistake memm_program_mistakes[] = {
	{ "user_null", null, false },
	{ "user_null_write", null_write, false },
	{ "user_null_call", null_call, false },
	{ "user_kernel_read", kernel_read, false },
	{ "user_kernel_write", kernel_write, false },
	{ "user_kernel_call", kernel_call, false },
	{ "user_canonical", canonical, false },
	{ "user_halt", halt, false },
	{ "user_own_code", own_code, false },
	{ "user_own_data", own_data, false },
	{ "user_divide", divide, false },
	{ "user_undefined", undefined, false },
	{ "user_stack", stack, false },
	{ "user_disable", disable, false },
	{ "user_port", port, false },
	{ "user_tables", tables, false },
	{ "user_msr", msr, false },
	{ "user_interrupt", interrupt, false },
	{ "user_call", call, false },
	{ "user_endless", endless, false },
	{ "user_segment", segment, false },
	{ "user_local_segment", local_segment, false },
	{ "user_x87", x87, false },
	{ "user_mmx", mmx, false },
	{ "user_sse", sse, false },
	{ "user_tick", tick, false },
	{ "user_loop", loop, false },
	{ NULL, NULL, false },
};
