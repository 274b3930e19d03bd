#!/usr/bin/env python3
"""What the unit tests on the host reach of the stages and the parsers.

    coverage.py TESTS SOURCE...     a program that counts, its sources

`make coverage` calls it.  Runs the tests, prints for each file how many lines,
branches and conditions (MC/DC) they reach, lists each one that they miss, and
fails if there is one.  build/coverage/html/ shows it in the code.

Source: Clang, "Source-based Code Coverage".
"""
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent.parent

# What is not judged, and why.
EXCLUDED = [
    (r"^ASSERT$", "its condition is only false by a mistake of ours, so no "
     "test can make it so: it is compiled away (Makefile)"),
    (r"_k?test\.[ch]$|_bench\.c$|/test(_block)?\.[ch]$|^common/host/",
     "tests, benchmarks and the host's own files are what judges"),
    (r"^common/lib/check\.c$",
     "the sentence of an ASSERT that does not hold: a booted kernel shows it"),
    (r"/workout|_mistakes\.[ch]$|_damage\.[ch]$|/memm_program\.[ch]$",
     "demonstrations, some in user mode: booted kernels run and compare them"),
]
KINDS = ("lines", "branches", "mcdc")


def tool(name):
    """A tool of LLVM that knows MC/DC, of the compiler's version."""
    for version in ("-21", "-20", "-19", "-18", ""):
        if shutil.which("clang" + version):
            return name + version
    sys.exit("coverage.py: no clang")


def run(command, **more):
    """A command's output; its failure is ours."""
    done = subprocess.run(command, cwd=TOP, stdout=subprocess.PIPE, text=True,
                          check=False, **more)
    if done.returncode != 0:
        sys.exit("%s\ncoverage.py: %s failed" % (done.stdout, command[0]))
    return done.stdout


def judged(name):
    """Whether a file is one that tests must reach wholly."""
    return re.match(r"(lessons|common)/", name) and not any(
        re.search(rule, name) for rule, _ in EXCLUDED)


def missed_lines(trace):
    """{file: {line: missed}} of an lcov trace."""
    files = {}
    for row in trace.splitlines():
        if row.startswith("SF:"):
            lines = files.setdefault(str(Path(row[3:]).relative_to(TOP)), {})
        elif row.startswith("DA:"):
            line, count = row[3:].split(",")[:2]
            lines[int(line)] = int(count) == 0
    return files


def branches(file):
    """{(line, column, which way): missed}."""
    taken = {}
    for line, column, _, _, true, false, *_ in file["branches"]:
        for way, count in (("true", true), ("false", false)):
            key = line, column, way
            taken[key] = taken.get(key, 0) + count
    return {key: count == 0 for key, count in taken.items()}


def conditions(file):
    """{(line, column, which condition): missed}."""
    alone = {}
    for line, column, *_, pairs in file["mcdc_records"]:
        for number, seen in enumerate(pairs):
            key = line, column, "condition %d" % (number + 1)
            alone[key] = alone.get(key, False) or seen
    return {key: not seen for key, seen in alone.items()}


def report(files):
    """Print what is reached; return how much is not."""
    total = dict.fromkeys(KINDS, (0, 0))
    faults = []
    print("%-34s %12s %12s %12s" % ("file", "lines", "branches", "MC/DC"))
    for name in sorted(files):
        row = "%-34s" % name
        for kind in KINDS:
            points = files[name][kind]
            missed = [key for key, is_missed in points.items() if is_missed]
            reached, of = len(points) - len(missed), len(points)
            row += " %5d/%-6d" % (reached, of)
            total[kind] = total[kind][0] + reached, total[kind][1] + of
            faults += ["%s:%s" % (name, describe(kind, key))
                       for key in missed]
        print(row)
    print("%-34s" % "all" + "".join(
        " %5d/%-6d" % total[kind] for kind in KINDS))
    for rule, reason in EXCLUDED:
        print("left out: %s: %s" % (rule, reason))
    for fault in sorted(faults):
        print("missed: " + fault)
    return len(faults)


def describe(kind, key):
    """A point that is missed, as file:line shows it."""
    if kind == "lines":
        return "%d: not run" % key
    line, column, what = key
    if kind == "branches":
        return "%d:%d: never %s" % (line, column, what)
    return "%d:%d: %s never decides alone" % (line, column, what)


def main(program, *sources):
    """The program; returns its exit status."""
    work = (TOP / program).parent
    raw, data = str(work / "tests.profraw"), str(work / "tests.profdata")
    run([program], env=dict(os.environ, LLVM_PROFILE_FILE=raw))
    run([tool("llvm-profdata"), "merge", raw, "-o", data])
    look = [program, "-instr-profile", data]
    trace = missed_lines(run([tool("llvm-cov"), "export", *look,
                              "-format=lcov"]))
    files = {}
    for file in json.loads(run([tool("llvm-cov"), "export", *look]))[
            "data"][0]["files"]:
        name = str(Path(file["filename"]).relative_to(TOP))
        if judged(name):
            files[name] = {"lines": trace[name], "branches": branches(file),
                           "mcdc": conditions(file)}
    run([tool("llvm-cov"), "show", *look, "-format", "html", "-show-mcdc",
         "-show-branches=count", "-output-dir", str(work / "html")])
    for source in sources:
        if judged(source) and source not in files:
            print("no code: " + source)
    return report(files) != 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
