#!/usr/bin/env python3
"""Keep what the text quotes in step with the code and with real runs.

    quote.py            rewrite what is stale, in all *.md files
    quote.py --check    change nothing; TAP, a point a file
    quote.py FILE.md    only these files

A link to a line of code names it by a regular expression:
    [`e820_add`](e820.c#L12 "/^enum e820_status e820_add/")
A quotation is the fenced block that follows a comment:
    <!-- quote e820.c /^static void widen/ /^}/ -->
It holds the lines from the first that matches to the next that matches the
second expression, or one line where there is no second.  What is quoted is a
file, beside the text or from the top of the checkout, or what a command
prints there:
    <!-- quote $(make -s lesson N=1 MEM=4G ONCE=1 run) /^e820: usable/ -->
A number in a sentence is told by a comment that follows the sentence:
    <!-- says bench.txt /^S +([0-9.]+) +([0-9.]+)/ {a:.0f} here, {b/a:.1f} -->
The expression is looked for in the whole file, and can reach over lines; the
groups are a, b, c and so on.  What follows is a piece of the text: "55 here,
1.1".  {a} is what stands there; {a:,.0f} is written as Python's format() does
it, {(a + b) / 1024:.1f} counts first.
"""
import functools
import os
import re
import subprocess
import sys
from pathlib import Path

sys.dont_write_bytecode = True

import book  # noqa: E402

TOP = Path(__file__).resolve().parent.parent
LINK = re.compile(r'\]\(([^)#\s]+)#L\d+ "/([^"\n]+)/"\)')
QUOTE = re.compile(r"^(<!-- quote (\$\(.+?\)|\S+) /(.+?)/(?: /(.+?)/)? -->)\n"
                   r"(?:```.*?\n```\n)?", re.MULTILINE | re.DOTALL)
SAYS = re.compile(r"<!-- says (\$\(.+?\)|\S+)\s+/(.+?)/\s+(.+?)\s+-->",
                  re.DOTALL)
FIELD = re.compile(r"\{([^{}:]+)(?::([^{}]+))?\}")
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
TARGET = re.compile(r"\]\(([^)#\s]*)(?:#([^)\s]*))?")
HEADING = re.compile(r"^#+ +(.+?) *$", re.MULTILINE)
LANGUAGES = {".c": "c", ".h": "c", ".S": "asm", ".py": "python"}


class Stale(Exception):
    """What is quoted is not there."""


@functools.lru_cache(maxsize=None)
def source(name, text_path):
    """The lines of a file or of a command's output."""
    if name.startswith("$("):
        # A make of its own, though we may run in one.
        env = {key: value for key, value in os.environ.items()
               if not key.startswith("MAKE") and key != "MFLAGS"}
        done = subprocess.run(name[2:-1], shell=True, cwd=TOP, env=env,
                              stdin=subprocess.DEVNULL, timeout=300,
                              stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
        return done.stdout.decode(errors="replace").splitlines()
    for directory in (text_path.parent, TOP):
        if (directory / name).is_file():
            return (directory / name).read_text(encoding="utf-8").splitlines()
    raise Stale("%s: there is no such file" % name)


def find(name, path, expression, start=0):
    """Index of the first line from start on that matches."""
    for i, line in enumerate(source(name, path)[start:], start):
        if re.search(expression, line):
            return i
    raise Stale("%s: no line matches /%s/" % (name, expression))


def link(path, match):
    """A link with the line's present number."""
    name, expression = match.groups()
    line = find(name, path, expression) + 1
    return '](%s#L%d "/%s/")' % (name, line, expression)


def quotation(path, match):
    """The comment and the block that belongs after it."""
    comment, name, first, last = match.groups()
    start = end = find(name, path, first)
    if last:
        end = find(name, path, last, start + 1)
    lines = source(name, path)[start:end + 1]
    language = LANGUAGES.get(Path(name).suffix, "text")
    return "\n".join([comment, "```" + language, *lines, "```", ""])


def amount(field, groups):
    """What belongs where a field of says stands."""
    counted, form = field.groups()
    if form is None:
        return groups[counted]
    return format(eval(counted, {"__builtins__": {}}, {
        name: float(group.replace(",", ""))
        for name, group in groups.items()}), form)


def piece(words):
    """An expression for words of says, with a group for each field."""
    def plain(part):
        return r"\s+".join(map(re.escape, re.split(r"\s+", part)))
    ends = [0] + [field.end() for field in FIELD.finditer(words)]
    starts = [field.start() for field in FIELD.finditer(words)] + [len(words)]
    return r"(\d+(?:[.,]\d+)*)".join(
        plain(words[end:start]) for end, start in zip(ends, starts))


def say(path, text, match):
    """The text with the numbers of one says as they should be."""
    name, expression, words = match.groups()
    found = re.search(expression, "\n".join(source(name, path)),
                      re.MULTILINE | re.DOTALL)
    if not found:
        raise Stale("%s: nothing matches /%s/" % (name, expression))
    groups = dict(zip("abcdefgh", found.groups()))
    hidden = FENCED.sub(blank, COMMENT.sub(blank, text))
    places = list(re.finditer(r"(?<![\w.,])" + piece(words) + r"(?![\d])",
                              hidden))
    if len(places) != 1:
        raise Stale("it says %d times: %s" % (len(places), words))
    for i, field in reversed(list(enumerate(FIELD.finditer(words), 1))):
        start, end = places[0].span(i)
        text = text[:start] + amount(field, groups) + text[end:]
    return text


def blank(match):
    """As many characters that say nothing."""
    return "\0" * len(match[0])


def follow(full, anchor):
    """See that a link leads to a file, and to a heading in it."""
    name = os.path.relpath(full, TOP)
    if not full.exists():
        raise Stale("link to %s, which is not there" % name)
    if full.is_dir():
        full /= "README.md"
    if not anchor or re.fullmatch(r"L\d+", anchor):
        return
    text = FENCED.sub("", full.read_text(encoding="utf-8"))
    if anchor not in map(book.slug, HEADING.findall(text)):
        raise Stale("link to #%s in %s, which has no such heading" %
                    (anchor, name))


def renewed(path, text):
    """The text with all links and quotations as they should be."""
    for target, anchor in TARGET.findall(FENCED.sub("", text)):
        if ":" not in target:
            follow(path.parent / target if target else path, anchor)
    text = QUOTE.sub(lambda match: quotation(path, match), text)
    for match in list(SAYS.finditer(text)):
        text = say(path, text, match)
    return LINK.sub(lambda match: link(path, match), text)


def problem_of(path, check):
    """None, or what is wrong with a file."""
    old = path.read_text(encoding="utf-8")
    try:
        new = renewed(path, old)
    except Stale as stale:
        return str(stale)
    if new == old:
        return None
    if check:
        return "stale: python3 docs/quote.py renews it"
    path.write_text(new, encoding="utf-8")
    print("renewed %s" % path)
    return None


def main(arguments):
    """The program; returns its exit status."""
    check = "--check" in arguments
    paths = [Path(name).resolve() for name in arguments if name != "--check"]
    paths = paths or sorted(path for path in TOP.rglob("*.md")
                            if path.relative_to(TOP).parts[0] != "build")
    failed = 0
    for number, path in enumerate(paths, 1):
        problem = problem_of(path, check)
        failed += problem is not None
        name = os.path.relpath(path, TOP)
        if check:
            print("%s %d text: %s quotes what is there" % (
                "not ok" if problem else "ok", number, name))
        if problem:
            print("# %s: %s" % (name, problem),
                  file=sys.stdout if check else sys.stderr)
    if check:
        print("1..%d" % len(paths))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
