#!/usr/bin/env python3
"""Record what a loader hands over: its multiboot2 block, as it lies there.

    record.py NAME build/kernel/lesson-6.elf [options of boot.py]

boots the kernel, which reports where the block and the kernel lie, lets the
emulator write the block into common/host/infos/NAME.bin, and prints the line
for list.txt there.  QEMU's monitor does it (pmemsave), and Bochs's debugger
(writemem) at the first breakpoint.

Sources: QEMU "Human Monitor"; Bochs User Manual, "Using the Bochs internal
debugger".
"""
import os
import re
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True

from bochs import bochs_command, environment, prepare, write  # noqa: E402
from boot import captured, check, parse  # noqa: E402
from qemu import qemu_command  # noqa: E402
from reader import kernel_words  # noqa: E402
from trouble import Trouble  # noqa: E402

INFOS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "host",
                     "infos")
DIRECT_MAP = 0xffff800000000000  # where the kernel sees physical 0
OCCUPANT = re.compile(r"occupy: 0x([0-9a-f]+)-0x([0-9a-f]+) (\S+)")


def occupants(lines):
    """{name: (base, end)} of the report; its ranges name the last byte."""
    found = {}
    for line in lines:
        row = OCCUPANT.match(line)
        if row:
            found[row.group(3)] = (int(row.group(1), 16),
                                   int(row.group(2), 16) + 1)
    return found


def from_qemu(options, words, command, ready):
    """Boot once more; when the report is there, tell the monitor."""
    machine = qemu_command(options, words)
    with tempfile.TemporaryDirectory() as directory:
        serial = os.path.join(directory, "serial")
        os.mkfifo(serial)
        machine += ["-serial", "file:" + serial, "-monitor", "stdio"]
        with subprocess.Popen(machine, stdin=subprocess.PIPE,
                              stdout=subprocess.DEVNULL) as process:
            with open(serial, "rb") as report:
                for line in report:
                    if ready in line:
                        break
                process.communicate((command + "\nquit\n").encode())


def from_bochs(options, words, command):
    """Boot once more, to the first breakpoint."""
    with tempfile.TemporaryDirectory() as directory:
        prepare(options, words, directory, debug=True)
        write(directory, "rc", "c\n%s\nq\n" % command)
        subprocess.run(bochs_command(options), cwd=directory,
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, env=environment(options),
                       timeout=options.timeout, check=False)


def main(name, arguments):
    """Record one block."""
    options = parse(["test", *arguments])
    check(options)
    # The command line is in the block: the word that ends the first run must
    # be as long as the one of the second.
    run, _ = captured(options, "once", lambda line: None, shared=False)
    found = occupants(run.lines)
    if "multiboot-info" not in found:
        raise Trouble("the kernel does not say where its block lies")
    base, end = found["multiboot-info"]
    path = os.path.join(INFOS, name + ".bin")
    words = kernel_words(options, "wait")
    if options.machine == "bochs":
        from_bochs(options, words, 'writemem "%s" 0x%x %d' % (
            os.path.abspath(path), DIRECT_MAP + base, end - base))
    else:
        from_qemu(options, words, 'pmemsave 0x%x %d "%s"' % (
            base, end - base, os.path.abspath(path)), b"occupy: all")
    if not os.path.exists(path) or os.path.getsize(path) != end - base:
        raise Trouble("%s has not got %d bytes" % (path, end - base))
    print("%s 0x%x 0x%x 0x%x" % (name, base, *found["kernel"]))
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1], sys.argv[2:]))
    except Trouble as trouble:
        print("record: %s" % trouble, file=sys.stderr)
        sys.exit(2)
