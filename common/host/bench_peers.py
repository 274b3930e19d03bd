"""Others' allocators, with the same workloads: malloc's, and Linux's."""
import os
import sys

from bench_count import TOP, Broken, each, figure, in_callgrind, output_of
from bench_count import rows_of

# What LD_PRELOAD can put in the place of the C library's malloc.
MALLOCS = [("glibc", ""), ("jemalloc", "libjemalloc.so.2"),
           ("mimalloc", "libmimalloc.so.2")]
LIBRARIES = "/usr/lib/x86_64-linux-gnu/"


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
