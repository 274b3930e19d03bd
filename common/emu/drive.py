#!/usr/bin/env python3
"""Drive a debugger through a lesson, and compare what it says.

    drive.py gdb   build/kernel/lesson-3.elf
    drive.py bochs build/kernel/lesson-3.elf

At each BREAKPOINT of main.c the debugger must stop, and show the numbers that
the kernel has printed.  Prints TAP.
"""
import os
import re
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True

from judge import Tap  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
PATIENCE = 90
BREAKPOINT = re.compile(r'^\tBREAKPOINT\((\S+), "(.+)"\);', re.MULTILINE)


def breakpoints(kernel):
    """(object, text) of each in the main.c of this kernel."""
    number = int(re.search(r"lesson-(\d+)\.elf$", kernel).group(1))
    lessons = os.path.join(HERE, "..", "..", "lessons")
    folder = next(name for name in sorted(os.listdir(lessons))
                  if name.startswith("%02d-" % number))
    with open(os.path.join(lessons, folder, "main.c"),
              encoding="utf-8") as file:
        return BREAKPOINT.findall(file.read())


def stage(text):
    """merge of "after merge: free pages are in blocks"; "" before the first.
    """
    match = re.match(r"after (\w+):", text)
    return match.group(1) if match else ""


def converse(debugger, kernel, commands):
    """All that the debugger and the kernel say."""
    with subprocess.Popen(
            [sys.executable, os.path.join(HERE, "boot.py"), debugger, kernel,
             *(["--machine", "bochs"] if debugger == "bochs" else [])],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT) as boot:
        words = "".join(line + "\n" for line in commands).encode()
        try:
            said, late = boot.communicate(words, PATIENCE)[0], ""
        except subprocess.TimeoutExpired:
            boot.terminate()  # it ends what it has started
            said, late = boot.communicate()[0], "\ntimed out"
    return said.decode(errors="replace").replace("\r", "") + late


def numbers(text, pattern):
    """What the groups of the pattern match, line by line, as numbers."""
    return [tuple(int(word, 0) if re.fullmatch(r"0x[0-9a-f]+|\d+", word)
                  and not re.fullmatch("0[0-9]+", word) else word
                  for word in match.groups())
            for match in re.finditer(pattern, text, re.MULTILINE)]


# Per stage: gdb's command; what to find in its answer; what to find in the
# kernel's report.
RANGE = r"(0x[0-9a-f]+)-(0x[0-9a-f]+)"
GDB = {
    "e820": [
        ("pw-map", r"^map: \d+ ranges, (\d+) usable pages",
         r"^e820: usable pages: (\d+)"),
        ("pw-map", r"^%s (\S+) .* pages" % RANGE, None)],
    "msadsc": [
        ("p array", r"page = (0x[0-9a-f]+), pages = (\d+)", None),
        ("p array.usable_pages", r"^\$\d+ = (\d+)",
         r"^msadsc: \d+ pages, (\d+) usable")],
    "memarea": [
        ("pw-areas", r"^(\w+) +0x\w+ +0x\w+ +(\d+) +\d+ +\d+$",
         r"^memarea: (\w+) .*: +(\d+) usable pages")],
    "occupy": [
        ("pw-occupied", r"^%s (\S+) +(\d+) pages" % RANGE,
         r"^occupy: %s (\S+) +(\d+) pages" % RANGE),
        ("pw-areas", r"^(\w+) +0x\w+ +0x\w+ +(\d+) +(\d+) +\d+$",
         r"^occupy: (hardware|kernel|user) +usable +(\d+) = .* \+ occupied "
         r"+(\d+)"),
        ("pw-page array.base / 4096", r"by (descriptors)$",
         r"^occupy: .* (descriptors) ")],
    "merge": [
        ("pw-buddy", r"^order +(\d+) +(\d+) +(\d+) +(\d+) +(\d+)$",
         r"^merge: order +(\d+) +\d+ .iB +(\d+) +(\d+) +(\d+) +(\d+) pages"),
        ("pw-buddy", r"^free pages +(\d+) +(\d+) +(\d+) +(\d+)$",
         r"^merge: free pages +(\d+) +(\d+) +(\d+) +(\d+)"),
        ("pw-areas", r"^(hardware|kernel|user) .* (\d+)$", None)],
    "memmgrob": [
        ("p manager.usable_pages", r"^\$\d+ = (\d+)",
         r"^memmgrob: usable (\d+) =")],
    "page_alloc": [("pw-buddy", r"^free pages +(\d+) ", None)],
    "obj_alloc": [("pw-buddy", r"^free pages +(\d+) ", None)],
    "memm": [("pw-buddy", r"^free pages +(\d+) ", None),
             ("pw-page 0x3000", r"^descriptor (0x[0-9a-f]+)", None)],
}


# What a reader may mistype; the answers are sentences.
WRONG = ["pw-page", "pw-page nonsense", "pw-page -1", "pw-page \"text\""]
ANSWERS = [r"^Say which page", r"^pw-page nonsense: No symbol.* is wanted",
           r"^page -0x1: |comes in lesson 2$", r"^pw-page \"text\": .* is wanted"]

# As if the line where gdb stands called a null pointer.
CALL_NULL = ["set $rsp = $rsp - 8", "set *(unsigned long *)$rsp = $rip",
             "set $rip = 0", "hbreak trap_handle", "c"]


def drive_gdb(tap, kernel):
    """Each stop by its text, each command by its numbers."""
    stops = breakpoints(kernel)
    commands = []
    for i, (_, text) in enumerate(stops):
        for number, (command, _, _) in enumerate(GDB.get(stage(text), [])):
            commands += ["echo \\n@%d.%d\\n" % (i, number), command]
        commands += ["echo \\n@%d.end\\n" % i]
        commands += ["c"] if i + 1 < len(stops) else []
    said = converse("debug", kernel, commands + [
        "echo \\n@trace\\n", "pw-backtrace", "echo \\n@end\\n",
        "echo \\n@wrong\\n", *WRONG, *CALL_NULL, "echo \\n@null\\n", "pw-backtrace", "delete", "c", "q"])
    said = said.replace("(gdb) ", "")
    for i, (_, text) in enumerate(stops):
        tap.point("gdb stops " + text,
                  None if 'BREAKPOINT(' in said and text in said else
                  "it did not", [] if text in said else said.splitlines())
        for number, row in enumerate(GDB.get(stage(text), [])):
            judge_answer(tap, said, "@%d.%d\n" % (i, number), row)
    trace = said.partition("@trace\n")[2]
    tap.point("pw-backtrace goes from kernel_main to the entry",
              None if re.search(r"#0 .* kernel_main at lessons.*\n#1 .* start "
                                r"at .*\n#2 .* high_half at .*entry.S", trace)
              else "it says: " + trace)
    wrong, _, null = said.partition("@wrong\n")[2].partition("@null\n")
    missing = [answer for answer in ANSWERS
               if not re.search(answer, wrong, re.MULTILINE)]
    tap.point("pw-page says what is wrong with its argument",
              "it says: " + wrong.partition("Continuing")[0]
              if missing or "Python" in wrong else None)
    tap.point("pw-backtrace and the screen name who called a null pointer",
              None if re.search(
                  r"^#0 0x0+ no function.*\n#1 .* kernel_main at lessons.*\n"
                  r"(.*\n)+ calls, .*\n   0x0+\n   .* kernel_main.* main.c:\d",
                  null, re.MULTILINE) else "they do not: " + null)


def judge_answer(tap, said, mark, row):
    """The point for one command: its answer begins behind the mark."""
    command, ours, theirs = row
    before, _, behind = said.partition(mark)
    answer = behind.partition("\n@")[0]
    got = numbers(answer, ours)
    problem = None if got else "no such line: " + ours
    if "broken" in answer:  # pw-buddy follows the lists
        problem = "the kernel's lists are broken, or pw-buddy is"
    if theirs is not None and got != numbers(before, theirs):
        problem = "the kernel printed %s" % numbers(before, theirs)
    tap.point("%s answers with the kernel's numbers" % command, problem,
              answer.splitlines() if problem else ())


# Per stage: the object, which of its 64-bit words, which bits, and the report.
BOCHS = {
    "e820": ("map", 0, 0xffffffff, r"joined they are (\d+):"),
    "msadsc": ("array", 1, -1, r"^msadsc: (\d+) pages,"),
    "memarea": ("areas", 2, -1, r"^memarea: hardware .*: +(\d+) usable"),
    "occupy": ("areas", 3, -1, r"^occupy: hardware .* occupied +(\d+)"),
    "merge": ("areas", 4, -1, r"^merge: free pages +(\d+)"),
    "memmgrob": ("manager", 4, -1, r"^memmgrob: usable (\d+)"),
}


def drive_bochs(tap, kernel):
    """Each stop by its text, and a number out of each object."""
    stops = breakpoints(kernel)
    commands = []
    for i, (_, text) in enumerate(stops):
        if stage(text) in BOCHS:
            commands.append('x /8gx "%s"' % BOCHS[stage(text)][0])
        commands += ["c"] if i + 1 < len(stops) else ["r", "q"]
    rest = converse("bochs", kernel, commands)
    report = ""
    judge_bad_option(tap, kernel)
    for _, text in stops:
        before, found, rest = rest.partition(text + "\n")
        report += before
        tap.point("Bochs stops " + text,
                  None if found and "Magic breakpoint" in rest else
                  "it did not", () if found else report.splitlines()[-20:])
        if stage(text) in BOCHS:
            judge_words(tap, report, rest, BOCHS[stage(text)])


def judge_bad_option(tap, kernel):
    """The point for what Bochs does not take: its own screen is silent."""
    done = subprocess.run(
        [sys.executable, os.path.join(HERE, "boot.py"), "bochs", kernel,
         "--machine", "bochs", "--cpu", "abacus"], stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=PATIENCE,
        check=False)
    tap.point("a CPU that Bochs does not know is refused in words",
              None if done.returncode == 2 and b"boot: Bochs ended: " in
              done.stdout else done.stdout.decode(errors="replace"))


def judge_words(tap, report, rest, row):
    """The point for one object: Bochs shows it first behind the stop."""
    name, index, mask, pattern = row
    answer = rest.partition("[bochs]:\n")[2].partition("\n<bochs")[0]
    words = re.findall(r"\t(0x[0-9a-f]+)", answer)
    wanted = re.findall(pattern, report, re.MULTILINE)
    good = len(words) > index and wanted and \
        int(words[index], 16) & mask == int(wanted[-1])
    tap.point('x "%s" shows the kernel\'s number' % name,
              None if good else "words %s, but the kernel printed %s"
              % (words[:8], wanted))


def main(arguments):
    """The program; returns its exit status."""
    tap = Tap()
    if len(arguments) != 2 or arguments[0] not in ("gdb", "bochs"):
        print(__doc__, file=sys.stderr)
        return 2
    if shutil.which(arguments[0]) is None:
        print("1..0 # SKIP %s is missing; make setup installs it"
              % arguments[0])
        return 0
    {"gdb": drive_gdb, "bochs": drive_bochs}[arguments[0]](tap, arguments[1])
    return tap.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
