"""One run of a machine without a reader: its text, its end."""
import re
import subprocess
import threading

# Escape sequences of firmware, of GRUB and of colours.
ESCAPE = re.compile(r"\x1b(\[[0-9;?=]*[A-Za-z]|[()][A-Z0-9]|[=>78])")


class Run:
    """What a machine said and how it ended."""

    def __init__(self):
        self.lines = []        # without escapes and line ends
        self.status = None     # the emulator's; negative: killed by a signal
        self.timed_out = False


def plain(raw):
    """A line as a person reads it."""
    text = ESCAPE.sub("", raw.decode(errors="replace"))
    text = text.rstrip("\r\n").lstrip("\r")
    return "".join(c if c.isprintable() or c == "\t" else "?" for c in text)


def stop(process, run):
    """The time is over."""
    run.timed_out = True
    process.kill()


def capture(command, timeout, log_path, on_line, **more):
    """Run the command, at most timeout seconds.

    Each line of its output goes to on_line and, as it came, into the file
    log_path.
    """
    run = Run()
    with open(log_path, "wb") as log, subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, **more) as process:
        timer = threading.Timer(timeout, stop, (process, run))
        timer.start()
        try:
            for raw in process.stdout:
                log.write(raw)
                run.lines.append(plain(raw))
                on_line(run.lines[-1])
            run.status = process.wait()
        finally:
            timer.cancel()
            process.kill()
    return run
