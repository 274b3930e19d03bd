#!/usr/bin/env python3
"""Break a kernel on purpose, and read the screen with which it dies.

    screens.py build/kernel/lesson-5.elf

Some of the mistakes of common/boot/provoke.h must be explained in full: by
name, by the line that made it and, for an address in RAM, by what is in its
page.  provoke.py looks at all of them.  Prints TAP.
"""
import os
import re
import subprocess
import sys

sys.dont_write_bytecode = True

from boot import captured, check, parse  # noqa: E402
from judge import Tap  # noqa: E402
from qemu import STATUS_FAILED  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
EXPLAINED = ["explain: invalid opcode", "provoke_triple at provoke_cpu.c:",
             "explain: general protection", "explain: double fault",
             "explain: triple fault"]
CALLS = [r"^   0x\S+ provoke_early\+0x\S+  provoke.c:\d+$",
         r"^   0x\S+ start\+0x\S+  start.c:\d+$", "The kernel has stopped"]

# The mistake, and what the screen must say.
SCREENS = [
    ("null", ["page fault: the kernel read from a page that is not present",
              "in the null page",
              r"provoke_null\+0x\S+  provoke_memory.c:\d+"]),
    ("stack", ["double fault: the kernel stack ran into its guard page",
               "in the guard page of a stack", r"\.\.\. and \d+ times more"]),
    ("text", ["page fault: the kernel wrote to a page that forbids it",
              "in the kernel's code", "physical 0x0000000000100000",
              r"occupant kernel, 0x100000-"]),
    ("run", ["page fault: the kernel executed a page that forbids it",
             "in the kernel's data"]),
    ("divide", ["divide error", r"provoke_divide\+0x\S+  provoke_cpu.c"]),
    ("wild", ["page fault: the kernel wrote to a page that is not present|"
              "general protection"]),
    ("ud", ["invalid opcode"]),
    ("gp", ["general protection: entry 255 of the GDT"]),
    ("assert", ["panic: common/boot/provoke_kernel.c:.*base 0x2000, end 0x1000",
                r"provoke_assert\+0x\S+  provoke_kernel.c:\d+"]),
    ("phys", ["panic: phys_to_virt: .* are not mapped"]),
    ("page", ["page fault: the kernel executed a page that forbids it",
              "in the direct map", "physical 0x0000000003000000"]),
]

# The same, after the lesson's kernel: its stages know more.  The number is
# that of the lesson from which on they do.
LATE = [
    (2, "page", [r"^ page\[0x3000\] = 0x"]),
    (3, "page", [r"^ area     kernel: \d+ usable pages"]),
    (4, "text", [r"^ page     occupied(, from page 0x100 to 0x1\w\w)?$"]),
    (5, "page", [r"^ page     a free block of order 12, from page 0x3000 to "
                 r"0x3fff$"]),
]


def screen(kernel, mistake):
    """The lines of the kernel that makes it."""
    options = parse(["test", kernel, "--boot", "pvh", "--timeout", "30",
                     "--cmdline", "provoke=" + mistake])
    check(options)
    return captured(options, "once", lambda line: None, shared=False)[0].lines


def judge(tap, kernel, mistake, patterns):
    """The point for one mistake."""
    lines = screen(kernel, mistake)
    missing = [pattern for pattern in patterns if not any(
        re.search(pattern, line) for line in lines)]
    tap.point("the screen explains provoke=" + mistake,
              "it does not say: " + missing[0] if missing else None,
              lines[-60:] if missing else ())


def judge_explain(tap, kernel):
    """The point for make explain: a triple fault leaves no screen."""
    done = subprocess.run(
        [sys.executable, os.path.join(HERE, "boot.py"), "explain", kernel,
         "--boot", "pvh", "--timeout", "30", "--cmdline", "provoke=triple"],
        stdout=subprocess.PIPE, check=False)
    said = done.stdout.decode(errors="replace")
    missing = [words for words in EXPLAINED if words not in said]
    tap.point("make explain names a triple fault and its line",
              "it does not say: " + missing[0] if missing else None,
              said.splitlines() if missing else ())


def judge_old_cpu(tap, kernel):
    """The point for a CPU that cannot run us: it says so, and ends."""
    options = parse(["test", kernel, "--cpu", "486", "--timeout", "30"])
    check(options)
    run = captured(options, "once", lambda line: None, shared=False)[0]
    said = any("this CPU has no 64-bit mode" in line for line in run.lines)
    tap.point("a CPU without 64-bit mode is named, and the machine ends",
              None if said and run.status == STATUS_FAILED else
              "status %s" % run.status, [] if said else run.lines[-20:])


def main(arguments):
    """The program; returns its exit status."""
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    kernel = arguments[0]
    lesson = int(re.search(r"lesson-(\d+)", kernel).group(1))
    tap = Tap()
    for mistake, patterns in SCREENS:
        judge(tap, kernel, mistake,
              patterns + (CALLS if mistake != "stack" else []))
    for least, mistake, patterns in LATE:
        if lesson >= least:
            judge(tap, kernel, "late-" + mistake, patterns)
    judge_explain(tap, kernel)
    judge_old_cpu(tap, kernel)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
