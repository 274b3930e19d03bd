/**
 * @file
 * See trap.h.
 */
#include "trap.h"

#include "backtrace.h"
#include "console.h"
#include "cpu.h"
#include "layout.h"
#include "lines.h"
#include "panic.h"
#include "symbols.h"
#include "user.h"

/* Bits of a page fault's error code. */
#define FAULT_PRESENT  0x1 /* the page is there, the right is not */
#define FAULT_WRITE    0x2
#define FAULT_USER     0x4
#define FAULT_RESERVED 0x8 /* a page table has a bit set that must be 0 */
#define FAULT_EXECUTE  0x10

static const char *const names[TRAP_VECTORS] = {
	"divide error",
	"debug",
	"non-maskable interrupt",
	"breakpoint",
	"overflow",
	"bound range exceeded",
	"invalid opcode",
	"device not available",
	"double fault",
	"coprocessor segment overrun",
	"invalid TSS",
	"segment not present",
	"stack segment fault",
	"general protection",
	"page fault",
	"reserved exception 15",
	"x87 floating-point error",
	"alignment check",
	"machine check",
	"SIMD floating-point error",
	"virtualization exception",
	"control protection",
	"reserved exception 22",
	"reserved exception 23",
	"reserved exception 24",
	"reserved exception 25",
	"reserved exception 26",
	"reserved exception 27",
	"hypervisor injection",
	"VMM communication",
	"security exception",
	"reserved exception 31",
};

/* What the program was doing, in words. */
static void print_access(uint64_t error)
{
	const char *who = error & FAULT_USER ? "user" : "kernel";
	const char *what = error & FAULT_EXECUTE ? "executed"
	                   : error & FAULT_WRITE ? "wrote to"
	                                         : "read from";
	const char *why = error & FAULT_RESERVED ? "a broken page table entry"
	                  : error & FAULT_PRESENT
	                          ? "a page that forbids it"
	                          : "a page that is not present";

	kprintf(": the %s %s %s", who, what, why);
}

/* Here the error code names a descriptor, or nothing. */
static void print_selector(uint64_t error)
{
	static const char *const table[] = { "GDT", "IDT", "LDT", "IDT" };

	if (error == 0)
		kprintf(": an address that is not canonical, perhaps");
	else
		kprintf(": entry %llu of the %s",
		        (unsigned long long)(error >> 3 & 0x1fff),
		        table[error >> 1 & 3]);
}

static const struct cpu_stack *overrun(const struct trap_frame *frame,
                                       uint64_t                 cr2)
{
	return frame->vector == TRAP_DOUBLE_FAULT ? cpu_guard_of(cr2) : NULL;
}

void trap_print_words(const struct trap_frame *frame, uint64_t cr2)
{
	const struct cpu_stack *stack = overrun(frame, cr2);

	kprintf("%s", names[frame->vector]);
	if (stack != NULL)
		kprintf(": the %s stack ran into its guard page", stack->name);
	else if (frame->vector == TRAP_PAGE_FAULT)
		print_access(frame->error);
	else if (frame->vector >= TRAP_INVALID_TSS &&
	         frame->vector <= TRAP_PROTECTION)
		print_selector(frame->error);
}

static void print_headline(const struct trap_frame *frame, uint64_t cr2)
{
	kprintf("%s", console_colour(COLOUR_RESERVED));
	trap_print_words(frame, cr2);
	kprintf("%s\n", console_colour(COLOUR_NONE));
}

static bool within(uint64_t address, const char *base, const char *end)
{
	return address >= (uintptr_t)base && address < (uintptr_t)end;
}

/* Which part of layout.h's map an address lies in. */
static const char *place_of(uint64_t address)
{
	if (address < 4096)
		return "the null page";
	if (address < UINT64_C(1) << 47)
		return "the lower half, where nothing is mapped";
	if (address < DIRECT_MAP)
		return "the hole between the halves: not canonical";
	if (address < DIRECT_MAP + DIRECT_GIB * (UINT64_C(1) << 30))
		return "the direct map";
	if (cpu_guard_of(address) != NULL)
		return "the guard page of a stack";
	if (cpu_stack_of(address, 1) != NULL)
		return "a stack";
	if (within(address, text_base, text_end))
		return "the kernel's code";
	if (within(address, rodata_base, rodata_end) ||
	    within(address, symbols_base, symbols_end))
		return "the kernel's constants";
	if (within(address, data_base, data_end))
		return "the kernel's data";
	return "no part of the kernel";
}

static void print_where(const struct trap_frame *frame, uint64_t cr2)
{
	kprintf(" vector   %llu, error code 0x%llx\n",
	        (unsigned long long)frame->vector,
	        (unsigned long long)frame->error);
	kprintf(" at       ");
	symbol_print(frame->rip);
	line_print(frame->rip);
	kprintf("\n");
	if (frame->vector == TRAP_PAGE_FAULT || overrun(frame, cr2) != NULL) {
		kprintf(" address  0x%016llx, in %s\n", (unsigned long long)cr2,
		        place_of(cr2));
		screen_tell(cr2);
	}
	kprintf(" stack    0x%016llx, in %s\n", (unsigned long long)frame->rsp,
	        place_of(frame->rsp));
}

static uint64_t read_cr0(void)
{
	uint64_t value;

	__asm__ volatile("mov %%cr0, %0" : "=r"(value));
	return value;
}

static uint64_t read_cr2(void)
{
	uint64_t value;

	__asm__ volatile("mov %%cr2, %0" : "=r"(value));
	return value;
}

static uint64_t read_cr3(void)
{
	uint64_t value;

	__asm__ volatile("mov %%cr3, %0" : "=r"(value));
	return value;
}

static void print_registers(const struct trap_frame *f, uint64_t cr2)
{
	const struct {
		const char *name;
		uint64_t    value;
	} cell[] = {
		{ "rax", f->rax },       { "rbx", f->rbx },
		{ "rcx", f->rcx },       { "rdx", f->rdx },
		{ "rsi", f->rsi },       { "rdi", f->rdi },
		{ "r8", f->r8 },         { "r9", f->r9 },
		{ "r10", f->r10 },       { "r11", f->r11 },
		{ "r12", f->r12 },       { "r13", f->r13 },
		{ "r14", f->r14 },       { "r15", f->r15 },
		{ "rflags", f->rflags }, { "rip", f->rip },
		{ "rsp", f->rsp },       { "rbp", f->rbp },
		{ "cr0", read_cr0() },   { "cr2", cr2 },
		{ "cr3", read_cr3() },
	};

	for (unsigned i = 0; i < sizeof(cell) / sizeof(cell[0]); i++)
		kprintf("%s%-6s %016llx%s", i % 3 == 0 ? " " : "   ",
		        cell[i].name, (unsigned long long)cell[i].value,
		        i % 3 == 2 ? "\n" : "");
}

void trap_handle(const struct trap_frame *frame)
{
	uint64_t cr2 = read_cr2(); /* before another fault overwrites it */

	user_end_by(frame, cr2);
	screen_begin();
	kprintf("\n");
	screen_rule();
	print_headline(frame, cr2);
	screen_rule();
	print_where(frame, cr2);
	screen_rule();
	print_registers(frame, cr2);
	screen_rule();
	backtrace_print(frame->rip, frame->rsp, frame->rbp);
	screen_end();
}
