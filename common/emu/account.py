"""The account of a machine's memory: what it was given, where that went.

A page of the machine's RAM is usable, or the firmware's map lists it as
something else, or the map does not list it.  The last may be only the window
of old video cards and ROMs below 1 MiB, and what GRUB was told to cut out.

Source: QEMU "hw/i386/pc_q35.c" and "hw/i386/pc_piix.c", for where RAM lies;
GNU GRUB manual, "badram" and "cutmem".
"""
import re

PAGE = 4096
GIB = 1 << 30
OLD_WINDOW = (0xa0, 0x100)  # pages

# Where RAM below 4 GiB must end, and where it ends once it reaches that.
LOW_MOST = {"q35": (0xb0000000, 2 * GIB), "pc": (0xe0000000, 3 * GIB),
            "bochs": (0xc0000000, 3 * GIB)}

RANGE = re.compile(r"e820:   0x([0-9a-f]{16})-0x([0-9a-f]{16}) (\S+)")


def ram_runs(total, machine):
    """Pages [first, past) where the emulator put its memory."""
    most, low = LOW_MOST[machine]
    if total < most:
        return [(0, total // PAGE)]
    return [(0, low // PAGE),
            (4 * GIB // PAGE, (4 * GIB + total - low) // PAGE)]


def cut_pages(command, runs):
    """Pages that GRUB's command takes out."""
    word, rest = command.split(None, 1)
    if word == "cutmem":
        first, past = (int(part, 16) for part in rest.split())
        return {*range(first // PAGE, (past - 1) // PAGE + 1)}
    address, mask = (int(part, 16) for part in rest.split(","))
    return {page for first, past in runs for page in range(first, past)
            if page * PAGE & mask == address & mask}


def total_of(runs):
    """How many pages are in runs."""
    return sum(past - first for first, past in runs)


def without(runs, others):
    """What is left of runs of pages."""
    for low, high in others:
        runs = [piece for first, past in runs for piece in
                ((first, min(past, low)), (max(first, high), past))
                if piece[0] < piece[1]]
    return runs


class Account:
    """Of one report."""

    def __init__(self, lines, total, machine, holes):
        self.lines = lines
        self.ram = ram_runs(total, machine)
        self.given = total // PAGE
        usable, listed = self.listed()
        self.outside = total_of(without(usable, self.ram))
        self.usable = total_of(usable)
        rest = without(self.ram, usable)
        self.missing = without(rest, listed)
        self.reserved = total_of(rest) - total_of(self.missing)
        self.cut = set()
        for command in holes:
            self.cut |= cut_pages(command, self.ram)
        self.cut_but_usable = sum(
            1 for page in self.cut for first, past in usable
            if first <= page < past)

    def listed(self):
        """(usable runs rounded inward, others rounded outward) of the map."""
        usable, others = [], []
        start = next((i for i, line in enumerate(self.lines) if
                      line.startswith("e820: in order")), 0)
        for line in self.lines[start:]:
            match = RANGE.match(line)
            if not match:
                continue
            base, last = (int(match.group(i), 16) for i in (1, 2))
            if match.group(3) == "usable":
                run = -(-base // PAGE), (last + 1) // PAGE
                usable += [run] if run[0] < run[1] else []
            else:
                others.append((base // PAGE, last // PAGE + 1))
        return usable, others

    def find(self, pattern):
        """The numbers in the first line that matches, or None."""
        for line in self.lines:
            match = re.match(pattern, line)
            if match:
                return [int(word) for word in match.groups()]
        return None

    def stages(self):
        """(stage, pages that it calls usable) of each stage that reports."""
        for stage, pattern in [
                ("e820", r"e820: usable pages: (\d+)"),
                ("occupy", r"occupy: all +usable +(\d+) "),
                ("memmgrob", r"memmgrob: usable (\d+) ")]:
            found = self.find(pattern)
            if found:
                yield stage, found[0]
        found = self.find(r"msadsc: \d+ pages, (\d+) usable")
        if found:
            yield "msadsc", found[0]
        areas = [re.match(r"memarea: .*: +(\d+) usable pages", line)
                 for line in self.lines]
        if any(areas):
            yield "memarea", sum(int(m.group(1)) for m in areas if m)

    def free_pages(self):
        """(stage, free, all but the occupied) of each that says both."""
        for stage, pattern in [
                ("occupy", r"occupy: all +usable +(\d+) = free +(\d+) \+ "
                 r"occupied +(\d+)"),
                ("memmgrob", r"memmgrob: usable (\d+) = free (\d+) \+ "
                 r"occupied (\d+)")]:
            found = self.find(pattern)
            if found:
                yield stage, found[1], found[0] - found[2]
        merged = self.find(r"merge: free pages .* (\d+) pages")
        occupied = self.find(r"occupy: all .* = free +(\d+)")
        if merged and occupied:
            yield "merge", merged[0], occupied[0]

    def problem(self):
        """None, or where pages were lost or won."""
        unexpected = [
            run for run in without(self.missing, [OLD_WINDOW])
            if not self.cut.issuperset(range(*run))]
        if unexpected:
            return "pages 0x%x-0x%x are RAM, and not in the map" % (
                unexpected[0][0], unexpected[0][1] - 1)
        if self.outside:
            return "%d usable pages are no RAM of this machine" % self.outside
        if self.cut_but_usable:
            return "%d pages were cut out and are usable" \
                % self.cut_but_usable
        if self.usable + self.reserved + total_of(self.missing) != self.given:
            return "the sum is wrong: " + self.sentence()
        stages = list(self.stages())
        for stage, pages in stages:
            if pages != self.usable:
                return "%s counts %d usable pages of %d" % (
                    stage, pages, self.usable)
        for stage, free, rest in self.free_pages():
            if free != rest:
                return "%s: %d pages are free, and %d not occupied" % (
                    stage, free, rest)
        return None if stages else "no stage counts usable pages"

    def sentence(self):
        """The account in words."""
        return "usable %d + listed otherwise %d + not listed %d = %d pages" \
            % (self.usable, self.reserved, total_of(self.missing), self.given)
