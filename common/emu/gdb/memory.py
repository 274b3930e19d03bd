"""The kernel's structures, as gdb sees them: read, never changed."""
import os

import gdb

PAGE_SHIFT = 12
PAGE_BYTES = 1 << PAGE_SHIFT
ORDERS = 19
SHARES_BITS = 12  # a used block's shares, below its owner

LESSON_OF = {"firmware": 1, "map": 1, "array": 2, "areas": 3, "manager": 5}


class Missing(gdb.GdbError):
    """What the reader asks for is not there, or not yet."""


def not_yet(what, stage, lesson):
    """Missing, with the place to go on to, if this kernel has it."""
    here = of_main_file()
    if "%02d-" % lesson > os.path.basename(os.path.dirname(here)):
        return Missing("%s: that comes in lesson %d" % (what, lesson))
    return Missing('%s yet: go on to "after %s"' % (what, stage))


def of_main_file():
    """Path of the lesson's main.c."""
    return gdb.lookup_global_symbol("kernel_main").symtab.filename


def static(beside, name):
    """A file's own variable: the file is that of the function `beside`."""
    function = gdb.lookup_global_symbol(beside)
    if function is None:
        raise Missing("no %s(): is this a lesson's kernel?" % beside)
    for symbol in function.symtab.static_block():
        if symbol.name == name and symbol.is_variable:
            return symbol.value()
    raise Missing("this kernel has no %s: it comes in lesson %d"
                  % (name, LESSON_OF.get(name, 1)))


def of_main(name):
    """A variable of the lesson's main.c."""
    return static("kernel_main", name)


def of_start(name):
    """A variable of common/boot/start.c."""
    return static("start", name)


def enum_names(enum, prefix):
    """{value: the rest of its name, in small letters} of a C enum."""
    return {field.enumval: field.name[len(prefix):].lower()
            for field in gdb.lookup_type("enum " + enum).fields()}


class Descriptor:
    """A struct msadsc, taken apart as lesson 2's msadsc.h draws it."""

    STATES = None

    def __init__(self, word):
        if Descriptor.STATES is None:
            Descriptor.STATES = enum_names("msadsc_state", "MSADSC_")
        self.word = word
        self.state = Descriptor.STATES.get(word & 7, "broken")
        self.order = word >> 3 & 0x1f
        self.low = word >> 8 & 0xfffffff
        self.high = word >> 36

    def pages(self):
        """How many pages it speaks for."""
        if self.state == "run":
            return self.low
        if self.state in ("free", "used", "occupied"):
            return 1 << self.order
        return 0 if self.state == "nothing" else 1


class Array:
    """All descriptors."""

    def __init__(self):
        array = of_main("array")
        self.pages = int(array["pages"])
        self.phase = int(array["phase"])
        self.first_run = int(array["first_run"])
        self.usable_pages = int(array["usable_pages"])
        self.base = int(array["page"])
        if self.phase == 0:
            raise not_yet("the descriptors are not made", "msadsc", 2)

    def words(self, first, past):
        """The descriptors' words of frames [first, past)."""
        past = min(past, self.pages)
        if first >= past:
            return []
        raw = gdb.selected_inferior().read_memory(
            self.base + 8 * first, 8 * (past - first))
        return memoryview(raw.tobytes()).cast("Q")

    def at(self, pfn):
        """The descriptor of one frame below pages."""
        return Descriptor(self.words(pfn, pfn + 1)[0])

    def runs(self):
        """(first frame, descriptor) of each run, the highest first."""
        pfn = self.first_run
        while pfn != 0 and pfn < self.pages:
            descriptor = self.at(pfn)
            yield pfn, descriptor
            if descriptor.state != "run" or descriptor.high >= pfn:
                return
            pfn = descriptor.high

    def find(self, pfn):
        """The first frame of what holds the frame, or None."""
        if pfn >= self.pages:
            return None
        if self.at(pfn).word != 0:
            return pfn
        for first, descriptor in self.runs():
            if first <= pfn < first + descriptor.pages():
                return first
        for order in range(1, ORDERS):
            first = pfn >> order << order
            if first != 0 and pfn - first < self.at(first).pages():
                return first
        return None


class Area:
    """One of the three, by its number from low addresses to high."""

    def __init__(self, value, number):
        names = enum_names("memarea_kind", "MEMAREA_")
        self.name = names[number]
        self.base = int(value["base"])
        self.end = int(value["end"])
        self.usable = int(value["usable_pages"])
        self.occupied = int(value["occupied_pages"])
        self.free = int(value["free_pages"])
        self.lists = [int(value["list"][k]["first"]) for k in range(ORDERS)]


def areas():
    """All of them."""
    value = of_main("areas")["area"]
    if int(value[0]["end"]) == 0:
        raise not_yet("the areas are not made", "memarea", 3)
    return [Area(value[number], number) for number in range(3)]


def occupants():
    """(name, first byte, one past the last) of the table, in its order."""
    table = of_start("occupants")
    entries = [table["entry"][i] for i in range(int(table["count"]))]
    return [(entry["name"].string(), int(entry["base"]), int(entry["end"]))
            for entry in entries]


def occupant_name(number):
    """The name for a page's owner: entry 1 is the first."""
    table = occupants()
    if number == 0:
        return "page 0, never given out"
    return table[number - 1][0] if number <= len(table) else "nobody known"
