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
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.dont_write_bytecode = True

from bench_count import Broken, by_the_clock, each, figure  # noqa: E402
from bench_count import in_callgrind, in_kernel, output_of  # noqa: E402
from bench_peers import peers_table  # noqa: E402

CHANGED = 0.02

# Workloads, and the GiB of the machines that they run on.
RUNS = [("e820", (1,)), ("boot", (1, 4, 64, 1020)),
        ("init", (1, 4, 64, 1020)), ("pages", (4,)),
        ("worst", (1, 4, 64)), ("objects", (4,)), ("memm", (32,)),
        ("memm_small", (4,)), ("user_map", (4,))]

# Name in a program's output, and what the row of the table says of it.  The
# figure is of one operation, but for "whole" ones.
ROWS = [
    ("A", "a single page: allocated and freed"),
    ("A1", "the same while another page is held"),
    ("B-alloc", "all pages one by one: an allocation"),
    ("B-free", "all pages in the same order: a free"),
    ("R-free", "all pages in a random order: a free"),
    ("C", "orders 0-9 mixed, half full: a call"),
    ("W-free", "the worst free: a group joins to the largest block"),
    ("W-split", "the worst split: one page from the largest block"),
    ("W-lone", "the worst refill: the stack is filled from 16 groups"),
    ("W-gather9", "the worst block of order 9: a group is a part of it"),
    ("W-gather17", "the same, order 17"),
    ("W-gather18", "the same, order 18"),
    ("W-areas18", "the same, after another area has all but half of it"),
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
    ("M-end", "a process of 256 pages ends: it has %s blocks"),
    ("M-pair", "a pair of %s bytes, with 1000 other processes"),
    ("M-mix", "16-2048 bytes mixed, with those: a call"),
    ("U-map", "a page mapped for a process, 256 in one call"),
    ("U-unmap", "a page unmapped, 256 in one call"),
    ("O-alloc", "M-alloc's blocks for %s processes, from obj_alloc"),
    ("O-free", "M-free's for %s"),
    ("O-again", "M-again's for %s"),
    ("E", "a map of %s ranges sorted: a range"),
    ("D-stages", "stages 2 to 5, whole"),
    ("D-ready", "from the first instruction to ready, whole"),
    ("D-bytes", "bytes of descriptors that were cleared, a page"),
    ("D-init", "page_alloc_init(): room for groups, whole"),
    ("lazy-stages", "stages 2 to 5 with the word lazy, whole"),
    ("lazy-ready", "to ready with the word lazy, whole"),
    ("lazy-bytes", "bytes cleared with the word lazy, a page"),
    ("lazy-init", "page_alloc_init() with the word lazy, whole"),
]


def in_lazy_kernel(kernel, workload, gib):
    """The boot with the word lazy: its rows have that name."""
    rows = in_kernel(kernel, workload, gib, "--cmdline", "lazy")
    return {row.replace("D-", "lazy-"): cell for row, cell in rows.items()}


def measure(options):
    """{(workload, gib): (host, kernel, clock)}."""
    runs = [(workload, gib) for workload, sizes in RUNS for gib in sizes]
    with ThreadPoolExecutor(max_workers=2) as pool:
        host = [pool.submit(in_callgrind, options.program, *run)
                for run in runs]
        kernel = [pool.submit(in_kernel, options.kernel, *run)
                  for run in runs]
        lazy = [pool.submit(in_lazy_kernel, options.kernel, workload, gib)
                if workload in ("boot", "init") else None
                for workload, gib in runs]
        counted = [(h.result(), {**k.result(), **(z.result() if z else {})})
                   for h, k, z in zip(host, kernel, lazy)]
    # Alone on the machine, for the clock's sake.
    return {run: (*count, by_the_clock(options.program, *run))
            for run, count in zip(runs, counted)}


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
                values = [each(cell.get(row), whole) for cell in cells]
                if row == "D-bytes":  # the host clears nothing
                    values[0] = values[2] = None
                lines.append((label, *values,
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


def table(lines):
    """The table as text."""
    out = ["%-17s %12s %12s %12s  %s" % ("row", "host", "kernel", "ns",
                                         "what it is")]
    out += ["%-17s %s %s %s  %s" % (row, figure(host), figure(kernel),
                                    figure(ns), text)
            for row, host, kernel, ns, text in lines]
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
                    abs(float(figure(new)) - old) > CHANGED * abs(old):
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
            print("recorded in %s; python3 docs/quote.py tells the text"
                  % os.path.relpath(options.recorded))
        else:
            compare(lines, options.recorded)
        return 0
    except (Broken, subprocess.TimeoutExpired) as broken:
        print("bench: %s" % broken, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
