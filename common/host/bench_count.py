"""Counting: a program in callgrind and by the clock, and a booted kernel."""
import re
import subprocess
import sys
import tempfile
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent.parent
BOOTER = TOP / "common/emu/boot.py"


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


def each(cell, whole=False):
    """The figure of a row: of one operation, or of all."""
    if cell is None:
        return None
    operations, total = cell
    return float(total) if whole else total / operations


def figure(value):
    """Four digits at least, as wide as the column."""
    if value is None:
        return "%12s" % "-"
    return "%12.*f" % (0 if value >= 10000 else 2 if value >= 1 else 4, value)
