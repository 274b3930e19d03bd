#!/usr/bin/env python3
"""Start a kernel in an emulator: to look at it, or to test it.

    boot.py run    build/kernel/lesson-1.elf --mem 4G
    boot.py test   build/kernel/lesson-1.elf
    boot.py bench  build/kernel/lesson-6.elf --mem 4G --word pages
    boot.py image  build/kernel/lesson-1.elf

Options stand the same way for each; `boot.py --help` lists them.
"""
import argparse
import os
import signal
import sys
import tempfile

# The checkout stays as it is: output goes to build/ only.
sys.dont_write_bytecode = True

from bochs import ENDED_WELL, bochs_command  # noqa: E402
from bochs import environment, prepare  # noqa: E402
from capture import capture  # noqa: E402
from debug import command_bochs, command_debug, command_explain  # noqa: E402
from debug import command_gdb, command_qemu_gdb  # noqa: E402
from image import image  # noqa: E402
from judge import Ktap, Tap, judge_boot, judge_expected  # noqa: E402
from measure import command_bench  # noqa: E402
from qemu import STATUS_FAILED, STATUS_OK, qemu_command  # noqa: E402
from reader import attached, check_break, interactive_words  # noqa: E402
from reader import kernel_words, open_missing_streams, stem  # noqa: E402
from trouble import Trouble  # noqa: E402
from usb import command_usb  # noqa: E402


def command_run(options):
    """The serial port is the reader's terminal."""
    words = interactive_words(options)
    command = qemu_command(options, words)
    command += ["-serial", "mon:stdio"]
    print("boot: %s in QEMU with %s of memory; to quit: Ctrl-A, then x"
          % (stem(options.kernel), options.mem), flush=True)
    status = attached(command)
    if status == 0 and "once" in words:
        raise Trouble("the machine restarted itself (a triple fault?) where "
                      "it should have powered off")
    if status not in (0, STATUS_OK, STATUS_FAILED):
        raise Trouble("QEMU ended by itself, with status %d: it says above "
                      "why%s" % (status, qemu_advice(options)))
    return 0 if status == STATUS_OK else status


def qemu_advice(options):
    """What may help where QEMU does not like its options."""
    if options.kvm:
        return "; without KVM=1 it needs no help of this host's CPU"
    if options.cpu:
        return "; %s -cpu help lists what CPU= may be" % (
            options.qemu or "qemu-system-x86_64")
    return ""


def command_test(options):
    """Run the kernel's tests, or compare its report with expected files."""
    if options.expect:
        return test_expected(options)
    word = "test=" + options.word if options.word else "test"
    tap = Tap()
    ktap = Ktap(tap)
    run, log_path = captured(options, word, ktap.line)
    judge_boot(tap, stem(options.kernel) + " runs its tests and powers off",
               run, options.timeout, log_path, ktap.problem())
    return tap.end()


def test_expected(options):
    """Boot once and compare the report, stage by stage."""
    tap = Tap()
    run, log_path = captured(options, "once", lambda line: None)
    for path in options.expect:
        judge_expected(tap, path, run)
    judge_boot(tap, stem(options.kernel) + " reports and powers off",
               run, options.timeout, log_path)
    return tap.end()


def captured(options, word, on_line, shared=True):
    """(the run, path of its log) of a kernel that is told the word.

    The log that all runs share is for readers; without it there is none.
    """
    log_path = os.path.splitext(options.kernel)[0] + "-%s.log" \
        % word.split("=")[0] if shared else os.devnull
    words = kernel_words(options, word)
    if options.machine == "bochs":
        return captured_in_bochs(options, words, log_path, on_line), log_path
    command = qemu_command(options, words)
    command += ["-serial", "stdio", "-monitor", "none"]
    return capture(command, options.timeout, log_path, on_line), log_path


def captured_in_bochs(options, words, log_path, on_line):
    """The run; Bochs's own status is 1 always, so its last words tell."""
    above = os.path.dirname(options.kernel)
    with tempfile.TemporaryDirectory(dir=above, prefix="bochs-") as directory:
        prepare(options, words, directory, debug=False)
        run = capture(bochs_command(options), options.timeout, log_path,
                      on_line, cwd=directory, env=environment(options))
    if any(ENDED_WELL in line for line in run.lines):
        run.status = STATUS_OK
    return run


def command_image(options):
    """Make the image that `run` would boot, and say where it is."""
    print(image(options.kernel, interactive_words(options), options.grub,
                options.module, options.uefi))
    return 0


COMMANDS = {"run": command_run, "test": command_test, "image": command_image,
            "bochs": command_bochs, "debug": command_debug,
            "qemu-gdb": command_qemu_gdb, "gdb": command_gdb,
            "explain": command_explain, "usb": command_usb, "bench": command_bench}


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message):
        raise Trouble(message)


def add_machine_options(parser):
    """What the machine is like, and how the kernel gets into it."""
    parser.add_argument("--mem", default="", help="128M, 4G, ...")
    parser.add_argument("--machine", default="",
                        help="q35 or pc, which QEMU has, or bochs")
    parser.add_argument("--cpu", default="", help="the emulator's name of it")
    parser.add_argument("--boot", default="", help="grub or pvh")
    parser.add_argument("--uefi", action="store_true",
                        help="UEFI firmware instead of a BIOS")
    parser.add_argument("--qemu", default="", help="path of QEMU")
    parser.add_argument("--bochs", default="", help="path of Bochs")
    parser.add_argument("--gdb", default="", help="path of gdb")
    parser.add_argument("--port", type=int, default=1234,
                        help="where QEMU waits for gdb")
    parser.add_argument("--dev", default="", help="usb: the disk to write")
    parser.add_argument("--gui", action="store_true",
                        help="the machine's screen, and Bochs's debugger, "
                        "in windows")
    parser.add_argument("--kvm", action="store_true",
                        help="let the host's CPU run it")
    parser.add_argument("--grub", action="append", default=[],
                        help="a GRUB command before the kernel is loaded: "
                        "'cutmem 16M 17M'")
    parser.add_argument("--module", action="append", default=[],
                        help="a file that the loader puts into memory")


def add_kernel_options(parser):
    """What the kernel is told, and how it is judged."""
    parser.add_argument("--cmdline", default="",
                        help="more words for the kernel")
    parser.add_argument("--color", default="auto",
                        choices=["auto", "always", "never"])
    parser.add_argument("--once", action="store_true",
                        help="power off after the report")
    parser.add_argument("--word", default="",
                        help="only tests whose name holds it")
    parser.add_argument("--timeout", type=float, default=60,
                        help="seconds until a test counts as hung")
    parser.add_argument("--expect", nargs="+", action="extend", default=[],
                        help="files with the lines that stages must print")


def parse(arguments):
    """The options, with empty ones (unset in a Makefile) at their default."""
    parser = Parser(prog="boot.py", description=__doc__.splitlines()[0])
    parser.add_argument("command", choices=COMMANDS)
    parser.add_argument("kernel", metavar="KERNEL.elf")
    add_machine_options(parser)
    add_kernel_options(parser)
    options = parser.parse_args(arguments)
    options.mem = options.mem or "128M"
    options.boot = options.boot or "grub"
    options.machine = options.machine or "q35"
    return options


def check(options):
    """Refuse what would only end in a puzzle."""
    if options.boot not in ("grub", "pvh"):
        raise Trouble("BOOT=%s: it is grub or pvh" % options.boot)
    if options.machine not in ("q35", "pc", "bochs"):
        raise Trouble("--machine %s: it is q35, pc or bochs"
                      % options.machine)
    check_break(options)
    for path in [options.kernel] + options.module + options.expect:
        if not os.path.isfile(path):
            raise Trouble("%s: there is no such file%s" % (
                path, "; make lesson N=1 builds lesson 1"
                if path == options.kernel else ""))


def main(arguments):
    """The program; returns its exit status."""
    # Whoever ends us ends the machine: with an exception, on its way out.
    open_missing_streams()
    for number in signal.SIGTERM, signal.SIGHUP:
        signal.signal(number, lambda *_: sys.exit(1))
    try:
        options = parse(arguments)
        check(options)
        return COMMANDS[options.command](options)
    except Trouble as trouble:
        print("boot: %s" % trouble, file=sys.stderr)
        return 2
    except BrokenPipeError:  # the reader of our output went away
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
