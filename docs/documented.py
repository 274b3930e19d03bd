#!/usr/bin/env python3
"""Every public name says what it is: Doxygen reads the headers, as TAP.

Headers alone, filtered in one go, and no pages: 0.6 seconds, where the whole
reference takes 39.  Doxygen's warnings are the failures.
"""
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml
from pathlib import Path

sys.dont_write_bytecode = True

import book  # noqa: E402
import doxygen_filter  # noqa: E402

SETTINGS = """
EXTRACT_STATIC = YES
INPUT = docs/groups.dox lessons common
FILE_PATTERNS = *.h
INPUT_FILTER =
OUTPUT_DIRECTORY = pages
GENERATE_HTML = NO
GENERATE_XML = YES
XML_PROGRAMLISTING = NO
HAVE_DOT = NO
SOURCE_BROWSER = NO
VERBATIM_HEADERS = NO
WARN_AS_ERROR = NO
"""

# Of each kind one name of which nothing is said, and what else is a warning.
BARE = """/**
 * @file
 * Names of which nothing is said.
 */
#ifndef BARE_H
#define BARE_H

#define BARE_MACRO 1

int bare_function(void);

static inline int bare_inline(void)
{
	return 0;
}

/** A structure. */
struct bare_struct {
	int bare_member;
};

struct bare_whole {
	int there; /**< A member. */
};

/** An enumeration. */
enum bare_enum {
	BARE_VALUE,
};

/**
 * A function.
 *
 * @param first  the first
 */
void bare_parameter(int first, int second);

/** See @bare_command. */
void it_is_said(void);

#endif
"""
SEEN = ["Member BARE_MACRO ", "Member bare_function(", "Member bare_inline(",
        "Member bare_member ", "Compound bare_whole ", "Value BARE_VALUE ",
        "parameter 'second'", "'@bare_command'"]


def headers():
    """All headers of the checkout."""
    return [path for top in ("lessons", "common")
            for path in sorted((book.TOP / top).glob("*/*.h"))]


def bare_values(folder):
    """Values of enumerations of which nothing is said: Doxygen is silent."""
    for path in sorted(folder.glob("group_*.xml")):
        for value in xml.parse(path).iter("enumvalue"):
            if not any("".join(value.find(part).itertext()).strip() for part
                       in ("briefdescription", "detaileddescription")):
                yield "Value %s is not documented" % value.findtext("name")


def warnings(texts):
    """What Doxygen has to say of {path: text}."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder).resolve()
        for path, text in texts.items():
            copy = work / path.relative_to(book.TOP)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(text, encoding="utf-8")
        done = subprocess.run(
            ["doxygen", "-"], text=True, cwd=work, capture_output=True,
            input=(book.DOCS / "Doxyfile").read_text(encoding="utf-8") +
            SETTINGS)
        lines = done.stderr.replace("%s/" % work, "").splitlines()
        lines += bare_values(work / "pages/xml")
    if done.returncode != 0:
        lines.append("Doxygen ends with status %d" % done.returncode)
    return list(dict.fromkeys(lines))


def main():
    """The headers as they are, and one that must not pass."""
    if shutil.which("doxygen") is None:
        print("1..0 # SKIP doxygen is missing; make setup installs it")
        return 0
    groups = book.DOCS / "groups.dox"
    read = {path: doxygen_filter.filtered(path)
            for path in headers() + [groups]}
    said = warnings(read)
    bare = book.TOP / "common/include/bare.h"
    heard = "\n".join(warnings({
        groups: read[groups], bare: doxygen_filter.header(bare, BARE)}))
    missed = [words for words in SEEN if words not in heard]
    print("1..2")
    print("".join("# %s\n" % line for line in said), end="")
    print("%s 1 all names of %d headers are documented" % (
        "not ok" if said else "ok", len(read) - 1))
    print("".join("# not seen: %s\n" % words for words in missed), end="")
    print("%s 2 names of which nothing is said are seen" % (
        "not ok" if missed else "ok"))
    return 1 if said or missed else 0


if __name__ == "__main__":
    sys.exit(main())
