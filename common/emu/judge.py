"""Whether a run was good, and if not, what happened: in TAP.

A machine can fail in more ways than a test can: it crashes, hangs, resets
itself, says nothing, or stops in the middle.  Each of them is a failing
point of its own, because a report that merely ends looks like a good one.

Source: "The Kernel Test Anything Protocol (KTAP)"; "TAP 13 specification".
"""
import difflib
import re

from image import GRUB_FAILED
from qemu import STATUS_FAILED, STATUS_OK

TAIL = 30
RULE = "-" * 80  # around the screen that a panic or a fault prints
STOPPED = " The kernel has stopped."
POINT = re.compile(r"(not )?ok\b")
PLAN = re.compile(r"1\.\.([0-9]+)")


def say(line):
    """Print at once: a reader waits."""
    print(line, flush=True)


class Tap:
    """The points that we report, to the function say; the plan comes last."""

    def __init__(self, to=say):
        self.say = to
        self.count = 0
        self.failed = 0

    def relay(self, line):
        """A point that the kernel reports."""
        self.count += 1
        self.failed += line.startswith("not")
        self.say(line)

    def point(self, name, problem=None, details=()):
        """A point of our own; it fails where there is a problem."""
        self.count += 1
        self.failed += problem is not None
        self.say("%s %d %s" % ("not ok" if problem else "ok", self.count, name))
        if problem:
            self.say("# " + problem)
        for line in details:
            self.say("# " + line)

    def end(self):
        """The plan; returns the exit status of the whole."""
        self.say("1..%d" % self.count)
        return 1 if self.failed else 0


class Ktap:
    """Follows the kernel's KTAP and passes its points on."""

    def __init__(self, tap):
        self.tap = tap
        self.begun = False
        self.plan = None
        self.points = 0

    def line(self, line):
        """One line of the serial port."""
        if line.endswith("KTAP version 1"):
            self.begun = True
        elif not self.begun:
            return
        elif POINT.match(line):
            self.points += 1
            self.tap.relay(line)
        elif PLAN.match(line):
            self.plan = int(PLAN.match(line).group(1))
        elif line.startswith("#"):
            self.tap.say(line)

    def problem(self):
        """None, or what is wrong with the report as a whole."""
        if not self.begun:
            return "no report: the kernel printed no KTAP"
        if self.plan is None:
            return "no plan: the kernel did not say how many tests it has"
        if self.plan == 0:
            return "empty: the kernel ran no test"
        if self.plan != self.points:
            return "truncated: %d tests planned, %d reported" % (
                self.plan, self.points)
        return None


def crash(lines):
    """None, or the headline of the kernel's last screen."""
    for before, line in zip([""] + lines, lines):
        if line.startswith("panic:") or (before == RULE and STOPPED in lines):
            return line
    return None


def ending(run, timeout):
    """None, or how the machine ended where it should have powered off."""
    headline = crash(run.lines)
    if headline is not None:
        return "crash: " + headline
    if run.timed_out:
        return "hang: not powered off after %g s" % timeout
    if run.status != STATUS_OK and not any(run.lines):
        return "silence: not one line on the serial port, status %d" \
            % run.status
    if GRUB_FAILED in run.lines:
        return "loader: GRUB could not start the kernel"
    if run.status == 0:
        return "reset: the machine restarted itself (a triple fault?)"
    if run.status == STATUS_FAILED:
        return "failure: the kernel says that something failed (status 35)"
    if run.status != STATUS_OK:
        return "status: the emulator ended with %d, and not with %d" % (
            run.status, STATUS_OK)
    if not any(run.lines):
        return "silence: not one line on the serial port"
    return None


def judge_boot(tap, name, run, timeout, log_path, further=None):
    """The point that says whether the machine did what it should."""
    problems = [ending(run, timeout), further]
    problems = [problem for problem in problems if problem]
    if not problems:
        tap.point(name)
        return
    tail = run.lines[-TAIL:]
    tap.point(name, problems[0], [
        *problems[1:], "the last %d lines of %s:" % (len(tail), log_path),
        *["| " + line for line in tail]])


def stage_of(line):
    """The word that a stage's lines begin with."""
    return re.match(r"\w*", line.removeprefix("? ")).group()


def pattern_of(line):
    """What a line of an expect.txt matches, as a regular expression.

    What differs from compiler to compiler is marked: `*` stands for any
    characters but blanks, and the blanks around a word that holds one may be
    more or less; a line that begins with `? ` may be missing.
    """
    pattern = before = ""
    for blanks, word in re.findall(r"(\s*)(\S+)", line.removeprefix("? ")):
        loose = blanks and "*" in before + word
        pattern += " +" if loose else blanks
        pattern += r"\S+".join(re.escape(part) for part in word.split("*"))
        before = word
    return "(?:%s\n)?" % pattern if line.startswith("? ") else pattern + "\n"


def contains(lines, wanted):
    """Whether lines hold the wanted ones as one piece."""
    pattern = "".join(pattern_of(line) for line in wanted)
    text = "".join(line + "\n" for line in lines)
    return re.search("^" + pattern, text, re.MULTILINE) is not None


def marked(line, wanted):
    """The wanted line that this one matches, or the line: for a diff."""
    for other in wanted:
        if re.fullmatch(pattern_of(other), line + "\n"):
            return other
    return line


def judge_expected(tap, path, run):
    """The point that says whether a stage printed the lines of its file."""
    with open(path, encoding="utf-8") as file:
        wanted = [line.rstrip() for line in file if line.strip()]
    stages = {stage_of(line) for line in wanted} - {""}
    got = [line.rstrip() for line in run.lines if stage_of(line) in stages]
    name = "prints the lines of " + path
    if not wanted:
        tap.point(name, "the file holds no line")
    elif contains(got, wanted):
        tap.point(name)
    else:
        tap.point(name, "-: %s, +: this boot" % path, list(
            difflib.unified_diff(wanted, [marked(line, wanted)
                                          for line in got],
                                 lineterm="", n=99))[3:])
