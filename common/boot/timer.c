/**
 * @file
 * See timer.h.
 *
 * The APIC's registers are memory, or, where the firmware has turned on what
 * is called x2APIC, registers of the CPU with the same numbers.
 *
 * Source: Intel SDM volume 3, "Advanced Programmable Interrupt Controller
 * (APIC)"; Intel 8259A data sheet, "Operation Command Words".
 */
#include "timer.h"

#include "cpu.h"
#include "layout.h"
#include "ports.h"

#define MSR_APIC_BASE 0x1b
#define APIC_ON       0x800
#define APIC_X2       0x400
#define APIC_ADDRESS  UINT64_C(0xffffff000)
#define MSR_X2        0x800 /* register 0 of the APIC */

/* Registers: bytes from the APIC's address. */
#define PRIORITY        0x080 /* classes up to this one are held back */
#define END_OF_IRQ      0x0b0
#define SPURIOUS        0x0f0
#define TIMER           0x320
#define COUNT           0x380
#define DIVIDE          0x3e0

#define SPURIOUS_ENABLE 0x100   /* the APIC as a whole */
#define TIMER_MASKED    0x10000 /* counts, and says nothing */
#define DIVIDE_BY_1     0xb

#define PIC_MASK        0x21 /* a bit for each line: silent */
#define PIC_MASK_2      0xa1

extern const char trap_timer[], trap_spurious[]; /* trap.S */

static uint64_t read_msr(uint32_t msr)
{
	uint32_t low, high;

	__asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
	return low | (uint64_t)high << 32;
}

static void write_msr(uint32_t msr, uint32_t value)
{
	__asm__ volatile("wrmsr" : : "c"(msr), "a"(value), "d"(0) : "memory");
}

static void write_apic(uint32_t at, uint32_t value)
{
	uint64_t base = read_msr(MSR_APIC_BASE);

	if (base & APIC_X2)
		write_msr(MSR_X2 + at / 16, value);
	else
		*(volatile uint32_t *)(DIRECT_MAP + (base & APIC_ADDRESS) +
		                       at) = value;
}

bool timer_there(void)
{
	uint64_t base = cpu_has_apic() ? read_msr(MSR_APIC_BASE) : 0;

	/* Below 4 GiB the direct map is always there. */
	return (base & APIC_ON) && (base & APIC_ADDRESS) >> 32 == 0;
}

void timer_start(uint32_t counts)
{
	port_write(PIC_MASK, 0xff);
	port_write(PIC_MASK_2, 0xff);
	if (!timer_there())
		return;
	cpu_set_interrupt(TIMER_VECTOR, (uintptr_t)trap_timer);
	cpu_set_interrupt(SPURIOUS_VECTOR, (uintptr_t)trap_spurious);
	write_apic(SPURIOUS, SPURIOUS_ENABLE | SPURIOUS_VECTOR);
	write_apic(PRIORITY, TIMER_VECTOR - 0x10);
	write_apic(DIVIDE, DIVIDE_BY_1);
	write_apic(TIMER, TIMER_VECTOR);
	write_apic(COUNT, counts);
}

void timer_stop(void)
{
	if (!timer_there())
		return;
	write_apic(TIMER, TIMER_MASKED | TIMER_VECTOR);
	write_apic(COUNT, 0);
}

void timer_done(void)
{
	write_apic(END_OF_IRQ, 0);
}
