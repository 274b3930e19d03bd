"""gdb commands for Pagewise's structures: `help pw` lists them.

    make lesson N=5 debug
    (gdb) continue
    (gdb) pw-areas
"""
import os
import sys

import gdb

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import memory  # noqa: E402
from backtrace import lines as backtrace_lines  # noqa: E402
from memory import PAGE_SHIFT, Array, Missing, areas, occupants  # noqa: E402

TYPES = {1: "usable", 2: "reserved", 3: "acpi-data", 4: "acpi-nvs",
         5: "defective", 7: "persistent"}


def say(text=""):
    """Print a line."""
    gdb.write(text + "\n")


class Prefix(gdb.Command):
    """Pagewise: commands for the kernel's structures, all read-only.

    pw-map         the memory map, with whole usable pages
    pw-page PFN    all that is known of a page
    pw-areas       the areas and their pages
    pw-buddy       free blocks by order and area
    pw-occupied    what lies in memory, and its pages
    pw-backtrace   who called whom, also from the screen of an exception
    pw-start       run to kernel_main(), and stop at each BREAKPOINT"""

    def __init__(self):
        super().__init__("pw", gdb.COMMAND_DATA, gdb.COMPLETE_NONE)

    def invoke(self, argument, from_tty):
        gdb.execute("help pw")


class Command(gdb.Command):
    """One that is named by its class and needs a machine."""

    def __init__(self, name):
        super().__init__(name, gdb.COMMAND_DATA, gdb.COMPLETE_NONE)

    def invoke(self, argument, from_tty):
        try:
            self.run(argument)
        except gdb.MemoryError as error:
            raise gdb.GdbError("%s; has the kernel started?" % error)


class Map(Command):
    """The memory map: the one made, or the firmware's before that."""

    def run(self, argument):
        for name in "map", "firmware":
            table = memory.of_main(name)
            count = int(table["count"])
            if count > 0:
                break
        else:
            raise memory.not_yet("the map is not read", "e820", 1)
        usable = 0
        for i in range(count):
            base, end, kind = (int(table["range"][i][field])
                               for field in ("base", "end", "type"))
            last = (end - 1) & (1 << 64) - 1
            pages = max((last + 1 >> PAGE_SHIFT) -
                        (base + 0xfff >> PAGE_SHIFT), 0)
            usable += pages if kind == 1 else 0
            say("0x%016x-0x%016x %-10s %10d pages" % (
                base, last, TYPES.get(kind, "type %d" % kind), pages))
        say("%s: %d ranges, %d usable pages" % (name, count, usable))


class Page(Command):
    """All that is known of a page: pw-page PFN, or an expression."""

    def run(self, argument):
        if not argument:
            raise gdb.GdbError("Say which page: pw-page 0x100")
        pfn = self.number(argument)
        array = Array()
        if pfn < 0 or pfn >= array.pages:
            raise Missing("page %#x: the descriptors are those of pages 0 to "
                          "0x%x" % (pfn, array.pages - 1))
        descriptor = array.at(pfn)
        say("page 0x%x: bytes 0x%x-0x%x%s" % (
            pfn, pfn << PAGE_SHIFT, (pfn << PAGE_SHIFT) + 0xfff,
            self.area_of(pfn)))
        say("descriptor 0x%016x: %s" % (descriptor.word, descriptor.state))
        first = array.find(pfn)
        if first is None:
            say("no block starts here or holds it: it is no RAM")
        else:
            self.explain(first, array.at(first))

    @staticmethod
    def number(argument):
        """The frame number that the reader means."""
        try:
            return int(gdb.parse_and_eval(argument))
        except gdb.MemoryError:
            raise
        except gdb.error as error:
            raise gdb.GdbError("pw-page %s: %s A frame number is wanted, such "
                               "as 0x100, or an address / 4096"
                               % (argument, error))

    @staticmethod
    def area_of(pfn):
        """Which area it is in, where there are areas."""
        try:
            return "".join(", area %s" % area.name for area in areas()
                           if area.base <= pfn < area.end)
        except Missing:
            return ""

    @staticmethod
    def explain(first, descriptor):
        """What the block says whose first page has this descriptor."""
        text = "%s: pages 0x%x-0x%x" % (
            descriptor.state, first, first + descriptor.pages() - 1)
        if descriptor.state == "run":
            text += ", the next run below is at 0x%x" % descriptor.high
        elif descriptor.state == "free":
            text += ", order %d; on its list before it 0x%x, after it 0x%x" \
                % (descriptor.order, descriptor.low, descriptor.high)
        elif descriptor.state == "used":
            text += ", order %d; owner %d, shared by %d" % (
                descriptor.order, descriptor.low >> memory.SHARES_BITS,
                descriptor.low & (1 << memory.SHARES_BITS) - 1)
        elif descriptor.state == "occupied":
            text += ", order %d, by %s" % (
                descriptor.order, memory.occupant_name(descriptor.low))
        say(text)


class Areas(Command):
    """The areas: frames, and pages usable, occupied, free on lists."""

    def run(self, argument):
        all_areas = areas()
        say("%-9s %11s %11s %11s %11s %11s" % (
            "area", "frames from", "to below", "usable", "occupied", "free"))
        for area in all_areas:
            say("%-9s %#11x %#11x %11d %11d %11d" % (
                area.name, area.base, area.end, area.usable, area.occupied,
                area.free))


class Buddy(Command):
    """Free blocks by order and area, the lists followed to their ends."""

    def run(self, argument):
        array, all_areas = Array(), areas()
        if array.phase < 3:
            raise memory.not_yet("free pages are not in blocks", "merge", 5)
        say("order      " + "".join("%10s" % a.name for a in all_areas) +
            "     pages")
        for order in range(memory.ORDERS):
            blocks = [self.follow(array, area, order) for area in all_areas]
            if any(blocks):
                say("order %2d   " % order +
                    "".join("%10d" % count for count in blocks) +
                    "%10d" % (sum(blocks) << order))
        say("free pages " + "".join("%10d" % a.free for a in all_areas) +
            "%10d" % sum(area.free for area in all_areas))

    @staticmethod
    def follow(array, area, order):
        """Blocks on a list; says where it is broken."""
        pfn = area.lists[order]
        before = found = 0
        while pfn != 0:
            descriptor = array.at(pfn) if pfn < array.pages else None
            if descriptor is None or descriptor.state != "free" or \
                    descriptor.order != order or descriptor.low != before:
                say("broken: %s, order %d: page 0x%x is not on its list"
                    % (area.name, order, pfn))
                break
            found += 1
            before, pfn = pfn, descriptor.high
        return found


class Occupied(Command):
    """What lies in memory; from lesson 4 on, with the pages marked for it."""

    def run(self, argument):
        for number, (name, base, end) in enumerate(occupants(), 1):
            say("0x%010x-0x%010x %-22s %s" % (
                base, end - 1, name, self.marked(number, base, end)))

    @staticmethod
    def marked(number, base, end):
        """How many of its pages are marked for it."""
        try:
            array = Array()
        except Missing:
            return ""
        if array.phase < 2:
            return "not marked yet"
        words = array.words(base >> PAGE_SHIFT, end + 0xfff >> PAGE_SHIFT)
        states = map(memory.Descriptor, words)
        return "%10d pages" % sum(
            d.pages() for d in states
            if d.state == "occupied" and d.low == number)


class Backtrace(Command):
    """Who called whom, with lines; on the screen of an exception, from
    where it happened."""

    def run(self, argument):
        for line in backtrace_lines():
            say(line)


class Start(Command):
    """Run to kernel_main(), and stop from there on at each BREAKPOINT."""

    def run(self, argument):
        gdb.execute("hbreak kernel_main", to_string=True)
        gdb.execute("continue")
        symtab = gdb.lookup_global_symbol("kernel_main").symtab
        with open(symtab.fullname(), encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                if line.strip().startswith("BREAKPOINT("):
                    gdb.execute("hbreak %s:%d" % (symtab.filename, number),
                                to_string=True)
        say("pagewise: c goes on to the next BREAKPOINT, help pw lists "
            "commands")


class Own(Command):
    """The machine is gdb's own: from now on it ends when gdb does."""

    def run(self, argument):
        gdb.execute("define hook-quit\npw-end\nend", to_string=True)


class End(Command):
    """End the machine, if it has not ended."""

    def run(self, argument):
        try:
            gdb.execute("kill", to_string=True)
        except gdb.error:
            pass


Prefix()
Map("pw-map")
Page("pw-page")
Areas("pw-areas")
Buddy("pw-buddy")
Occupied("pw-occupied")
Backtrace("pw-backtrace")
Start("pw-start")
Own("pw-own")
End("pw-end")
