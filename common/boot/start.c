/**
 * @file
 * From the first C instruction to kernel_main().
 */
#include "boot_bench.h"
#include "cpu.h"
#include "framebuffer.h"
#include "kernel.h"
#include "kstring.h"
#include "layout.h"
#include "lazy.h"
#include "machine.h"
#include "paging.h"
#include "phys.h"
#include "provoke.h"
#include "serial.h"
#include "test.h"
#include "vga.h"

/** The least RAM with which a kernel makes sense: image and a bit. */
#define LEAST_RAM MiB

/** The loader's block may be this long, and is mapped if below 4 GiB. */
#define INFO_MOST MiB

/* Large, and alive as long as the kernel. */
static struct boot_info  boot;
static struct boot_notes notes;
static struct occupants  occupants;

void start(uint32_t eax, uint32_t ebx);

/* Before more is known, what is below 4 GiB may be read. */
static const void *lend(paddr_t base, uint64_t bytes)
{
	const uint64_t limit = DIRECT_GIB_ALWAYS * GiB;

	if (base >= limit || bytes > limit - base)
		return NULL;
	return phys_to_virt(base, bytes);
}

static void demand(enum boot_status status)
{
	if (status != BOOT_OK)
		panic("%s", notes.refusal);
}

static void print_warnings(void)
{
	uint32_t kept = notes.warnings < BOOT_NOTES_MAX ? notes.warnings
	                                                : BOOT_NOTES_MAX;

	for (uint32_t i = 0; i < kept; i++)
		kprintf("boot: warning: %s\n", notes.warning[i]);
	if (kept < notes.warnings)
		kprintf("boot: warning: and %u more\n", notes.warnings - kept);
}

static void read_loader_block(uint32_t eax, uint32_t ebx)
{
	paddr_t  info = ebx;
	uint64_t limit = min_u64(INFO_MOST, DIRECT_GIB_ALWAYS * GiB - info);

	boot.kernel_base = (uintptr_t)kernel_base - KERNEL_VIRT;
	boot.kernel_end = (uintptr_t)kernel_end - KERNEL_VIRT;
	boot.phys_bits = cpu_phys_bits();
	if (eax == PVH_MAGIC)
		demand(pvh_parse(&boot, &notes, info, lend));
	else
		demand(multiboot2_parse(&boot, &notes, eax, info,
		                        phys_to_virt(info, limit), limit));
}

/* RAM by the loader's word: what overlaps counts twice. */
static uint64_t ram_bytes(void)
{
	uint64_t bytes = 0;

	for (uint32_t i = 0; i < boot.range_count; i++) {
		struct boot_range range = boot_info_range(&boot, i);

		if (range.type == BOOT_RAM)
			bytes += min_u64(range.bytes, UINT64_MAX - bytes);
	}
	return bytes;
}

static bool has_word(const char *name)
{
	return boot_info_option(&boot, name, NULL, 0);
}

static void print_first_line(void)
{
	kprintf("boot: %s%s%s, %llu MiB of RAM%s\n", boot.protocol,
	        boot.loader[0] != '\0' ? " by " : "", boot.loader,
	        (unsigned long long)(ram_bytes() / MiB),
	        has_word("qemu") ? "; quit: Ctrl-A x" : "");
}

/* mbi=module: the first module takes the place of the loader's block, so
 * that any bytes can be tried on a real boot.  The options stay; other modules
 * are forgotten, and with them a font. */
static void read_module_block(void)
{
	static struct boot_info other;
	char                    value[8];
	struct boot_module      module = boot.module[0];
	uint64_t                bytes = module.end - module.base;

	if (!boot_info_option(&boot, "mbi", value, sizeof(value)) ||
	    strcmp(value, "module") != 0)
		return;
	if (boot.module_count == 0)
		panic("mbi=module, but there is no module");
	kprintf("boot: reading the module %s instead\n", module.name);
	other = boot;
	demand(multiboot2_parse(&other, &notes, MULTIBOOT2_MAGIC, module.base,
	                        phys_to_virt(module.base, bytes), bytes));
	memcpy(other.command_line, boot.command_line,
	       sizeof(other.command_line));
	boot = other;
	print_warnings();
}

static void choose_screen(void)
{
	const char *fault;

	if (!boot.uefi && boot.framebuffer.width == 0)
		return;
	vga_off();
	fault = framebuffer_init(&boot);
	if (fault != NULL)
		kprintf("boot: warning: picture at 0x%llx not used: %s\n",
		        (unsigned long long)boot.framebuffer.base, fault);
}

static void obey_early_options(void)
{
	console_set_colours(has_word("color"));
	machine_set_unattended(has_word("once") || has_word("test"));
	choose_screen();
}

static void describe_memory(void)
{
	demand(boot_info_has_memory(&boot, &notes, LEAST_RAM));
	MUST(boot_info_occupants(&boot, &occupants) == OCCUPANTS_OK,
	     "%u modules and the kernel: raise OCCUPANTS_MAX (%d)",
	     boot.module_count, OCCUPANTS_MAX);
	paging_map_ram(&boot, &occupants);
	if (has_word("lazy"))
		lazy_init(&boot, &occupants);
}

void *test_memory(void)
{
	uint64_t largest = 0;
	paddr_t  place = 0;

	MUST(paging_find_ram(&boot, &occupants, TEST_MEMORY_BYTES, &largest,
	                     &place),
	     "tests need %llu KiB, largest free run is %llu KiB",
	     (unsigned long long)(TEST_MEMORY_BYTES / KiB),
	     (unsigned long long)(largest / KiB));
	return phys_to_virt(place, TEST_MEMORY_BYTES);
}

/* For panic_tell(). */
static void tell_occupants(const void *stage, paddr_t paddr)
{
	const struct occupants *table = stage;

	for (uint32_t i = 0; i < table->count && i < OCCUPANTS_MAX; i++) {
		const struct occupant *o = &table->entry[i];

		if (pfn_down(paddr) >= pfn_down(o->base) &&
		    pfn_down(paddr) < pfn_up(o->end))
			kprintf(" occupant %.*s, 0x%llx-0x%llx\n",
			        OCCUPANT_NAME_BYTES, o->name,
			        (unsigned long long)o->base,
			        (unsigned long long)o->end - 1);
	}
}

static void make_late_mistake(void)
{
	char value[64];

	if (boot_info_option(&boot, "provoke", value, sizeof(value)))
		provoke_late(value);
}

/* The options that run something else than the lesson. */
static void obey_late_options(void)
{
	char     value[64];
	unsigned failed;

	if (boot_info_option(&boot, "provoke", value, sizeof(value)))
		provoke_early(value);
	if (boot_info_option(&boot, "bench", value, sizeof(value)))
		machine_power_off(boot_bench(&boot, &occupants, value));
	if (!boot_info_option(&boot, "test", value, sizeof(value)))
		return;
	failed = test_run(value[0] != '\0' ? value : NULL);
	machine_power_off(failed == 0);
}

/* entry.S calls it: what the loader left in EAX and EBX. */
void start(uint32_t eax, uint32_t ebx)
{
	cpu_init();
	serial_init();
	vga_init();
	paging_init();

	read_loader_block(eax, ebx);
	obey_early_options();
	print_first_line();
	print_warnings();
	read_module_block();
	describe_memory();
	panic_tell(tell_occupants, &occupants);

	obey_late_options();
	kernel_main(&boot, &occupants);
	make_late_mistake();
	if (has_word("once"))
		machine_power_off(true);
	kprintf("boot: done, the kernel waits (QEMU in a terminal: Ctrl-A, "
	        "then x, ends it)\n");
	machine_wait();
}

const void *kernel_constants(uint64_t *bytes)
{
	*bytes = (uint64_t)(rodata_end - text_base);
	return text_base;
}

const struct occupant *kernel_image(const struct occupants *table)
{
	paddr_t                base = (uintptr_t)kernel_base - KERNEL_VIRT;
	const struct occupant *o = table->entry;

	while (o->base != base)
		o++;
	return o;
}
