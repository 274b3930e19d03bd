#!/usr/bin/env python3
"""Change the code in one place, and see whether the tests notice.

    mutate.py [--jobs N] [--every N] [--quick] [FILE...] -- TEST-SOURCE...

`make mutants` calls it; without a FILE it tries all that `FILES` names, and
the functions in headers of `HEADERS`.  A mutant is one file with one change: a
comparison shifted or turned round, an operator replaced, a constant one more
or less, a condition negated, a value returned that is another, a statement
gone.

One whose object code is that of the original, or of a mutant before it, is no
mutant: without optimization, and for what the tests do not notice also at -O2.
The rest is judged in this order, until one judge notices (--quick asks the
first only, and so compares no list of survivors):

  tests      all unit tests, those that stand nearest first
  bench      `make bench` on the host: a row that is not what it was with the
             original, by more than 2 %
  sanitizer  those of the same folder, under ASan and UBSan
  programs   random operations beside models, and the exhaustive programs,
             with the shares that are below

A mutant that takes ten times as long as the original is noticed too.  What
survives must stand in common/host/mutants.txt with the reason why nobody can
notice it, and nothing else may stand there.  Verdicts are kept in
build/mutants/verdicts.txt: what has been killed once, of the same text, is
not tried again.

Source: DeMillo, Lipton, Sayward, "Hints on Test Data Selection".
"""
import argparse
import hashlib
import re
import shutil
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.dont_write_bytecode = True

from bench import CHANGED  # noqa: E402
from bench_count import Broken, in_callgrind  # noqa: E402

TOP = Path(__file__).resolve().parent.parent.parent
WORK = TOP / "build/mutants"
VERDICTS = WORK / "verdicts.txt"
REASONS = TOP / "common/host/mutants.txt"

FILES = re.compile(r"(lessons/.*|common/lib/.*|common/boot/(multiboot2|pvh"
                   r"|boot_info).*)\.c$")
NOT_FILES = re.compile(r"_test\.|_bench\.|/workout|_mistakes\.|_damage\."
                       r"|memm_program|lib/test\.c|lib/check\.c|_workload\.h")
HEADERS = re.compile(r"(lessons/.*|common/include/(types|strip)"
                     r"|common/boot/boot_info_parse)\.h$")
INCLUDES = ["-Icommon/include", "-Icommon/host", "-I" + str(TOP / "build/kernel")]
FAST = ["gcc", "-std=c11", "-w", "-O0"]
PLAIN = ["gcc", "-std=c11", "-w", "-O2"]
SMALL = ["gcc", "-std=c11", "-w", "-O3", "-DPAGE_GROUP_ORDER=2",
         "-DPAGE_BATCH_ORDER=1", "-DPAGE_LONE=3"]
SANITIZED = ["gcc", "-std=c11", "-w", "-O1", "-fsanitize=address,undefined",
             "-fno-sanitize-recover=all"]
SECONDS = {"tests": 2, "sanitizer": 20}

# Which programs judge a survivor of which files; seconds of each at most, some
# ten times what the original takes; and how they are compiled, if not PLAIN.
PROGRAMS = [
    ("lessons/06-.*/page", ["random", "pages", "--operations", "100000"], 240),
    ("lessons/06-.*/page", ["random", "areas", "--operations", "50000"], 240),
    ("lessons/06-.*/page", ["exhaust_cache"], 60, SMALL),
    ("lessons/06-.*/page", ["random", "pages", "--operations", "500000"], 240,
     SMALL),
    ("lessons/06-.*/page", ["random", "areas", "--operations", "200000"], 240,
     SMALL),
    ("lessons/06-.*/obj", ["random", "objects", "--operations", "500000"], 240),
    ("lessons/06-.*/obj", ["random", "zones", "--operations", "200000"], 240),
    ("lessons/06-.*/memm", ["random", "memm", "--operations", "500000"], 240),
    ("lessons/06-.*/(memm|user)", ["random", "mapped", "--operations",
                                   "200000"], 240),
    ("lessons/01-e820/e820.c", ["exhaust_e820", "0", "512"], 240),
    ("lessons/01-e820/e820.c",
     ["exhaust_e820", "0xffffffffffffc000", "512"], 240),
    ("lessons/0[2456]-.*/(msadsc|occupy|merge|page).*", ["exhaust_merge",
                                                         "12"], 240),
    ("lessons/0[26]-.*/(msadsc|page).*", ["exhaust_pages"], 480),
    ("lessons/0[26]-.*/(msadsc|page).*", ["exhaust_pages", "--exact"], 800),
]

# Which workloads of make bench, on how many GiB, judge what lives then.
WORKLOADS = [
    ("lessons/01-", "e820", 1), ("lessons/0[2345]-", "boot", 64),
    ("lessons/(05|06-.*/page)", "pages", 4),
    ("lessons/(05|06-.*/page)", "worst", 4),
    ("lessons/06-.*/obj", "objects", 4),
    ("lessons/06-.*/memm", "memm_small", 4), ("lessons/06-.*/memm", "memm", 32),
    ("lessons/06-.*/user_map", "user_map", 4),
]

# What else they are made of.
PARTS = {
    "exhaust_pages": ["common/host/exhaust.c"],
    "exhaust_cache": ["common/host/exhaust.c"],
    "random": ["common/host/random_%s.c" % name for name in (
        "play", "pages", "objects", "memm")] + ["common/lib/test.c"] + [
            "lessons/06-alloc/%s_test.c" % name for name in (
                "page_arena", "obj_arena", "memm")],
}

SWAPS = {
    "<": ["<=", ">="], "<=": ["<", ">"], ">": [">=", "<="], ">=": [">", "<"],
    "==": ["!="], "!=": ["=="], "&&": ["||"], "||": ["&&"],
    "+": ["-"], "-": ["+"], "*": ["/"], "/": ["*"],
    "%": ["/"], "|": ["&"], "&": ["|"], "^": ["|"],
    "<<": [">>"], ">>": ["<<"], "++": ["--"], "--": ["++"],
    "+=": ["-="], "-=": ["+="], "|=": ["&="], "&=": ["|="], "^=": ["|="],
    "true": ["false"], "false": ["true"],
}
TOKENS = re.compile(r"<<|>>|<=|>=|==|!=|&&|\|\||\+\+|--|\+=|-=|\|=|&=|\^="
                    r"|(?<= )[-+*/%|&^](?=\s)|(?<!-)[<>](?!=)"
                    r"|\btrue\b|\bfalse\b")
NUMBER = re.compile(r"(?<![\w.])(0x[0-9a-fA-F]+|\d+)(?=[uUlL]*(?![\w.]))")
CONDITION = re.compile(r"\b(?:if|while) (?=\()")
RETURN = re.compile(r"\breturn ([^;]+);")
STATEMENT = re.compile(r"^\t+(?!return |if|for|while|do|else|case|default|"
                       r"switch|\}|\{|#|ASSERT|static|const|struct|enum|uint"
                       r"|pfn_t|paddr_t|bool|char|size_t|unsigned|int )"
                       r"[^;{}\n]*(?:\n\t+[^;{}\n]+)*;$", re.MULTILINE)
# Neither code nor a value: what is said, and how much room is kept.
NO_CODE = re.compile(r'/\*.*?\*/|"(?:\\.|[^"\n])*"|^#.*?(?<!\\)$'
                     r"|\b_Static_assert\(.*?;|\bASSERT\(.*?;"
                     r"|\b(?:char|paddr_t|uint\d+_t|pfn_t|struct \w+) +\**\w+"
                     r"(?:\[\w*\])*\[\d+\]",
                     re.MULTILINE | re.DOTALL)


def blank(text):
    """The text with NULs for all that is no code of a function."""
    return NO_CODE.sub(lambda m: re.sub(r"[^\n]", "\0", m.group()), text)


def closing(text, at):
    """Index behind the bracket that closes the one at @at."""
    depth = 0
    for i in range(at, len(text)):
        depth += (text[i] == "(") - (text[i] == ")")
        if depth == 0:
            return i + 1
    return at


def changes(text):
    """(from, to, new text) of each mutant; no line is lost."""
    code = blank(text)
    for match in TOKENS.finditer(code):
        for new in SWAPS[match.group()]:
            yield match.start(), match.end(), new
    for match in NUMBER.finditer(code):
        yield match.start(), match.end(), str(int(match.group(), 0) + 1)
        if int(match.group(), 0) > 0:
            yield match.start(), match.end(), str(int(match.group(), 0) - 1)
    for match in CONDITION.finditer(code):
        end = closing(code, match.end())
        yield match.end(), end, "(!%s)" % text[match.end():end]
    for match in RETURN.finditer(code):
        start, end = match.span(1)
        yield start, end, "!(%s)" % text[start:end]
    for match in STATEMENT.finditer(code):
        start, end = match.span()
        yield start, end, "\t;" + "\n" * text.count("\n", start, end)


def one_line(text):
    """A text with single spaces only."""
    return " ".join(text.split())


class Mutant:
    """One change of one file, and what is known of it."""

    def __init__(self, source, text, change):
        start, end, new = change
        self.source, self.original = source, text
        self.text = text[:start] + new + text[end:]
        self.line = text.count("\n", 0, start) + 1
        first = text.rfind("\n", 0, start) + 1
        last = text.find("\n", end)
        self.before = one_line(text[first:last])
        self.after = one_line(text[first:start] + new + text[end:last])
        plain = re.sub(r"__attribute__\(\(.*?\)\)", "", text[:start])
        names = re.findall(r"^[a-z].*?\b(\w+)\(", plain, re.MULTILINE)
        self.function = names[-1] if names else "-"
        key = "\0".join((source, text, str(change)))
        self.key = hashlib.sha256(key.encode()).hexdigest()[:16]
        self.verdict = None

    def same(self):
        """The file as it is."""
        return Mutant(self.source, self.original, (0, 0, ""))

    def name(self):
        """What is the same as long as its line is."""
        return self.source, self.function, self.before, self.after

    def __str__(self):
        return "%s:%d: %s: '%s' to '%s'" % (
            self.source, self.line, self.function, self.before, self.after)


class Bench:
    """A copy of the tree in which one mutant at a time is built and tried."""

    def __init__(self, number, sources, quick):
        self.quick = quick
        self.tree = WORK / ("tree-%d" % number)
        shutil.rmtree(self.tree, ignore_errors=True)
        for part in ("common", "lessons"):
            shutil.copytree(TOP / part, self.tree / part)
        self.sources = sources
        self.includes = INCLUDES + sorted(
            "-I%s" % path.relative_to(TOP)
            for path in TOP.glob("lessons/*") if path.is_dir())
        self.made, self.parts, self.counted = {}, {}, {}

    def run(self, command, seconds=120):
        """(exit status, output) of a command; a status of None: too long."""
        try:
            done = subprocess.run(
                command, cwd=self.tree, timeout=seconds, check=False,
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL, text=True, errors="replace")
        except subprocess.TimeoutExpired:
            return None, ""
        return done.returncode, done.stdout

    def compile(self, source, into, compiler):
        """Whether a source compiles into an object."""
        return self.run([*compiler, *self.includes, "-c", source,
                         "-o", into])[0] == 0

    def users(self, source):
        """Whether a source is, or includes, another: a function of that."""
        if source.endswith(".c"):
            return lambda name: name == source

        def includes(name):
            if name not in self.parts:
                rule = self.run(["gcc", "-MM", *self.includes, name])[1]
                self.parts[name] = rule.replace("\\\n", " ").split()
            return source in self.parts[name]

        return includes

    def rest(self, name, sources, compiler, without):
        """One object of all sources that a change of one does not reach, each
        compiled once."""
        users, objects = self.users(without), []
        for source in sources:
            made = str(self.tree / (source + "." + compiler[3] + ".o"))
            if made not in self.made:
                if not self.compile(source, made, compiler):
                    sys.exit("mutate.py: %s does not compile" % source)
                self.made[made] = True
            if not users(source):
                objects.append(made)
        joined = "%s.%s.rest.o" % (name, compiler[3])
        if self.made.get(joined) != without:
            if self.run(["ld", "-r", *objects, "-o", joined])[0] != 0:
                sys.exit("mutate.py: ld -r fails")
            self.made[joined] = without
        return joined

    def changed(self, mutant, sources, compiler):
        """The objects of the sources that the change reaches; None where one
        does not compile."""
        users, objects = self.users(mutant.source), []
        path = self.tree / mutant.source
        path.write_text(mutant.text, encoding="utf-8")
        for source in filter(users, sources):
            made = "%s.%s.mutant.o" % (source, compiler[3])
            if self.made.get(made) != mutant.key:
                if not self.compile(source, made, compiler):
                    objects = None
                    break
                self.made[made] = mutant.key
            objects.append(made)
        path.write_text(mutant.original, encoding="utf-8")
        return objects

    def link(self, mutant, name, sources, compiler, others):
        """Whether a program of these sources, some of them changed, is made;
        the rest by another compiler."""
        rest = self.rest(name, sources, others, mutant.source)
        objects = self.changed(mutant, sources, compiler)
        return objects is not None and self.run(
            [*compiler, *objects, rest, "-o", "program"])[0] == 0

    def object_code(self, mutant, compiler=FAST):
        """Hash of the object code, or None where it does not compile."""
        path = self.tree / mutant.source
        path.write_text(mutant.text, encoding="utf-8")
        header = ["-x", "c", "-fkeep-inline-functions"]
        compiles = self.compile(
            mutant.source, "mutant.o",
            [*compiler, *(header if path.suffix == ".h" else [])])
        path.write_text(mutant.original, encoding="utf-8")
        if not compiles:
            return None
        return hashlib.sha256((self.tree / "mutant.o").read_bytes()).digest()

    def tests(self, mutant, judge, compiler):
        """Who of the tests notices, or None."""
        if not self.link(mutant, "tests", self.sources, compiler,
                         PLAIN if compiler == FAST else compiler):
            return "link"
        seconds = SECONDS[judge]
        alike = 0 if compiler == FAST else mutant.source.rindex("/") + 1
        status, output = self.run(["./program", str(seconds), mutant.source,
                                   str(alike)], 60 * seconds)
        if status == 0:
            return None
        last = output.split("\n")[-2] if "\n" in output else "start"
        return "%s %s" % (judge, last)

    def sanitizer(self, mutant):
        """The same tests under sanitizers."""
        return self.tests(mutant, "sanitizer", SANITIZED)

    def stages(self):
        """The sources that are no tests."""
        return [name for name in self.sources if not re.search(
            r"_test\.c|lib/test\.c|test_near", name)]

    def programs(self, mutant):
        """Which exhaustive program notices, or None."""
        for rule, (program, *arguments), seconds, *small in PROGRAMS:
            if not re.match(rule, mutant.source):
                continue
            drivers = ["common/host/%s.c" % program, *PARTS.get(program, [])]
            compiler = small[0] if small else PLAIN
            if not self.link(mutant, program, self.stages() + drivers,
                             compiler, compiler):
                return "link"
            if self.run(["./program", *arguments], seconds)[0] != 0:
                return " ".join([program, *arguments[:1]])
        return None

    def counts(self, mutant, workload, gib):
        """{row: instructions of an operation} of a workload."""
        benches = ["common/lib/bench.c", "common/host/bench_host.c",
                   *sorted(str(path.relative_to(TOP)) for path in
                           TOP.glob("lessons/*/*_bench.c"))]
        if not self.link(mutant, "bench", self.stages() + benches, PLAIN,
                         PLAIN):
            raise Broken("%s: link" % mutant)
        rows = in_callgrind(str(self.tree / "program"), workload, gib)
        return {row: total / operations
                for row, (operations, total) in rows.items()}

    def bench(self, mutant):
        """Which row of make bench is another, or None."""
        for rule, *run in WORKLOADS:
            if not re.match(rule, mutant.source):
                continue
            before = tuple(run)
            if before not in self.counted:
                self.counted[before] = self.counts(mutant.same(), *run)
            try:
                now = self.counts(mutant, *run)
            except Broken:
                return "bench ends"
            for row, count in self.counted[before].items():
                if abs(now[row] - count) > CHANGED * count:
                    return "bench %s is %.2f, was %.2f" % (row, now[row],
                                                           count)
        return None

    def judge(self, mutant, seen):
        """Who notices: a judge and what it said, or 'survives'."""
        noticed = self.tests(mutant, "tests", FAST)
        if noticed is None:
            code = self.object_code(mutant, PLAIN)
            noticed = seen.get(code)
            seen[code] = "twin"
        if noticed is None and not self.quick:
            noticed = (self.bench(mutant) or self.sanitizer(mutant)
                       or self.programs(mutant))
        return noticed or "survives"


class Record:
    """The verdicts of this run and of those before."""

    def __init__(self):
        self.lock = threading.Lock()
        self.known = {}
        self.commit = subprocess.run(
            ["git", "describe", "--always", "--dirty"], cwd=TOP, text=True,
            stdout=subprocess.PIPE, check=True).stdout.strip()
        if VERDICTS.exists():
            for row in VERDICTS.read_text(encoding="utf-8").splitlines():
                key, _, verdict = row.split("\t")[:3]
                self.known[key] = verdict

    def add(self, mutant):
        """Keep a verdict on disk at once."""
        with self.lock, VERDICTS.open("a", encoding="utf-8") as file:
            file.write("%s\t%s\t%s\t%s\n" % (mutant.key, self.commit,
                                             mutant.verdict, mutant))


def try_file(bench, record, source, every):
    """The mutants of a file, each with its verdict."""
    text = (TOP / source).read_text(encoding="utf-8")
    same = Mutant(source, text, (0, 0, ""))
    seen = {bench.object_code(same): "same"}
    verdict = bench.judge(same, seen)
    if verdict != "survives":
        sys.exit("mutate.py: %s: the judges refuse the original: %s" % (
            source, verdict))
    seen[bench.object_code(same, PLAIN)] = "same"
    mutants = [Mutant(source, text, c) for c in changes(text)][::every]
    for mutant in mutants:
        mutant.verdict = record.known.get(mutant.key)
        if mutant.verdict not in (None, "survives"):
            continue
        code = bench.object_code(mutant)
        if code is None:
            mutant.verdict = "invalid"
        elif code in seen:
            mutant.verdict = seen[code]
        else:
            seen[code] = "twin"
            mutant.verdict = bench.judge(mutant, seen)
        record.add(mutant)
        if mutant.verdict == "survives":
            print("survives: %s" % mutant, flush=True)
    print("%-34s %s" % (source, count(mutants)), flush=True)
    return mutants


def count(mutants):
    """How many mutants came to which end, in words."""
    ends = [m.verdict.split()[0] for m in mutants]
    tried = len(ends) - sum(map(ends.count, ("invalid", "same", "twin")))
    alive = ends.count("survives")
    rest = ", ".join("%d %s" % (ends.count(end), end) for end in (
        "sanitizer", "random", "exhaust_e820", "exhaust_merge",
        "exhaust_pages", "exhaust_cache", "bench", "same", "twin", "invalid") if end in ends)
    return "%d of %d killed, %.1f %% (%s)" % (
        tried - alive, tried, 100 * (tried - alive) / max(tried, 1), rest)


def reasons():
    """{name of a mutant: why nobody can notice it}."""
    listed = {}
    if not REASONS.exists():
        return listed
    row = {}
    source = function = ""
    for line in REASONS.read_text(encoding="utf-8").splitlines():
        word, _, text = line.strip().partition(" ")
        if word in ("code", "to", "why"):
            row[word] = text.strip()
            if word == "why":
                listed[source, function, row["code"], row["to"]] = text.strip()
        elif line and not line.startswith("#"):
            source, function = line.split()
    return listed


def accounts(mutants, whole):
    """Faults of the list of survivors, printed; how many."""
    listed, faults = reasons(), 0
    alive = {m.name(): m for m in mutants if m.verdict == "survives"}
    for name, mutant in alive.items():
        if name not in listed:
            faults += 1
            print("no reason: %s" % mutant)
    files = {m.source for m in mutants}
    for name in listed:
        if whole and name[0] in files and name not in alive:
            faults += 1
            print("listed, but does not survive: %s: %s: '%s' to '%s'" % name)
    return faults


def main():
    """The program; returns its exit status."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("files", nargs="*")
    split = sys.argv.index("--")
    options = parser.parse_args(sys.argv[1:split])
    sources = ["common/host/test_near.c" if name.endswith("/test_main.c")
               else name for name in sys.argv[split + 1:]]
    files = options.files or [
        name for name in sources + sorted(
            str(path.relative_to(TOP)) for path in TOP.glob("*/*/*.h"))
        if (FILES.match(name) or HEADERS.match(name))
        and not NOT_FILES.search(name)]
    WORK.mkdir(parents=True, exist_ok=True)
    record, free = Record(), [
        Bench(i, sources, options.quick) for i in range(options.jobs)]

    def try_one(source):
        bench = free.pop()
        try:
            return try_file(bench, record, source, options.every)
        finally:
            free.append(bench)

    with ThreadPoolExecutor(options.jobs) as pool:
        mutants = sum(pool.map(try_one, files), [])
    print("all: %s" % count(mutants))
    if options.quick:
        return 0
    return accounts(mutants, options.every == 1) != 0


if __name__ == "__main__":
    sys.exit(main())
