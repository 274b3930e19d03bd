/**
 * @file
 * See cpu.h.
 */
#include "cpu.h"

#include <stddef.h>

#include "layout.h"
#include "trap.h"

/** Present, its kind, accessed: so the CPU never writes to the entry. */
#define CODE_SEGMENT UINT64_C(0x00af9b000000ffff) /* 64-bit, kernel */
#define DATA_SEGMENT UINT64_C(0x00cf93000000ffff)
#define USER_DATA    UINT64_C(0x00cff3000000ffff) /* privilege 3 */
#define USER_CODE    UINT64_C(0x00affb000000ffff)
#define TSS_PRESENT  UINT64_C(0x0000890000000000) /* available 64-bit TSS */

#define GATE_PRESENT 0x8e /* interrupt gate, for the kernel alone */
#define GATE_USER    0xee /* one that a program may go through */

/** Where the CPU finds a stack it can rely on. */
struct tss {
	uint32_t reserved0;
	uint64_t rsp[3]; /**< Entry 0: for what happens in user mode. */
	uint64_t reserved1;
	uint64_t ist[7]; /**< Entry 0 is what a gate calls 1. */
	uint64_t reserved2;
	uint16_t reserved3;
	uint16_t io_map; /**< At or behind the end: there is none. */
} __attribute__((packed));

_Static_assert(sizeof(struct tss) == 104, "as the manual draws it");

struct gate {
	uint16_t offset_low;
	uint16_t selector;
	uint8_t  stack; /**< Number in the TSS's ist, or 0: go on with ours. */
	uint8_t  type;
	uint16_t offset_middle;
	uint32_t offset_high;
	uint32_t reserved;
};

_Static_assert(sizeof(struct gate) == 16, "as the manual draws it");

/** What lgdt and lidt read. */
struct table_register {
	uint16_t limit; /**< Bytes, minus one. */
	uint64_t base;
} __attribute__((packed));

/* entry.S loads the first three entries before C runs. */
uint64_t gdt[7] = { 0, CODE_SEGMENT, DATA_SEGMENT, 0, 0, USER_DATA, USER_CODE };

static struct tss  tss;
static struct gate idt[256];

#define STACK(name)                                                            \
	{                                                                      \
#name, (uintptr_t)name##_stack, (uintptr_t)name##_stack_end    \
	}

/* The place of each but the first is its number for gates. */
static const struct cpu_stack stacks[] = {
	STACK(kernel),
	STACK(double_fault),
	STACK(nmi),
	STACK(machine_check),
};

#define STACKS (sizeof(stacks) / sizeof(stacks[0]))

static void set_tss_descriptor(void)
{
	uint64_t base = (uintptr_t)&tss;

	gdt[TSS_SELECTOR / 8] = (sizeof(tss) - 1) | (base & 0xffffff) << 16 |
	                        TSS_PRESENT | (base >> 24 & 0xff) << 56;
	gdt[TSS_SELECTOR / 8 + 1] = base >> 32;
}

static uint8_t stack_for(unsigned vector)
{
	switch (vector) {
	case TRAP_DOUBLE_FAULT:
		return 1;
	case TRAP_NMI:
		return 2;
	case TRAP_MACHINE_CHECK:
		return 3;
	default:
		return 0;
	}
}

static void set_gate(unsigned vector, uint64_t entry)
{
	idt[vector] = (struct gate){
		.offset_low = (uint16_t)entry,
		.selector = CODE_SELECTOR,
		.stack = stack_for(vector),
		.type = vector == TRAP_BREAKPOINT ? GATE_USER : GATE_PRESENT,
		.offset_middle = (uint16_t)(entry >> 16),
		.offset_high = (uint32_t)(entry >> 32),
	};
}

void cpu_set_page_fault(uint64_t entry)
{
	set_gate(TRAP_PAGE_FAULT, entry);
}

void cpu_set_interrupt(unsigned vector, uint64_t entry)
{
	set_gate(vector, entry);
}

void *cpu_user_stack(void)
{
	return (char *)&tss + offsetof(struct tss, rsp);
}

void cpu_init(void)
{
	struct table_register gdtr = { sizeof(gdt) - 1, (uintptr_t)gdt };
	struct table_register idtr = { sizeof(idt) - 1, (uintptr_t)idt };

	for (unsigned i = 1; i < STACKS; i++)
		tss.ist[i - 1] = stacks[i].end;
	tss.io_map = sizeof(tss);
	set_tss_descriptor();
	for (unsigned i = 0; i < TRAP_VECTORS; i++)
		set_gate(i, trap_entries[i]);
	__asm__ volatile("lgdt %0" : : "m"(gdtr) : "memory");
	__asm__ volatile("ltr %w0" : : "r"(TSS_SELECTOR) : "memory");
	__asm__ volatile("lidt %0" : : "m"(idtr) : "memory");
}

struct cpuid {
	uint32_t eax, ebx, ecx, edx;
};

static struct cpuid leaf(uint32_t number)
{
	struct cpuid r = { .eax = number };

	__asm__("cpuid" : "+a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx));
	return r;
}

/* All zero where the CPU has no such leaf. */
static struct cpuid extended_leaf(uint32_t number)
{
	if (number > leaf(0x80000000).eax)
		return (struct cpuid){ 0 };
	return leaf(number);
}

bool cpu_has_apic(void)
{
	return leaf(1).edx >> 9 & 1;
}

bool cpu_has_nx(void)
{
	return extended_leaf(0x80000001).edx >> 20 & 1;
}

bool cpu_has_huge_pages(void)
{
	return extended_leaf(0x80000001).edx >> 26 & 1;
}

uint32_t cpu_phys_bits(void)
{
	uint32_t bits = extended_leaf(0x80000008).eax & 0xff;

	return bits != 0 ? bits : 36; /* what the manual says for old CPUs */
}

const struct cpu_stack *cpu_stack(unsigned index)
{
	return index < STACKS ? &stacks[index] : NULL;
}

const struct cpu_stack *cpu_stack_of(uint64_t address, uint64_t bytes)
{
	for (unsigned i = 0; i < STACKS; i++) {
		if (address >= stacks[i].base && address < stacks[i].end)
			return bytes <= stacks[i].end - address ? &stacks[i]
			                                        : NULL;
	}
	return NULL;
}

const struct cpu_stack *cpu_guard_of(uint64_t address)
{
	for (unsigned i = 0; i < STACKS; i++) {
		if (address >= stacks[i].base - GUARD_BYTES &&
		    address < stacks[i].base)
			return &stacks[i];
	}
	return NULL;
}
