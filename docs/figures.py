#!/usr/bin/env python3
"""The pictures of the book, drawn from what real runs said.

    figures.py            draw figures/*.svg from figures/runs.txt
    figures.py --run      boot and replay first, and renew runs.txt
    figures.py --check    change nothing; TAP: are the pictures those of the
                          runs, and are the runs what the lessons print?
"""
import math
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.dont_write_bytecode = True

from svg import Picture  # noqa: E402

TOP = Path(__file__).resolve().parent.parent
FIGURES = TOP / "docs" / "figures"
RUNS = FIGURES / "runs.txt"
SERVER = "lessons/01-e820/maps/023-dell-r7625-768g-46-entries.e820"
KIB, MIB, GIB, TIB = 1 << 10, 1 << 20, 1 << 30, 1 << 40
STATES = ["nothing", "run", "free", "used", "occupied", "cached",
          "grouped"]
KINDS = {"usable": "ram", "reserved": "reserved", "acpi-data": "acpi",
         "acpi-nvs": "acpi"}
AREAS = ["hardware", "kernel", "user"]


# --- Real runs --------------------------------------------------------------

def make(*words):
    """What make prints."""
    env = {key: value for key, value in os.environ.items()
           if not key.startswith("MAKE") and key != "MFLAGS"}
    done = subprocess.run(["make", "-s", *words], cwd=TOP, env=env,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          timeout=300, check=True)
    return done.stdout.decode(errors="replace").replace("\r", "")


def report(text):
    """The lines that stages print."""
    return [line for line in text.split("\n")
            if re.match(r"(e820|msadsc|memarea|occupy|merge|memmgrob):", line)]


def memory(lesson, frames):
    """Words of descriptors, read out of the memory of a booted machine."""
    sys.path.insert(0, str(TOP / "common" / "emu"))
    from boot import parse
    from qemu import qemu_command
    options = parse(["run",
                     "%s/build/kernel/lesson-%d.elf" % (TOP, lesson)])
    with tempfile.TemporaryDirectory() as work:
        serial = Path(work) / "serial"
        command = qemu_command(options, []) + [
            "-serial", "file:%s" % serial, "-monitor", "stdio"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, text=True,
                              stdout=subprocess.PIPE) as machine:
            said = wait_for_report(serial)
            base = int(re.search(r"descriptors at (0x[0-9a-f]+)",
                                 said).group(1), 16)
            asked = "".join("xp /1gx 0x%x\n" % (base + 8 * frame)
                            for frame in frames)
            answer = machine.communicate(asked + "quit\n", timeout=60)[0]
    words = re.findall(r"^[0-9a-f]{16}: (0x[0-9a-f]{16})", answer,
                       re.MULTILINE)
    return ["page[0x%x] = %s" % pair for pair in zip(frames, words)]


def wait_for_report(serial):
    """The whole report of a machine that then waits."""
    said, before = "", None
    for _ in range(120):
        time.sleep(0.5)
        said = serial.read_text(errors="replace") if serial.exists() else ""
        if "msadsc:" in said and said == before:
            return said
        before = said
    raise SystemExit("figures: the machine says nothing")


def split():
    """What docs/split.c prints."""
    stages = [path for folder in sorted((TOP / "lessons").glob("0[1-6]-*"))
              for path in folder.glob("*.c")
              if not re.search(r"(_test|_bench|_workload|main|replay)\.c$",
                               path.name)
              and (folder.name[:2] != "06" or path.name.startswith("page"))]
    common = [path for path in (TOP / "common" / "lib").glob("*.c")
              if not re.search(r"_test\.c$|^(test|bench)\.c$", path.name)]
    program = TOP / "build" / "split"
    program.parent.mkdir(exist_ok=True)
    subprocess.run(
        ["gcc", "-std=c11", "-O1", "-o", program,
         "-I" + str(TOP / "common/include"), "-I" + str(TOP / "common/host"),
         *["-I%s" % folder for folder in sorted(
             (TOP / "lessons").glob("0[1-6]-*"))],
         TOP / "docs" / "split.c", TOP / "common/host/host.c",
         *common, *stages], check=True)
    return subprocess.run([program], check=True, stdout=subprocess.PIPE,
                          text=True).stdout.splitlines()


def run_all():
    """All runs, as sections of one text."""
    for lesson in (2, 5):
        make("lesson", "N=%d" % lesson)
    sections = {
        "bios": report(make("lesson", "N=5", "ONCE=1", "run")),
        "uefi": report(make("lesson", "N=5", "UEFI=1", "ONCE=1", "run")),
        "server": make("lesson", "N=5", "replay",
                       "MAP=" + SERVER).splitlines(),
        "memory-2": memory(2, SHOWN_2),
        "memory-5": memory(5, SHOWN_5),
        "split": split(),
    }
    heads = {
        "bios": "make lesson N=5 ONCE=1 run",
        "uefi": "make lesson N=5 UEFI=1 ONCE=1 run",
        "server": "make lesson N=5 replay MAP=" + SERVER,
        "memory-2": "descriptors of lesson 2, read with QEMU's monitor: xp",
        "memory-5": "descriptors of lesson 5, read with QEMU's monitor: xp",
        "split": "docs/split.c",
    }
    return "\n".join("\n".join(["## %s: %s" % (name, heads[name]), *lines, ""])
                     for name, lines in sections.items())


def read_runs():
    """Sections of runs.txt: name -> lines."""
    runs = {}
    for line in RUNS.read_text(encoding="utf-8").splitlines():
        match = re.match(r"## ([\w-]+): ", line)
        if match:
            lines = runs.setdefault(match.group(1), [])
        elif line:
            lines.append(line)
    return runs


# --- What the reports say ---------------------------------------------------

def boot_ranges(lines):
    """(base, end, type) of the map that lesson 1 made."""
    made, ranges = False, []
    for line in lines:
        made |= "in order, disjoint and joined" in line
        match = re.match(r"e820: +0x(\w+)-0x(\w+) (\S+(?: \S+)*?)  +\S", line)
        if made and match:
            ranges.append((int(match.group(1), 16),
                           int(match.group(2), 16) + 1, match.group(3)))
    return ranges


def listed_ranges(lines):
    """The same from a replay."""
    return [(int(base, 16), int(last, 16) + 1, kind) for base, last, kind in
            re.findall(r"^0x(\w+)-0x(\w+) (\S+)$", "\n".join(lines),
                       re.MULTILINE)]


def amount(size):
    """Bytes for a reader."""
    for unit, name in ((TIB, "TiB"), (GIB, "GiB"), (MIB, "MiB")):
        if size >= unit:
            tenths = size * 10 // unit  # cut, as the kernel's report is
            return "%g %s" % (tenths / 10, name)
    return "%g KiB" % (size / KIB)


def count(number):
    """A number for a reader."""
    return "{:,}".format(number)


# --- The pictures -----------------------------------------------------------

def kind_of(text):
    """Colour of a type."""
    if text in KINDS:
        return KINDS[text]
    return "acpi" if text.lower().startswith("acpi") else "other"


def address_space(runs):
    """Three machines' addresses on one scale of doublings."""
    machines = [
        ("QEMU, 128 MiB, BIOS", boot_ranges(runs["bios"])),
        ("QEMU, 128 MiB, UEFI", boot_ranges(runs["uefi"])),
        ("a server with 768 GiB", listed_ranges(runs["server"]))]
    picture = Picture(
        "address-space", "Who owns which addresses",
        "Address space of three machines, 64 KiB to 8 TiB, three doublings a "
        "column. " + " ".join(
            "%s: %d ranges, %s usable." % (
                name, len(ranges), amount(sum(
                    end - base for base, end, kind in ranges
                    if kind == "usable"))) for name, ranges in machines), 262)
    left, wide, low, high = 12, 696, 16, 43

    def place(address):
        bits = math.log2(max(address, 1 << low))
        return left + (min(bits, high) - low) / (high - low) * wide

    for i, (name, ranges) in enumerate(machines):
        y = 8 + 68 * i
        usable = sum(end - base for base, end, kind in ranges
                     if kind == "usable")
        picture.text(left, y + 12, name, "ink bold")
        picture.text(left + wide, y + 12, "%d ranges, %s usable" % (
            len(ranges), amount(usable)), "soft", "end")
        picture.rect(left, y + 20, wide, 28, "none", "nothing answers here")
        for base, end, kind in ranges:
            if end <= 1 << low:
                continue
            picture.rect(place(base), y + 20, place(end) - place(base), 28,
                         kind_of(kind), "0x%x-0x%x %s, %s" % (
                             base, end - 1, kind, amount(end - base)), 0)
    y = 206
    for bits in range(16, 44, 3):
        x = place(1 << bits)
        picture.line(x, y, x, y + 6, "soft-stroke")
        anchor = "start" if bits == 16 else "end" if bits == 43 else "middle"
        picture.text(x, y + 19, amount(1 << bits), "soft small", anchor)
    picture.legend(left, y + 46, [
        ("ram", "usable"), ("reserved", "reserved"), ("acpi", "ACPI"),
        ("other", "another type"), ("none", "nothing")])
    return picture


SHOWN_2 = [0, 1, 2, 0x9e, 0x9f, 0xff, 0x100, 0x101, 0x7fde]
SHOWN_5 = [0, 1, 0x9e, 0x100, 0x1fff, 0x2000, 0x203f, 0x2040, 0x2080, 0x4000,
           0x7fde]


def meaning(word, names):
    """What a descriptor says, in words."""
    state, order = word & 7, word >> 3 & 31
    low, high = word >> 8 & 0xfffffff, word >> 36
    if STATES[state] == "run":
        return "a run of %s pages; %s" % (
            count(low), "the next one below begins at 0x%x" % high
            if high else "none below")
    if STATES[state] == "free":
        return "free, 2^%d pages; on the list before %s, after %s" % (
            order, "0x%x" % low if low else "none",
            "0x%x" % high if high else "none")
    if STATES[state] == "occupied":
        return "2^%d pages occupied by %s; left: inverted" % (
            order, "%s, number %d" % (names[low - 1], low) if low
            else "nobody: page 0")
    return "nothing starts here"


def descriptors(runs):
    """Words of the array, taken apart."""
    sections = [("after lesson 2: runs", runs["memory-2"]),
                ("after lesson 5: blocks, occupied and free",
                 runs["memory-5"])]
    rows = sum(len(lines) for _, lines in sections)
    picture = Picture(
        "descriptors", "Descriptors of some pages", "Descriptors read from "
        "the memory of a booted machine with 128 MiB, each taken apart into "
        "its upper 28 bits, lower 28 bits, order and state.",
        20 * rows + 44 * len(sections))
    names = re.findall(r"^occupy: 0x\w+-0x\w+ +(\S+)", "\n".join(
        runs["bios"]), re.MULTILINE)
    colours = {"run": "ram", "free": "mark", "occupied": "used",
               "nothing": "none"}
    y = 16
    for title, lines in sections:
        picture.text(12, y, title, "ink bold")
        for x, name in ((82, "upper 28"), (157, "lower 28"), (225, "order"),
                        (270, "state")):
            picture.text(x, y + 17, name, "soft small")
        y += 22
        for line in lines:
            frame, word = [int(number, 16) for number in
                           re.findall(r"0x[0-9a-f]+", line)]
            state = STATES[word & 7]
            for x, wide in ((78, 72), (153, 68), (224, 40), (267, 66)):
                picture.rect(x, y, wide, 17, colours[state], line)
            picture.text(12, y + 13, "0x%x" % frame, "ink mono")
            picture.text(82, y + 13, "%07x" % (word >> 36), "ink mono")
            picture.text(157, y + 13, "%07x" % (word >> 8 & 0xfffffff),
                         "ink mono")
            picture.text(244, y + 13, word >> 3 & 31, "ink mono", "middle")
            picture.text(271, y + 13, state, "ink mono")
            picture.text(345, y + 13, meaning(word, names), "soft")
            y += 20
        y += 22
    return picture


def area_pages(lines):
    """Usable pages by area, of a boot or of a replay."""
    text = "\n".join(lines)
    return {name: int((re.search(r"^memarea: %s .*: +(\d+) usable" % name,
                                 text, re.MULTILINE) or
                       re.search(r"^area %s usable (\d+)" % name, text,
                                 re.MULTILINE)).group(1)) for name in AREAS}


def areas(runs):
    """Three areas, and what two machines have in each."""
    machines = [("QEMU, 128 MiB", area_pages(runs["bios"])),
                ("a server with 768 GiB", area_pages(runs["server"]))]
    bounds = {"hardware": "0 to 32 MiB", "kernel": "32 MiB to 16 GiB",
              "user": "16 GiB to 1 TiB"}
    picture = Picture(
        "areas", "Three areas, two machines", "Usable pages of each area. " +
        " ".join("%s: %s." % (name, ", ".join(
            "%s %s" % (area, count(pages[area])) for area in AREAS))
            for name, pages in machines), 196)
    for i, area in enumerate(AREAS):
        x = 12 + 236 * i
        picture.rect(x, 6, 224, 184, "none", "", 6)
        picture.text(x + 12, 28, area, "ink bold")
        picture.text(x + 212, 28, bounds[area], "soft", "end")
        for j, (name, pages) in enumerate(machines):
            y = 52 + 70 * j
            share = pages[area] / sum(pages.values())
            picture.text(x + 12, y, name, "soft small")
            picture.text(x + 12, y + 18, "%s pages" % count(pages[area]))
            picture.text(x + 212, y + 18, amount(pages[area] * 4096)
                         if pages[area] else "empty", "soft", "end")
            picture.rect(x + 12, y + 26, 200, 8, "line", "", 4)
            if pages[area]:
                picture.rect(x + 12, y + 26, 200 * share, 8, "ram",
                             "%.2f %% of the machine's pages" % (100 * share),
                             4)
    return picture


def occupied(runs):
    """Each MiB of 128, and what lies in it."""
    found = [(int(base, 16), int(last, 16) + 1, name, int(pages))
             for base, last, name, pages in re.findall(
                 r"^occupy: 0x(\w+)-0x(\w+) +(\S+) +(\d+) pages",
                 "\n".join(runs["bios"]), re.MULTILINE)]
    usable = [(base, end) for base, end, kind in boot_ranges(runs["bios"])
              if kind == "usable"]
    colours = ["reserved", "mark", "acpi", "used", "other"]
    picture = Picture(
        "occupied", "What lies in 128 MiB already",
        "The 128 MiB of a machine, a box for each MiB. Occupied: " +
        ", ".join("%s with %s pages" % (name, count(pages))
                  for _, _, name, pages in found) + ".",
        222 + 20 * len(found) + 12)
    for mib in range(128):
        x, y = 12 + 43.5 * (mib % 16), 8 + 25 * (mib // 16)
        picture.rect(x, y, 40.5, 22, "none", "MiB %d" % mib, 0)
        for base, end in usable:
            cell(picture, x, y, mib, base, end, "ram", "free")
        for i, (base, end, name, _) in enumerate(found):
            cell(picture, x, y, mib, base // 4096 * 4096,
                 -(-end // 4096) * 4096, colours[i % 5], name)
    y = 226
    for i, (base, end, name, pages) in enumerate(found):
        picture.rect(12, y - 11, 14, 14, colours[i % 5])
        picture.text(34, y, name)
        picture.text(190, y, "0x%x-0x%x" % (base, end - 1), "soft mono")
        picture.text(440, y, "%s pages of RAM" % count(pages), "soft")
        y += 20
    picture.legend(590, 226, [("ram", "free"), ("none", "not RAM")])
    return picture


def cell(picture, x, y, mib, base, end, name, words):
    """The part of [base, end) that lies in one MiB."""
    low, high = max(base, mib * MIB), min(end, (mib + 1) * MIB)
    if low < high:
        picture.rect(x + 40.5 * (low - mib * MIB) / MIB, y,
                     40.5 * (high - low) / MIB, 22, name,
                     "%s: 0x%x-0x%x" % (words, low, high - 1), 0)


def boot_blocks(lines):
    """(area, order) -> blocks, of a boot."""
    return {(area, int(row[0])): int(row[1 + i]) for row in re.findall(
        r"^merge: order +(\d+) +[\d.]+ \wiB +(\d+) +(\d+) +(\d+) ",
        "\n".join(lines), re.MULTILINE) for i, area in enumerate(AREAS)}


def listed_blocks(lines):
    """The same of a replay."""
    return {(area, int(order)): int(blocks) for area, order, blocks in
            re.findall(r"^free (\w+) order (\d+) blocks (\d+)",
                       "\n".join(lines), re.MULTILINE)}


def orders(runs):
    """Blocks by order and area, of two machines."""
    machines = [("QEMU, 128 MiB", boot_blocks(runs["bios"])),
                ("a server with 768 GiB", listed_blocks(runs["server"]))]
    picture = Picture(
        "orders", "Free blocks by order and area", "Two tables of free "
        "blocks, orders 0 to 18 across, areas down. " + " ".join(
            "%s: %s free pages in %s blocks." % (name, count(sum(
                number << order for (_, order), number in blocks.items())),
                count(sum(blocks.values()))) for name, blocks in machines),
        300)
    y = 16
    for name, blocks in machines:
        picture.text(12, y, name, "ink bold")
        picture.text(708, y, "%s pages in %s blocks" % (count(sum(
            number << order for (_, order), number in blocks.items())),
            count(sum(blocks.values()))), "soft", "end")
        for order in range(19):
            picture.text(94 + 33 * order, y + 18, order, "soft small",
                         "middle")
        picture.text(12, y + 18, "order", "soft small")
        y += 24
        for area in AREAS:
            picture.text(12, y + 18, area)
            for order in range(19):
                number = blocks.get((area, order), 0)
                picture.rect(79 + 33 * order, y, 31, 26,
                             "ram" if number else "none",
                             "%d blocks of %s" % (
                                 number, amount(4096 << order)), 3)
                picture.text(94.5 + 33 * order, y + 17, number or "",
                             "ink small", "middle")
            y += 29
        y += 26
    y -= 14
    for order, words in ((0, "4 KiB"), (9, "2 MiB: one entry of a page table"),
                         (18, "1 GiB: one entry")):
        picture.text(79 + 33 * order if order < 18 else 708, y, words,
                     "soft small", "end" if order == 18 else "start")
    return picture


def split_and_join(runs):
    """One block of 16 pages through four calls."""
    steps = []
    for line in runs["split"]:
        call, blocks = re.match(r"split: (.*) \|(.*)", line).groups()
        steps.append((call, [(int(page), int(order), state) for
                             page, order, state in re.findall(
                                 r"(\d+):(\d+):(\w+)", blocks)]))
    picture = Picture(
        "split", "A block is split, and joined again",
        " Then ".join("%s: %s." % (call, ", ".join(
            "%s block of order %d at page %d" % (state, order, page)
            for page, order, state in blocks)) for call, blocks in steps),
        52 * len(steps) + 34)
    for page in range(16):
        picture.text(203 + 31.5 * page, 14, page, "soft small", "middle")
    picture.text(12, 14, "page", "soft small")
    for i, (call, blocks) in enumerate(steps):
        y = 22 + 52 * i
        first, _, rest = call.partition(", ")
        picture.text(12, y + 18, first, "ink" if i == 0 else "ink mono")
        picture.text(12, y + 34, rest, "soft")
        for page, order, state in blocks:
            x, wide = 188 + 31.5 * page, 31.5 * (1 << order) - 3
            picture.rect(x, y, wide, 38, "ram" if state == "free" else "used",
                         "%s, order %d, page %d" % (state, order, page), 4)
            picture.text(x + wide / 2, y + 17, "order %d" % order if order
                         else 0, "ink small", "middle")
            picture.text(x + wide / 2, y + 31, state, "ink small", "middle")
    picture.legend(188, 22 + 52 * len(steps) + 4, [
        ("ram", "free, on a list"), ("used", "given out")])
    return picture


def draw(runs):
    """All pictures."""
    return [address_space(runs), descriptors(runs), areas(runs),
            occupied(runs), orders(runs), split_and_join(runs)]


# --- The program ------------------------------------------------------------

def line_pattern(line):
    """A line of expect.txt as a regular expression."""
    words = [re.escape(word).replace(r"\*", r"\S+( \S+)?")
             for word in line.split()]
    return re.compile(r"\s+".join(words) + r"\s*$")


def check(runs):
    """TAP."""
    number = failed = 0
    for picture in draw(runs):
        path = FIGURES / (picture.name + ".svg")
        good = path.exists() and path.read_text(encoding="utf-8") == \
            picture.text_of()
        number, failed = number + 1, failed + (not good)
        print("%s %d figures: %s.svg is drawn from runs.txt" % (
            "ok" if good else "not ok", number, picture.name))
    for path in sorted((TOP / "lessons").glob("0[1-5]-*/expect.txt")):
        gone = [line for line in path.read_text().splitlines()
                if line and not line.startswith("?") and not any(
                    line_pattern(line).match(said) for said in runs["bios"])]
        number, failed = number + 1, failed + bool(gone)
        print("%s %d figures: runs.txt says what %s does" % (
            "not ok" if gone else "ok", number, path.parent.name))
        for line in gone:
            print("# not in runs.txt (figures.py --run renews it): " + line)
    print("1..%d" % number)
    return 1 if failed else 0


def main(arguments):
    """The program; returns its exit status."""
    if "--run" in arguments:
        FIGURES.mkdir(exist_ok=True)
        RUNS.write_text(run_all(), encoding="utf-8")
    runs = read_runs()
    if "--check" in arguments:
        return check(runs)
    for picture in draw(runs):
        (FIGURES / (picture.name + ".svg")).write_text(picture.text_of(),
                                                       encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
