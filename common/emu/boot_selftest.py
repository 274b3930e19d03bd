#!/usr/bin/env python3
"""Proves that the boot driver can fail.

A driver that says "ok" to everything is worse than none.  So we give it
machines that go wrong in every way we know of: small scripts that stand in
for QEMU and end as it would.  Prints TAP.
"""
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
GOOD = "KTAP version 1\n1..2\nok 1 first\nok 2 second\n"
SCREEN = "%s\npage fault: at 0\n The kernel has stopped.\n" % ("-" * 80)
REPORT = "boot: started\ne820: two ranges\ne820: 1 to 2\nboot: done\n"

# Name; what the machine prints; how it ends; whether the driver may say ok;
# what it must say.
TESTS = [
    ("a good run passes", GOOD, "exit 33", True, "ok 3 kernel"),
    ("line ends of a serial port and colours do not matter",
     "\033[32mhello\033[0m\r\n" + GOOD.replace("\n", "\r\n"),
     "exit 33", True, "1..3"),
    ("a failing test fails", GOOD.replace("ok 2", "not ok 2"),
     "exit 33", False, "not ok 2 second"),
    ("a triple fault is a reset", GOOD, "exit 0", False, "# reset:"),
    ("a kernel that says it failed is believed", GOOD, "exit 35", False,
     "# failure:"),
    ("a wrong status fails", GOOD, "exit 1", False, "# status:"),
    ("an emulator that is killed fails", GOOD, "kill -9 $$", False,
     "# status:"),
    ("a hang is noticed", "KTAP version 1\n1..2\nok 1 first\n",
     "exec sleep 60", False, "# hang:"),
    ("a hang after a good report is noticed", GOOD, "exec sleep 60", False,
     "# hang:"),
    ("silence is noticed", "", "exit 33", False, "# silence:"),
    ("a silent reset is noticed", "", "exit 0", False, "# silence:"),
    ("a report without KTAP fails", REPORT, "exit 33", False,
     "# no report:"),
    ("a truncated report fails", GOOD.replace("1..2", "1..3"),
     "exit 33", False, "# truncated: 3 tests planned, 2 reported"),
    ("more tests than planned fail", GOOD.replace("1..2", "1..1"),
     "exit 33", False, "# truncated:"),
    ("a missing plan fails", GOOD.replace("1..2\n", ""), "exit 33", False,
     "# no plan:"),
    ("a plan without tests fails", "KTAP version 1\n1..0\n", "exit 33",
     False, "# empty:"),
    ("a panic fails, whatever else is said",
     GOOD + "panic: page 7 is free twice\n", "exit 33", False,
     "# crash: panic: page 7"),
    ("the screen of a fault fails, and its headline is shown",
     GOOD + SCREEN, "exit 33", False, "# crash: page fault: at 0"),
    ("a loader that fails is named", "error: no such file.\n"
     "GRUB could not start the kernel.\n", "exit 0", False, "# loader:"),
    ("bytes that are no text do no harm", "\\377\\200\n" + GOOD, "exit 33",
     True, "1..3"),
    ("the last lines of the log are shown", "KTAP version 1\nlast words\n",
     "exit 0", False, "# | last words"),
]

# The same, for a report that is compared with expected lines.
EXPECTED = "e820: two ranges\ne820: 1 to 2\n"
REPORTS = [
    ("the expected lines pass", REPORT, "exit 33", True, "ok 1 prints"),
    ("other stages may print in between",
     REPORT.replace("e820: 1", "page: 7\ne820: 1"), "exit 33", True, "1..2"),
    ("a changed line fails and is shown", REPORT.replace("1 to 2", "1 to 3"),
     "exit 33", False, "# +e820: 1 to 3"),
    ("a missing line fails and is shown",
     REPORT.replace("e820: 1 to 2\n", ""), "exit 33", False,
     "# -e820: 1 to 2"),
    ("an additional line in the middle fails",
     REPORT.replace("e820: 1", "e820: 0\ne820: 1"), "exit 33", False,
     "# +e820: 0"),
    ("lines in another order fail",
     "e820: 1 to 2\ne820: two ranges\n", "exit 33", False, "not ok 1 prints"),
    ("the lines and then a reset fail", REPORT, "exit 0", False, "# reset:"),
    ("the lines and then a panic fail", REPORT + "panic: page 7\n",
     "exit 33", False, "# crash:"),
]

# The same, where expected lines are marked: they may differ.
MARKED = "page: at 0x17-*      * of 9\n? page: rare *\n"
MARKS = [
    ("a marked word may be another, and longer",
     "page: at 0x17-0x25 123456789 of 9\n", "exit 33", True, "1..2"),
    ("beside a marked word nothing may differ",
     "page: at 0x17-0x25      1 of 8\n", "exit 33", False,
     "# +page: at 0x17-0x25      1 of 8"),
    ("a marked word must be there", "page: at 0x17-0x25       of 9\n",
     "exit 33", False, "not ok 1 prints"),
    ("a line that may be missing may be there",
     "page: at 0x17-0x25      1 of 9\npage: rare 7\n", "exit 33", True,
     "1..2"),
    ("in the place of a line that may be missing no other may be",
     "page: rare 7\npage: at 0x17-0x25      1 of 8\n", "exit 33", False,
     "not ok 1 prints"),
]


# What a reader may ask for and cannot have; what the driver says then.
REFUSALS = [
    ("run --mem banana", "say how much memory as 128M or 4G"),
    ("run --mem 1M", "a PC's firmware needs 2M"),
    ("run --mem 65T", "no more than 64T"),
    ("run --uefi --mem 16M", "UEFI firmware needs 64M"),
    ("run --boot floppy", "it is grub or pvh"),
    ("run --boot pvh --uefi", "leave one of the two away"),
    ("run --boot pvh --gui", "GUI=1 needs a display"),
    ("run --boot pvh --qemu /none/qemu", "QEMU (/none/qemu) is missing"),
    ("run --cmdline graphics=big", "a size such as 1024x768"),
    ("run --cmdline break=nonsense", "lesson-3 has nothing of that name to "
     "break; lesson-4: BREAK=occupy"),
    ("run --cmdline break=occupy", "lesson-3 has nothing of that name"),
    ("gdb --port 9", "first, in another terminal: make lesson N=3 qemu-gdb"),
    ("bochs --machine bochs --mem 4G", "whole MiB, from 3M to 3G"),
    ("bochs --machine bochs --uefi", "leave UEFI=1 and BOOT=pvh away"),
    ("usb --dev /dev/null", "is no disk"),
]


def refuse(directory, arguments):
    """(status, what the driver says) where it should not start."""
    kernel = os.path.join(directory, "lesson-3.elf")
    write(kernel, "")
    command, *more = arguments.split()
    variables = {name: value for name, value in os.environ.items()
                 if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    done = subprocess.run(
        [sys.executable, os.path.join(HERE, "boot.py"), command, kernel,
         *more], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, timeout=60, env=variables, check=False)
    return done.returncode, done.stdout.decode()


def write(path, text):
    """Make a file."""
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def imitate(directory, prints, ends):
    """(paths of a QEMU, of a kernel) that prints and ends."""
    fake = os.path.join(directory, "fake qemu")
    kernel = os.path.join(directory, "kernel.elf")
    write(fake, "#!/bin/sh\nprintf '%%b' '%s'\n%s\n" % (
        prints.replace("\033", "\\033"), ends))
    os.chmod(fake, 0o755)
    write(kernel, "")
    return fake, kernel


def drive(directory, prints, ends, *more):
    """(status, what the driver said) of a machine that prints and ends."""
    fake, kernel = imitate(directory, prints, ends)
    done = subprocess.run(
        [sys.executable, os.path.join(HERE, "boot.py"), "test", kernel,
         "--boot", "pvh", "--qemu", fake, "--timeout", "0.5", *more],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, timeout=30)
    return done.returncode, done.stdout.decode()


def drive_closed(directory):
    """What a machine says whose reader has closed all but its output."""
    fake, kernel = imitate(directory, REPORT, "exit 33")
    done = subprocess.run(
        ["sh", "-c", 'exec "$@" <&- 2>&-', "sh", sys.executable,
         os.path.join(HERE, "boot.py"), "run", kernel, "--boot", "pvh",
         "--qemu", fake],
        stdout=subprocess.PIPE, timeout=30, check=False)
    return done.stdout.decode()


def holds(good, says, status, text):
    """Whether the driver judged right, and said why."""
    plan = "1..%d" % sum(line.startswith(("ok", "not ok"))
                         for line in text.splitlines())
    failing = any(line.startswith("not ok") for line in text.splitlines())
    return (status == 0) == good and failing != good and says in text \
        and text.splitlines()[-1] == plan


def report(number, name, good, text):
    """One TAP point; the driver's words where it is a failure."""
    print("%s %d driver: %s" % ("ok" if good else "not ok", number, name))
    if not good:
        print("".join("# %s\n" % line for line in text.splitlines()), end="")
    return good


def main():
    """The program; returns its exit status."""
    failed = 0
    with tempfile.TemporaryDirectory() as directory:
        rows = [(row, ()) for row in TESTS]
        for text, group in (EXPECTED, REPORTS), (MARKED, MARKS):
            path = os.path.join(directory, "expect-%d.txt" % len(rows))
            write(path, text)
            rows += [(row, ("--expect", path)) for row in group]
        print("1..%d" % (len(rows) + 1 + len(REFUSALS)))
        for number, (row, more) in enumerate(rows, 1):
            name, prints, ends, good, says = row
            status, text = drive(directory, prints, ends, *more)
            right = holds(good, says, status, text)
            failed += not report(number, name, right, text)
        text = drive_closed(directory)
        failed += not report(len(rows) + 1, "closed streams are no streams",
                             "boot: started" in text, text)
        for number, (arguments, says) in enumerate(REFUSALS, len(rows) + 2):
            status, text = refuse(directory, arguments)
            right = status == 2 and says in text and "Traceback" not in text
            failed += not report(number, arguments + " is refused: " + says,
                                 right, text)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
