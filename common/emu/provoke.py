#!/usr/bin/env python3
"""Make every mistake that a kernel offers, and hold it to what it says.

    provoke.py build/kernel/lesson-6.elf TABLE...

A table (common/emu/provoked.txt) has a line for each thing that must be said:
the mistake's name, a colon, the words; `*` stands for what may differ.  Each
mistake that ends the kernel gets a boot of its own; all that are refused are
made in one.  None may hang or restart the machine, unless the table says so.
Prints TAP.
"""
import re
import sys

sys.dont_write_bytecode = True

from boot import captured, check, parse  # noqa: E402
from judge import Tap, pattern_of  # noqa: E402
from qemu import STATUS_FAILED, STATUS_OK  # noqa: E402

RESTART = "the machine restarts"
LINE = re.compile(r"provoke: (\w+)(: | ends | is )")


def read(paths):
    """What each mistake must say: a dictionary of lists of lines."""
    table = {}
    for path in paths:
        with open(path, encoding="utf-8") as file:
            for line in file:
                if line.strip() and not line.startswith("#"):
                    name, said = line.rstrip().split(": ", 1)
                    table.setdefault(name, []).append(said)
    return table


def boot(kernel, name):
    """The run of a kernel that is asked for this mistake."""
    options = parse(["test", kernel, "--boot", "pvh", "--timeout", "30",
                     "--cmdline", "provoke=" + name])
    check(options)
    return captured(options, "once", lambda line: None, shared=False)[0]


def missing(lines, wanted):
    """The first of the wanted lines that none of these is, or None."""
    for line in wanted:
        pattern = re.compile(pattern_of(line))
        if not any(pattern.fullmatch(got.strip() + "\n") for got in lines):
            return "it does not say: " + line
    return None


def said_of(lines, name):
    """What was printed for one mistake of those that are refused."""
    return [line.split(": ", 2)[2] for line in lines
            if line.startswith("provoke: %s: " % name)]


def fatal(kernel, name, wanted):
    """(what is wrong with the end of that kernel or None, its lines)."""
    run = boot(kernel, name)
    lines = run.lines + [RESTART] * (run.status == 0)
    if run.timed_out:
        return "it hangs", lines
    if run.status != STATUS_FAILED and RESTART not in wanted:
        return "the emulator ended with status %d" % run.status, lines
    return missing(lines, wanted), lines


def compare_names(tap, listed, table):
    """The point that says whether kernel and table know the same mistakes."""
    others = sorted(set(listed) ^ set(table))
    tap.point("all %d mistakes that there are stand in the table"
              % len(listed), "kernel or table lacks: " + ", ".join(others)
              if others or not listed else None)


def judge_refused(tap, kernel, names, table):
    """The points of those that the kernel survives, and of its end."""
    run = boot(kernel, "all")
    for name in names:
        said = said_of(run.lines, name)
        problem = missing(said, table.get(name, ["?"]))
        tap.point("refused: provoke=" + name, problem,
                  said if problem else ())
    tap.point("the kernel that refused them all goes on to its end",
              None if run.status == STATUS_OK else "status %s" % run.status,
              run.lines[-30:] if run.status != STATUS_OK else ())


def main(arguments):
    """The program; returns its exit status."""
    if len(arguments) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    kernel, table = arguments[0], read(arguments[1:])
    tap = Tap()
    listed = {LINE.match(line).group(1): line
              for line in boot(kernel, "list").lines if LINE.match(line)}
    compare_names(tap, listed, table)
    ends = [name for name in listed if listed[name].endswith("ends the kernel")]
    refused = [name for name in listed if name not in ends]
    for name in ends:
        problem, lines = fatal(kernel, name, table.get(name, ["?"]))
        tap.point("explained: provoke=" + name, problem,
                  lines[-60:] if problem else ())
    if refused:
        judge_refused(tap, kernel, refused, table)
    problem = fatal(kernel, "null", ["divide error"])[0]
    tap.point("a wrong word in the table is noticed",
              None if problem else "it was not")
    return tap.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
