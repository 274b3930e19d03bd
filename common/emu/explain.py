"""What QEMU saw last: exceptions and resets, with lines of source.

A kernel that dies before it can print, or while it prints, leaves no screen.
QEMU's log has each exception with the registers at that moment; we run the
kernel again with it and translate the last of them.

Source: QEMU "System Emulation", "-d" under "Invocation"; Intel SDM volume 3,
"Interrupt 8: Double Fault Exception".
"""
import os
import re
import subprocess
import sys

from capture import capture
from judge import ending
from qemu import qemu_command
from reader import kernel_words, stem
from trouble import Trouble

SHOWN = 4
NAMES = {
    0x0: "divide error", 0x1: "debug", 0x2: "non-maskable interrupt",
    0x3: "breakpoint", 0x4: "overflow", 0x6: "invalid opcode",
    0x8: "double fault", 0xa: "invalid TSS", 0xb: "segment not present",
    0xc: "stack segment fault", 0xd: "general protection",
    0xe: "page fault", 0x12: "machine check",
}
EVENT = re.compile(
    r"^ *\d+: v=(?P<vector>[0-9a-f]{2}) e=(?P<error>[0-9a-f]{4}) .*"
    r"cpl=(?P<cpl>\d) IP=[0-9a-f]{4}:(?P<ip>[0-9a-f]{16}) .*"
    r"SP=[0-9a-f]{4}:(?P<sp>[0-9a-f]{16})", re.MULTILINE)
CR2 = re.compile(r"CR2=([0-9a-f]{16})")
RESET = "Triple fault"
RESETS = re.compile(r"^CPU Reset", re.MULTILINE)
KERNEL = 0xffffffff80000000
LOADED = 0x100000, 0x400000


class Event:
    """One exception of the log."""

    def __init__(self, match, registers):
        self.vector = int(match.group("vector"), 16)
        self.error = int(match.group("error"), 16)
        self.user = match.group("cpl") == "3"
        self.ip = int(match.group("ip"), 16)
        self.sp = int(match.group("sp"), 16)
        found = CR2.search(registers)
        self.cr2 = int(found.group(1), 16) if found else 0

    def is_ours(self):
        """Not of firmware or GRUB, which run below."""
        return self.user or self.ip >= 1 << 47 or self.is_early()

    def is_early(self):
        """In the kernel's first instructions, where it was loaded."""
        return LOADED[0] <= self.ip < LOADED[1]

    def line(self):
        """The address for which the kernel has a line."""
        return self.ip + KERNEL if self.is_early() else self.ip

    def sentence(self):
        """What happened."""
        text = NAMES.get(self.vector, "exception %d" % self.vector)
        if self.vector != 0xe:
            return text + (", error code 0x%x" % self.error
                           if self.error else "")
        return "%s: the %s %s 0x%x, %s" % (
            text, "user" if self.error & 4 else "kernel",
            "executed" if self.error & 16 else
            "wrote to" if self.error & 2 else "read from", self.cr2,
            "in a page that forbids it" if self.error & 1 else
            "in a page that is not present")


def events(log):
    """(our exceptions, whether the last was followed by a triple fault)."""
    found = list(EVENT.finditer(log))
    ends = [match.start() for match in found[1:]] + [len(log)]
    all_events = [Event(match, log[match.end():end])
                  for match, end in zip(found, ends)]
    return [event for event in all_events if event.is_ours()], RESET in log


def lines_of(kernel, addresses):
    """{address: "function at file:line"} by addr2line."""
    program = os.environ.get("CROSS_COMPILE", "") + "addr2line"
    try:
        done = subprocess.run(
            [program, "-f", "-s", "-e", kernel, *map(hex, addresses)],
            stdout=subprocess.PIPE, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise Trouble("addr2line (of binutils) failed; make doctor says "
                      "what is missing") from error
    words = done.stdout.decode().splitlines()
    return {address: "%s at %s" % pair if pair[0] != "??" else
            "no line of the kernel" for address, pair in
            zip(addresses, zip(words[::2], words[1::2]))}


def describe(kernel, ours, triple):
    """Print the last events, the oldest first."""
    ours = ours[-SHOWN:]
    place = lines_of(kernel, [event.line() for event in ours]) if ours else {}
    for event in ours:
        print("explain: %s" % event.sentence())
        print("           at 0x%016x %s" % (event.ip, place[event.line()]))
        print("           stack 0x%016x" % event.sp)
    if triple:
        print("explain: triple fault: while the CPU went to the handler of "
              "the last exception above, it failed again, and again for the "
              "double fault; so it gave up, and the machine was reset")
    elif not ours:
        print("explain: no exception: the kernel ended, stopped or hangs by "
              "itself")


def explain(options):
    """Run again under the log; returns the exit status."""
    path = os.path.splitext(options.kernel)[0] + "-explain"
    command = qemu_command(options, kernel_words(options, "once")) + [
        "-serial", "stdio", "-monitor", "none", "-d", "int,cpu_reset",
        "-D", path + ".qemu"]
    print("explain: %s runs again, for at most %g s, and QEMU logs its "
          "exceptions" % (stem(options.kernel), options.timeout), flush=True)
    run = capture(command, options.timeout, path + ".log", lambda line: None)
    for line in run.lines[-12:]:
        print("| " + line)
    with open(path + ".qemu", encoding="utf-8", errors="replace") as file:
        ours, triple = events(file.read())
    describe(options.kernel, ours, triple)
    problem = ending(run, options.timeout)
    print("explain: %s; all of it is in %s.qemu" % (
        problem or "it powered off, as it should", path))
    sys.stdout.flush()
    return 0
