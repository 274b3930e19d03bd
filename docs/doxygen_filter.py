#!/usr/bin/env python3
"""Doxygen's input filter: what it reads is a little other than what stands.

    doxygen_filter.py FILE

No line moves, so that all line numbers stay true.  Headers become members of
their stage's group.  What C files say is for who reads the source: what is public
is told in headers.  In the texts, headings get names and links are marked, which
make_site.py turns into links to pages, to the reference, or to a line of source.
"""
import os
import re
import sys
from pathlib import Path

import book

HEAD = re.compile(r"\A(/\*\*.*?\n \*/)", re.DOTALL)
HARNESS = re.compile(r"_(test|bench|workload)\.[ch]$"
                     r"|^(test_block|exhaust\w*)\.[ch]$")
SEVERAL = re.compile(r"^(\t*)((?:extern |const |struct )*\w+\b *)"
                     r"([\w*\[\]]+(?:, [\w*\[\]]+)+); *(/\*\*< .*? \*/)$",
                     re.MULTILINE)
SAID_BEFORE = re.compile(r"^/\*\* (.*) \*/\n(extern .*, .*;)$",
                         re.MULTILINE)
NUMBER = re.compile(r"^(?!\d+\. |[-*#|<`> ])(.+)\n(\d+)\. ", re.MULTILINE)
FOLDERS = {"include": "interface", "lib": "interface", "boot": "machine",
           "host": "host"}
PARTS = [("page", "page_alloc"), ("obj", "obj_alloc"), ("memm", "memm"),
         ("user_map", "memm")]


def group_of(path):
    """The group of groups.dox that a file belongs to."""
    top, folder = path.relative_to(book.TOP).parts[:2]
    if top == "common":
        return FOLDERS[folder]
    word = folder.split("-", 1)[1]
    if word == "alloc":
        for prefix, part in PARTS:
            if path.name.startswith(prefix):
                return part
    return word


def apart(match):
    """What is said of `int a, b;` is said of both."""
    indent, kind, names, comment = match.groups()
    return indent + " ".join("%s%s; %s" % (kind, name.strip(), comment)
                             for name in names.split(","))


def header(path, text):
    """A header: its members are in the group."""
    text = SEVERAL.sub(apart, SAID_BEFORE.sub("\n\\2 /**< \\1 */", text))
    text = HEAD.sub(lambda head: head.group(1) +
                    " /** @addtogroup %s */ /** @{ */"
                    % group_of(path), text)
    before, _, after = text.rpartition("\n\n#endif")
    return before + "\n/** @} */\n#endif" + after


def test(text):
    """A test, a workload: to be browsed, no part of the reference."""
    return "/** @cond */ " + source(text).rstrip("\n") + " /** @endcond */\n"


def source(text):
    """A C file: what is public in it is told in a header."""
    # Inside a table stands what the build makes, and Doxygen would miss it.
    text = re.sub(r'(?<=\{\n)#include (?=")', "/*include*/ ", text)
    return text.replace("/**", "/* ")


def marked_link(page, match):
    """A link to something in the checkout, for make_site.py to find."""
    image, words, target, _ = match.groups()
    path, _, place = target.partition("#")
    path = book.linked_path(page, path) if path else page.path
    if path is None:
        return match.group()
    mark = "book:///%s#%s" % (os.path.relpath(path, book.TOP), place)
    if image:
        return '<img src="%s" alt="%s"/>' % (mark, words.replace('"', "'"))
    return "[%s](%s)" % (words, mark)


def heading(page, line):
    """A heading with a name; the title is the page's."""
    match = re.match(r"(#+) +(.+?) *$", line)
    if match is None:
        return line
    if match.group(1) == "#":
        return "# %s {#%s}" % (match.group(2), page.label)
    return "%s %s {#%s}" % (match.group(1), match.group(2), book.anchor(
        page, book.slug(match.group(2))))


def number_in_text(match):
    """A line of a paragraph that begins with a number and a full stop.

    It is no list, unless it counts from 1; Doxygen takes it for one.
    """
    return "%s\n%s\\. " % match.groups()


def chapter(page):
    """A text of the book."""
    text = book.COMMENT.sub(lambda c: "\n" * c.group().count("\n"), page.text)
    text = book.LINK.sub(lambda match: marked_link(page, match), text)
    text = NUMBER.sub(number_in_text, text)
    text = book.outside_fences(text, lambda line: heading(page, line))
    if page.label == "index":
        return re.sub(r"^# .*$", "# %s {#mainpage}" % page.title, text, 1,
                      re.MULTILINE)
    return re.sub(r"^(# .*)\n", r"\1\n[TOC]", text, 1, re.MULTILINE)


def filtered(path):
    """What Doxygen shall read in place of a file."""
    for page in book.pages() if path.suffix == ".md" else []:
        if page.path == path:
            return chapter(page)
    text = path.read_text(encoding="utf-8")
    if HARNESS.search(path.name):
        return test(text)
    if path.suffix == ".h":
        return header(path, text)
    return source(text) if path.suffix == ".c" else text


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    sys.stdout.write(filtered(Path(sys.argv[1]).resolve()))
