#!/usr/bin/env python3
"""Boot a kernel on many machines and count every page of their memory.

    matrix.py some build/kernel/lesson-5.elf     the subset of make test
    matrix.py all  build/kernel/lesson-5.elf build/kernel-llvm/lesson-5.elf

On each machine the kernel reports once: usable, reserved and missing pages
must add up to the memory that the machine was given, and all stages must
agree on them.  Then the tests run in the kernel.  Prints TAP.
"""
import concurrent.futures
import os
import shutil
import sys

sys.dont_write_bytecode = True

from account import Account  # noqa: E402
from boot import captured, check, parse  # noqa: E402
from judge import Ktap, Tap, ending  # noqa: E402
from qemu import MEM_GRUB, lacks_uefi, memory_bytes  # noqa: E402
from reader import stem  # noqa: E402
from trouble import Trouble  # noqa: E402

PC = "2M 3M 5M 8M 16M 33M 64M 128M 1G 3G 3584M 4G 8G 64G 512G 1020G".split()
UEFI = "64M 128M 1G 4G 64G 512G".split()
PVH = "16M 128M 4G".split()
BOCHS = "5M 32M 128M 1G 2G".split()

# Name of the hole, memory, GRUB's commands, whose numbers have 32 bits; a mask
# of badram has no say on the bits above.
HOLES = [
    ("inside the hardware area", "128M", "cutmem 0x1000000 0x1100000"),
    ("across the bound of two areas", "128M", "cutmem 0x1f00000 0x2100000"),
    ("where the descriptors would lie", "128M", "cutmem 0x2000000 0x2400000"),
    ("of one byte", "128M", "cutmem 0x1000001 0x1000002"),
    ("of bytes across two pages", "128M", "cutmem 0x2800ffe 0x2801003"),
    ("below 1 MiB", "128M", "cutmem 0x1000 0x80000"),
    ("at the top", "128M", "cutmem 0x6400000 0x8000000"),
    ("of nearly all memory", "128M", "cutmem 0x1000000 0x7800000"),
    ("of the whole kernel area", "128M", "cutmem 0x2000000 0x8000000"),
    ("up to 4 GiB", "8G", "cutmem 0x70000000 0xffffffff"),
    ("below 4 GiB, 8 GiB and so on", "24G", "badram 0xff000000,0xff000000"),
    ("of a bad page", "128M", "badram 0x1800000,0xfffff000"),
    ("of every other page of 64 KiB", "128M",
     "badram 0x2001000,0xffff1000"),
    ("of two bad MiB", "128M", "badram 0x700000,0xff700000"),
    ("of a page in each MiB of 64", "128M", "badram 0x4080000,0xfc0ff000"),
    ("of three pieces", "128M", "cutmem 0x1000000 0x1001000;"
     "cutmem 0x1003000 0x1004800;badram 0x5000000,0xff000000"),
]


# Below so much memory a lesson is the last one that fits with its tests,
# which want 256 KiB in one run: 2 MiB leave 892 KiB for kernel and all.
SMALL = [(3 << 20, "lesson-4.elf"), (4 << 20, "lesson-5.elf")]


class Machine:
    """One row of the matrix."""

    def __init__(self, name, *arguments, mem="128M", holes=()):
        self.name = name
        self.arguments = [*arguments, "--mem", mem]
        self.mem = mem
        self.holes = list(holes)
        for command in holes:
            self.arguments += ["--grub", command]

    def options(self, kernel):
        """boot.py's options for it."""
        # Several emulators run at once, and in Bochs alone the tests take a
        # minute: be patient.
        options = parse(["test", kernel, "--timeout",
                         "600" if "bochs" in self.arguments else "180",
                         *self.arguments])
        if memory_bytes(options.mem) < MEM_GRUB:
            options.boot = "pvh"
        check(options)
        return options


def bochs():
    """Bochs's machines, if it is here: make test needs no Bochs."""
    if shutil.which("bochs") is None:
        return []
    return [Machine("Bochs", "--machine", "bochs", mem=mem) for mem in BOCHS]


def uefi(*sizes):
    """Machines with UEFI, if they can be: make test does without."""
    if lacks_uefi():
        return []
    return [Machine("QEMU q35, UEFI", "--uefi", mem=mem) for mem in sizes]


def everything():
    """All machines but those of other kernels."""
    for kind in "q35", "pc":
        for mem in PC:
            yield Machine("QEMU " + kind, "--machine", kind, mem=mem)
    yield from uefi(*UEFI)
    for mem in PVH:
        yield Machine("QEMU q35, PVH", "--boot", "pvh", mem=mem)
    yield from bochs()
    for name, mem, commands in HOLES:
        yield Machine("QEMU q35, a hole " + name, mem=mem,
                      holes=commands.split(";"))
    for cpu in "qemu64", "max":
        for mem in "128M", "8G", "64G":
            yield Machine("QEMU q35, CPU " + cpu, "--cpu", cpu, mem=mem)


def some():
    """What make test has time for: one of each kind, and the edges."""
    for mem in "3M", "33M", "4G", "64G", "1020G":
        yield Machine("QEMU q35", "--machine", "q35", mem=mem)
    for mem in "2M", "128M", "3584M", "8G":
        yield Machine("QEMU pc", "--machine", "pc", mem=mem)
    yield from uefi("64M")
    yield Machine("QEMU q35, PVH", "--boot", "pvh", mem="16M")
    yield from bochs()[:1]
    for name, mem, commands in HOLES[1::3]:
        yield Machine("QEMU q35, a hole " + name, mem=mem,
                      holes=commands.split(";"))
    yield Machine("QEMU q35, CPU qemu64", "--cpu", "qemu64", mem="8G")


def boot(machine, kernel, word, on_line):
    """The run of the kernel that is told the word."""
    options = machine.options(kernel)
    return captured(options, word, on_line, shared=False)[0], options


def fitting(machine, kernel):
    """The kernel, or the last one before it that fits into the machine."""
    for below, name in SMALL:
        small = kernel.replace("lesson-6.elf", name)
        if memory_bytes(machine.mem) < below and os.path.exists(small):
            return small
    return kernel


def judge_report(machine, kernel):
    """(None or what is wrong, what to say) of the kernel's report."""
    run, options = boot(machine, kernel, "once", lambda line: None)
    problem = ending(run, options.timeout)
    if problem is not None:
        return problem, run.lines[-20:]
    account = Account(run.lines, memory_bytes(machine.mem),
                      options.machine, machine.holes)
    return account.problem(), [account.sentence()]


def judge_tests(machine, kernel):
    """(None or what is wrong, what to say) of the tests in the kernel."""
    tap = Tap(to=lambda line: None)
    ktap = Ktap(tap)
    run, options = boot(machine, kernel, "test", ktap.line)
    problem = ending(run, options.timeout) or ktap.problem()
    if problem is None and tap.failed:
        problem = "%d tests fail" % tap.failed
    failing = [line for line in run.lines if line.startswith("not ok")]
    return problem, failing or run.lines[-20:] if problem else []


def judge(row):
    """(name, problem, details) of a machine and a kernel."""
    machine, kernel, tests = row
    kernel = fitting(machine, kernel)
    name = "%s %s, %s: every page is accounted for" % (
        machine.name, machine.mem, stem(kernel))
    if "llvm" in kernel:
        name = "clang: " + name
    try:
        problem, details = judge_report(machine, kernel)
        if problem is None and tests:
            name += ", tests pass"
            problem, more = judge_tests(machine, kernel)
            details += more
    except Trouble as trouble:
        return name, str(trouble), []
    return name, problem, details


def main(arguments):
    """The program; returns its exit status."""
    if len(arguments) < 2 or arguments[0] not in ("all", "some"):
        print(__doc__, file=sys.stderr)
        return 2
    machines = list(everything() if arguments[0] == "all" else some())
    tests = arguments[0] == "all"
    rows = [(machine, kernel, tests) for kernel in arguments[1:]
            for machine in machines]
    tap = Tap()
    # The report is of machines, and they may be slow: one for each core.
    workers = (os.cpu_count() or 1) if arguments[0] == "all" else 1
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        for name, problem, details in pool.map(judge, rows):
            tap.point(name, problem, details)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
