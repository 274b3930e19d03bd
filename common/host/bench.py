#!/usr/bin/env python3
"""What the memory manager costs: one table, of the host and of the kernel.

    bench.py --program build/fast/lesson-6-bench \\
             --kernel build/kernel/lesson-6.elf --recorded docs/bench.txt

runs each workload three times: on the host under callgrind and by the clock,
and in the kernel in QEMU, which counts instructions.  What is not as it is
recorded is named.  With --record the table is written instead.  With --peer
PROGRAM, the same on malloc, others' allocators stand beside it.
"""
import argparse
import datetime
import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.dont_write_bytecode = True

TOP = Path(__file__).resolve().parent.parent.parent
BOOTER = TOP / "common/emu/boot.py"
CHANGED = 0.02

# Workloads, and the GiB of the machines that they run on.
RUNS = [("e820", (1,)), ("boot", (1, 4, 64, 1020)), ("pages", (4,)),
        ("worst", (1, 4, 64)), ("objects", (4,)), ("memm", (32,))]

# Name in a program's output, and what the row of the table says of it.  The
# figure is of one operation, but for "whole" ones.
ROWS = [
    ("A", "a single page: allocated and freed"),
    ("A1", "the same while another page is held"),
    ("B-alloc", "all pages one by one: an allocation"),
    ("B-free", "all pages in the same order: a free"),
    ("R-free", "all pages in a random order: a free"),
    ("C", "orders 0-9 mixed, half full: a call"),
    ("W-drain", "the worst free: a full cache is drained"),
    ("W-split", "the worst split: one page from the largest block"),
    ("W-gather9", "the worst block of order 9: 16 of it are cached"),
    ("W-gather17", "the same, order 17"),
    ("W-gather18", "the same, order 18"),
    ("P64", "the only object, 64 bytes: allocated and freed"),
    ("P256", "the same, 256 bytes"),
    ("P1024", "the same, 1024 bytes"),
    ("S", "16-2048 bytes mixed, 32 MiB live: a call"),
    ("H64", "a pair of 64 bytes beside those"),
    ("H256", "a pair of 256 bytes"),
    ("H1024", "a pair of 1024 bytes"),
    ("M-alloc", "%s processes: a block allocated"),
    ("M-free", "%s processes: a block freed"),
    ("M-again", "%s processes: one allocated in between"),
    ("M-exit", "%s processes: one with 10 blocks ends"),
    ("E", "a map of %s ranges sorted: a range"),
    ("D-stages", "stages 2 to 5, whole"),
    ("D-ready", "from the first instruction to ready, whole"),
    ("D-bytes", "bytes of descriptors that were cleared, a page"),
    ("lazy-stages", "stages 2 to 5 with the word lazy, whole"),
    ("lazy-ready", "to ready with the word lazy, whole"),
    ("lazy-bytes", "bytes cleared with the word lazy, a page"),
]


# What LD_PRELOAD can put in the place of the C library's malloc.
MALLOCS = [("glibc", ""), ("jemalloc", "libjemalloc.so.2"),
           ("mimalloc", "libmimalloc.so.2")]
LIBRARIES = "/usr/lib/x86_64-linux-gnu/"


class Broken(Exception):
    """A program did not do what it should."""


def output_of(command, **more):
    """The lines that a command prints."""
    done = subprocess.run(command, stdout=subprocess.PIPE, timeout=600,
                          stderr=subprocess.PIPE, text=True, **more)
    if done.returncode != 0:
        raise Broken("%s: %s" % (" ".join(map(str, command)),
                                 done.stderr.strip() or done.stdout))
    return done.stdout.splitlines()


def rows_of(lines):
    """{row: words} of `bench: ROW WORDS` lines; a spread's is `ROW p50`."""
    rows = {}
    for line in lines:
        words = line.split()
        if len(words) < 4 or words[0] != "bench:":
            continue
        if words[2].startswith("p"):
            for name, value in zip(words[2::2], words[3::2]):
                rows[words[1] + " " + name] = (1, int(value))
        else:
            rows[words[1]] = (int(words[2]), int(words[3]))
    return rows


def in_callgrind(program, workload, gib, env=None):
    """{row: (operations, instructions)}: each row is a dump of its own."""
    counted = {}
    with tempfile.TemporaryDirectory(dir=TOP / "build") as directory:
        output_of(["valgrind", "-q", "--tool=callgrind",
                   "--collect-atstart=no",
                   "--callgrind-out-file=" + directory + "/out",
                   program, workload, str(gib)],
                  env=env)
        for path in Path(directory).iterdir():
            text = path.read_text()
            row = re.search(r"^desc: Trigger: Client Request: "
                            r"(\S+) (\d+) (\d+)$", text, re.MULTILINE)
            total = re.search(r"^summary: (\d+)$", text, re.MULTILINE)
            if row:
                counted[row[1]] = (int(row[2]), int(row[3]), int(total[1]))
    pieces, around = counted.pop("nothing")[1:]
    return {row: (operations, total - began * around // pieces)
            for row, (operations, began, total) in counted.items()}


def by_the_clock(program, workload, gib, env=None):
    """{row: (operations, nanoseconds)}: the best of three runs."""
    best = {}
    for _ in range(3):
        rows = rows_of(output_of([program, workload, str(gib)], env=env))
        for row, (operations, ticks) in rows.items():
            if row not in best or ticks < best[row][1]:
                best[row] = (operations, ticks)
    return best


def in_kernel(kernel, workload, gib, *more):
    """{row: (operations, instructions)} of the booted kernel."""
    return rows_of(output_of([sys.executable, BOOTER, "bench", kernel,
                              "--mem", "%dG" % gib, "--word", workload,
                              "--timeout", "300", *more]))


def in_lazy_kernel(kernel, gib):
    """The boot with the word lazy: its rows have that name."""
    rows = in_kernel(kernel, "boot", gib, "--cmdline", "lazy")
    return {row.replace("D-", "lazy-"): cell for row, cell in rows.items()}


def measure(options):
    """{(workload, gib): (host, kernel, clock)}."""
    runs = [(workload, gib) for workload, sizes in RUNS for gib in sizes]
    with ThreadPoolExecutor(max_workers=2) as pool:
        host = [pool.submit(in_callgrind, options.program, *run)
                for run in runs]
        kernel = [pool.submit(in_kernel, options.kernel, *run)
                  for run in runs]
        lazy = [pool.submit(in_lazy_kernel, options.kernel, gib)
                if workload == "boot" else None for workload, gib in runs]
        counted = [(h.result(), {**k.result(), **(z.result() if z else {})})
                   for h, k, z in zip(host, kernel, lazy)]
    # Alone on the machine, for the clock's sake.
    return {run: (*count, by_the_clock(options.program, *run))
            for run, count in zip(runs, counted)}


def each(cell, whole=False):
    """The figure of a row: of one operation, or of all."""
    if cell is None:
        return None
    operations, total = cell
    return float(total) if whole else total / operations


def row_names(found, name):
    """Those of the rows found that are `name` or `name` and a number."""
    return sorted((row for row in found
                   if re.fullmatch(re.escape(name) + r"\d*", row)),
                  key=lambda row: int(re.sub(r"\D", "", row) or 0))


def lines_of(figures):
    """[(row, host, kernel, ns, text)] of the table."""
    lines = []
    for name, text in ROWS:
        for (_, gib), cells in figures.items():
            several = sum(name in row_names(c[0], name) or
                          bool(row_names(c[1], name))
                          for c in figures.values()) > 1
            for row in row_names({**cells[0], **cells[1]}, name):
                if row != name and "%s" not in text:
                    continue
                whole = "whole" in text
                label = row + ("@%dG" % gib if several else "")
                number = row[len(name):]
                lines.append((label, *(each(c.get(row), whole)
                                       for c in cells),
                              text % number if "%s" in text else text))
                lines += spread_lines(cells[1], row)
    return lines + memory_lines(figures)


def spread_lines(kernel, row):
    """How single operations are spread: only the kernel counts them."""
    return [("%s-%s" % (row, name), None, float(kernel[key][1]), None, text)
            for name, text in (("p50", "half of these calls take at most"),
                               ("p99", "99 % of them"),
                               ("p99.9", "99.9 %"),
                               ("worst", "the worst of all"))
            for key in ["%s %s" % (row, name)] if key in kernel]


def memory_lines(figures):
    """What is taken for S's objects, over what they are, in percent."""
    host, kernel, clock = figures[("objects", 4)]
    over = [(taken / live - 1) * 100 for live, taken in
            (clock["S-memory"], kernel["S-memory"])]
    return [("S-memory", *over, None, "memory over live bytes, percent")]


def figure(value):
    """Five digits, as wide as the column."""
    if value is None:
        return "%12s" % "-"
    return "%12.0f" % value if value >= 10000 else "%12.2f" % value


def table(lines):
    """The table as text."""
    out = ["%-15s %12s %12s %12s  %s" % ("row", "host", "kernel", "ns",
                                         "what it is")]
    out += ["%-15s %s %s %s  %s" % (row, figure(host), figure(kernel),
                                    figure(ns), text)
            for row, host, kernel, ns, text in lines]
    return "\n".join(out) + "\n"


def of_mallocs(program):
    """{name: {row: (operations, instructions)}} of each malloc there is."""
    found = {}
    for name, library in MALLOCS:
        if library and not os.path.exists(LIBRARIES + library):
            print("%s is missing: %s" % (name, library), file=sys.stderr)
            continue
        env = dict(os.environ)
        if library:
            env["LD_PRELOAD"] = LIBRARIES + library
        found[name] = in_callgrind(program, "objects", 4, env)
        clock = rows_of(output_of([program, "objects", "4"], env=env))
        found[name]["S-memory"] = clock["S-memory"]
    return found


def of_linux():
    """{row: cell} of Linux's allocators, or nothing and why."""
    try:
        return rows_of(output_of([sys.executable, TOP / "common/linux/linux.py",
                                  TOP / "build/linux"]))
    except Broken as broken:
        print("Linux: %s" % broken, file=sys.stderr)
        return {}


def peer_figure(row, cells):
    """One cell of the peers' table."""
    if row == "S-memory" and row in cells:
        live, taken = cells[row]
        return figure((taken / live - 1) * 100)
    return figure(each(cells.get(row)))


def peers_table(figures, program):
    """Others' allocators beside ours, with the same workloads."""
    ours = {}
    for (_, gib), (host, kernel, clock) in figures.items():
        if gib == 4:
            ours.update({("host", row): cell for row, cell in host.items()})
            ours.update({("kernel", row): c for row, c in kernel.items()})
            if "S-memory" in clock:
                ours["host", "S-memory"] = clock["S-memory"]
    columns = [("host", {r: c for (w, r), c in ours.items() if w == "host"})]
    columns += of_mallocs(program).items()
    columns += [("kernel", {r: c for (w, r), c in ours.items()
                            if w == "kernel"}), ("Linux", of_linux())]
    rows = ["A", "A1", "B-alloc", "B-free", "R-free", "C", "C p50", "C p99",
            "C p99.9", "C worst", "P64", "P256", "P1024", "S", "S p50",
            "S p99", "S p99.9", "S worst", "H64", "H256", "H1024", "S-memory"]
    out = ["%-10s" % "peers" + "".join(" %12s" % n for n, _ in columns)]
    out += ["%-10s" % row.replace(" ", "-") + "".join(
        " " + peer_figure(row, cells) for _, cells in columns)
        for row in rows]
    return "\n".join(out) + "\n"


def head():
    """Who measured: versions and the day."""
    versions = [output_of([tool, "--version"])[0]
                for tool in ("gcc", "valgrind", "qemu-system-x86_64")]
    today = datetime.date.today().isoformat()
    return "".join("# %s\n" % line for line in [
        "make bench RECORD=1, %s" % today, *versions,
        "host, kernel: instructions of one operation, on the host under "
        "callgrind,",
        "in the kernel in QEMU with -icount; ns: nanoseconds on that host"])


def recorded(path):
    """{row: (host, kernel)} of a table that was written."""
    rows = {}
    for line in path.read_text().splitlines():
        words = line.split()
        if words[:1] == ["peers"]:
            break
        if line.startswith("#") or len(words) < 4 or words[0] == "row":
            continue
        rows[words[0]] = [None if w == "-" else float(w)
                          for w in words[1:3]]
    return rows


def changes(lines, before):
    """A sentence for each figure that is not as recorded."""
    found = []
    for row, *now, _, _ in lines:
        for where, new, old in zip(("host", "kernel"), now,
                                   before.get(row, (None, None))):
            if new is None and old is None:
                continue
            if new is None or old is None or \
                    abs(new - old) > CHANGED * abs(old):
                found.append("%s, %s: %s, recorded %s" % (
                    row, where, figure(new).strip(), figure(old).strip()))
    return found


def compare(lines, path):
    """Say what changed; returns whether nothing did."""
    if not path.exists():
        print("nothing is recorded yet: make bench RECORD=1")
        return True
    found = changes(lines, recorded(path))
    for sentence in found:
        print("changed by more than 2 %: " + sentence)
    if not found:
        print("all instructions are as recorded in %s, within 2 %%"
              % os.path.relpath(path))
    return not found


def parse(arguments):
    """The options."""
    parser = argparse.ArgumentParser(prog="bench.py")
    parser.add_argument("--program", required=True)
    parser.add_argument("--kernel", required=True)
    parser.add_argument("--recorded", required=True, type=Path)
    parser.add_argument("--peer", default="")
    parser.add_argument("--record", action="store_true")
    return parser.parse_args(arguments)


def main(arguments):
    """The program; returns its exit status."""
    options = parse(arguments)
    try:
        figures = measure(options)
        lines = lines_of(figures)
        print(table(lines))
        peers = ""
        if options.peer:
            peers = "\n" + peers_table(figures, options.peer)
            print(peers)
        if options.record:
            options.recorded.write_text(head() + table(lines) + peers)
            print("recorded in %s" % os.path.relpath(options.recorded))
        else:
            compare(lines, options.recorded)
        return 0
    except (Broken, subprocess.TimeoutExpired) as broken:
        print("bench: %s" % broken, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
