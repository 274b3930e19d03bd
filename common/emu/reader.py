"""The reader's side of a machine: their terminal, and what they want."""
import os
import re
import subprocess
import sys

from trouble import Trouble

try:
    import termios
except ImportError:
    termios = None


LESSONS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..",
                       "lessons")


def stem(path):
    """lesson-1 of build/kernel/lesson-1.elf."""
    return os.path.splitext(os.path.basename(path))[0]


def breaks(folder):
    """What BREAK= can break in a lesson: its main.c asks for it by name."""
    with open(os.path.join(LESSONS, folder, "main.c"),
              encoding="utf-8") as file:
        return re.findall(r'"break=(\w+)"', file.read())


def check_break(options):
    """Refuse to break what the lesson does not have: nothing would happen."""
    known = {"lesson-%d" % int(name[:2]): breaks(name)
             for name in sorted(os.listdir(LESSONS)) if name[:2].isdigit()}
    for word in options.cmdline.split():
        name, _, what = word.partition("=")
        if name != "break" or what in known.get(stem(options.kernel), [what]):
            continue
        raise Trouble("BREAK=%s: %s has nothing of that name to break; %s" % (
            what, stem(options.kernel), ", ".join(
                "%s: BREAK=%s" % (lesson, name)
                for lesson, names in known.items() for name in names)))


def colours_wanted(options):
    """Whether the kernel may colour its text."""
    if options.color != "auto":
        return options.color == "always"
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def once_wanted(options):
    """Whether the kernel is to power off after its report."""
    return options.once or os.environ.get("ONCE", "0") not in ("", "0")


def open_missing_streams():
    """Let nothing stand for what was closed, as cron and "<&-" do."""
    for number, name in enumerate(["stdin", "stdout", "stderr"]):
        if getattr(sys, name) is None:
            mode = "w" if number else "r"
            while True:  # the lowest number that is free
                file = open(os.devnull, mode, encoding="utf-8")
                if file.fileno() >= number:
                    break
            setattr(sys, name, file)


def demand_display():
    """For GUI=1."""
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        raise Trouble("GUI=1 needs a display, and there is none: without "
                      "GUI=1 all is on this terminal")


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
