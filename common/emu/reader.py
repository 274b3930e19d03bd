"""The reader's side of a machine: their terminal, and what they want."""
import os
import subprocess
import sys

try:
    import termios
except ImportError:
    termios = None


def stem(path):
    """lesson-1 of build/kernel/lesson-1.elf."""
    return os.path.splitext(os.path.basename(path))[0]


def colours_wanted(options):
    """Whether the kernel may colour its text."""
    if options.color != "auto":
        return options.color == "always"
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def once_wanted(options):
    """Whether the kernel is to power off after its report."""
    return options.once or os.environ.get("ONCE", "0") not in ("", "0")


def kernel_words(options, *more):
    """The kernel's command line; "qemu" makes it say how to quit."""
    qemu = ["qemu"] if options.machine != "bochs" else []
    return [*qemu, *more, *options.cmdline.split()]


def interactive_words(options):
    """The command line for a reader, who may be a script."""
    more = ["color"] if colours_wanted(options) else []
    once = once_wanted(options)
    if not once and not sys.stdin.isatty():
        print("boot: standard input is no terminal, so the kernel powers "
              "off after its report (once)", flush=True)
        once = True
    return kernel_words(options, *more, *(["once"] if once else []))


def attached(command, **more):
    """Run the command on our terminal, which it leaves as it found it."""
    terminal = termios and sys.stdin.isatty()
    state = termios.tcgetattr(sys.stdin) if terminal else None
    process = subprocess.Popen(command, **more)
    try:
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:
                continue
    finally:
        process.kill()
        if state:
            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, state)
