"""Benchmarks in the booted kernel, where QEMU counts the instructions."""
import os

from capture import capture
from qemu import STATUS_OK, qemu_command
from reader import kernel_words
from trouble import Trouble

# The time stamp counter is the number of instructions so far, the same in
# each run, and nobody waits for a real clock.
COUNTING = ["-icount", "shift=0,align=off,sleep=off"]


def command_bench(options):
    """Run the workload that --word names, or all; print what it measured.

    QEMU loads the kernel itself: the count begins with its first instruction,
    so that what GRUB would do before makes no difference.
    """
    options.boot = "pvh"
    word = "bench=" + options.word if options.word else "bench"
    log_path = "%s-%s-%s.log" % (os.path.splitext(options.kernel)[0],
                                 word.replace("=", "-"), options.mem)
    command = qemu_command(options, kernel_words(options, word)) + COUNTING
    command += ["-serial", "stdio", "-monitor", "none"]
    run = capture(command, options.timeout, log_path, lambda line: None)
    if run.timed_out or run.status != STATUS_OK:
        raise Trouble("%s %s; %s has what it said" % (
            word, "takes longer than %d s" % options.timeout
            if run.timed_out else "ended with status %s" % run.status,
            log_path))
    for line in run.lines:
        if line.startswith("bench: "):
            print(line)
    return 0
