#!/usr/bin/env python3
"""Change the code in one place, and see whether the tests notice.

    mutate.py FILE... -- TEST-SOURCE...     all mutants of these files
    mutate.py --all   -- TEST-SOURCE...     of all stages
    mutate.py --every 8 ...                 each 8th mutant only

A mutant is one file with one change: a comparison shifted or turned round, an
operator replaced, a constant one more, a condition negated, a statement gone.
It is compiled and linked with the tests, without sanitizers, and run.  It is
killed if it does not compile, if a test fails, or if it takes far too long.
What survives is printed: a test is missing, or the change has no effect.

Source: DeMillo, Lipton, Sayward, "Hints on Test Data Selection".
"""
import re
import subprocess
import sys
import tempfile
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent.parent
SECONDS = 20
FLAGS = ["-std=c11", "-O0", "-w", "-Icommon/include", "-Icommon/host"]

SWAPS = {
    "<": ["<=", ">="], "<=": ["<", ">"], ">": [">=", "<="], ">=": [">", "<"],
    "==": ["!="], "!=": ["=="], "&&": ["||"], "||": ["&&"],
    " + ": [" - "], " - ": [" + "], " * ": [" / "], " / ": [" * "],
    " % ": [" / "], " | ": [" & "], " & ": [" | "], " ^ ": [" | "],
    "<<": [">>"], ">>": ["<<"], "++": ["--"], "--": ["++"],
    "+=": ["-="], "-=": ["+="], "|=": ["&="], "&=": ["|="], "^=": ["|="],
    "true": ["false"], "false": ["true"],
}
TOKENS = re.compile(r"<<|>>|<=|>=|==|!=|&&|\|\||\+\+|--|\+=|-=|\|=|&=|\^="
                    r"| [-+*/%|&^] |(?<!-)[<>](?!=)|\btrue\b|\bfalse\b")
NUMBER = re.compile(r"(?<![\w.])(0x[0-9a-f]+|\d+)(?![\w.])")
CONDITION = re.compile(r"\b(?:if|while) (?=\()")
STATEMENT = re.compile(r"^\t+(?!return|if|for|while|do|else|case|default|switch"
                       r"|break|continue|\}|\{|#|ASSERT|static|const|struct|enum"
                       r"|uint|pfn_t|paddr_t|bool|char|size_t|unsigned|int )"
                       r"[^;{}\n]*(?:\n\t+[^;{}\n]+)*;$", re.MULTILINE)
NO_CODE = re.compile(r'/\*.*?\*/|"(?:\\.|[^"\n])*"|^#.*?(?<!\\)$'
                     r"|_Static_assert\(.*?;|ASSERT\(.*?;",
                     re.MULTILINE | re.DOTALL)


def blank(text):
    """The text with spaces for all that is no code of a function."""
    def spaces(match):
        return re.sub(r"[^\n]", "\0", match.group())
    return NO_CODE.sub(spaces, text)


def closing(text, at):
    """Index behind the bracket that closes the one at @at."""
    depth = 0
    for i in range(at, len(text)):
        depth += (text[i] == "(") - (text[i] == ")")
        if depth == 0:
            return i + 1
    return at


def changes(text):
    """(from, to, new text) of each mutant."""
    code = blank(text)
    for match in TOKENS.finditer(code):
        for new in SWAPS[match.group()]:
            yield match.start(), match.end(), new
    for match in NUMBER.finditer(code):
        yield match.start(), match.end(), "(%s + 1)" % match.group()
    for match in CONDITION.finditer(code):
        end = closing(code, match.end())
        yield match.end(), end, "(!%s)" % text[match.end():end]
    for match in STATEMENT.finditer(code):
        if "\0" not in match.group():
            yield match.start(), match.end(), "\t;"


def includes():
    """-I of each lesson."""
    return ["-I%s" % path for path in sorted(TOP.glob("lessons/*/"))]


def succeeds(command, seconds=120):
    """Whether a command ends in time, and well."""
    try:
        return subprocess.run(command, cwd=TOP, timeout=seconds,
                              stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL).returncode == 0
    except subprocess.TimeoutExpired:
        return False


class Tests:
    """The tests' objects, each compiled once."""

    def __init__(self, sources, work):
        self.work = Path(work)
        self.objects = {}
        for source in sources:
            self.objects[source] = str(
                self.work / (source.replace("/", "-") + ".o"))
            if not self.compile(TOP / source, self.objects[source], source):
                sys.exit("mutate.py: %s does not compile" % source)

    @staticmethod
    def compile(path, into, source):
        """Compile a text in the place of a source."""
        return succeeds(["gcc", *FLAGS, "-I%s" % Path(source).parent,
                         *includes(), "-c", str(path), "-o", into])

    def notice(self, source, text):
        """What the tests say of a source with another text: how it ends."""
        path, mutant = self.work / "mutant.c", str(self.work / "mutant.o")
        program = str(self.work / "mutant")
        path.write_text(text, encoding="utf-8")
        if not self.compile(path, mutant, source):
            return "does not compile"
        objects = [mutant if name == source else made
                   for name, made in self.objects.items()]
        if not succeeds(["gcc", *objects, "-o", program]):
            return "does not link"
        return None if succeeds([program], SECONDS) else "fails"


def try_file(tests, source, every):
    """(mutants that compile, survivors) of a file."""
    text = (TOP / source).read_text(encoding="utf-8")
    tried = survived = 0
    for start, end, new in list(changes(text))[::every]:
        ending = tests.notice(source, text[:start] + new + text[end:])
        if ending in ("does not compile", "does not link"):
            continue
        tried += 1
        if ending is None:
            survived += 1
            line = text.count("\n", 0, start) + 1
            print("%s:%d: '%s' to '%s' survives" % (
                source, line, " ".join(text[start:end].split()),
                " ".join(new.split())), flush=True)
    print("%s: %d of %d mutants killed" % (source, tried - survived, tried),
          flush=True)
    return tried, survived


def main(arguments):
    """The program; returns its exit status."""
    split = arguments.index("--")
    files, sources = arguments[:split], arguments[split + 1:]
    every = 1
    if "--every" in files:
        at = files.index("--every")
        every = int(files[at + 1])
        del files[at:at + 2]
    if "--all" in files:
        files = [name for name in sources if re.match("lessons/", name)
                 and not re.search(r"_test|_print|workout|_break", name)]
    tried = survived = 0
    with tempfile.TemporaryDirectory() as work:
        tests = Tests(sources, work)
        for source in files:
            text = (TOP / source).read_text(encoding="utf-8")
            if tests.notice(source, text) is not None:
                sys.exit("mutate.py: the tests fail without a change")
            more = try_file(tests, source, every)
            tried, survived = tried + more[0], survived + more[1]
    print("%d of %d mutants killed: %.1f %%" % (
        tried - survived, tried, 100 * (tried - survived) / max(tried, 1)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
