#!/usr/bin/env python3
"""Make the site: the chapters and the reference, linked to each other.

    make_site.py OUTPUT            OUTPUT/html/index.html is where it begins
    make_site.py --draft OUTPUT    warnings of Doxygen are no errors

Doxygen makes the pages.  What it cannot know is done here: the order of the
chapters, links from the text to code and back, pictures that follow the
colour scheme of the page.
"""
import html
import json
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as xml
from pathlib import Path

sys.dont_write_bytecode = True

import book  # noqa: E402
import doxygen_filter  # noqa: E402
import svg  # noqa: E402

AWESOME = Path(os.environ.get("AWESOME_CSS", "/usr/share/doxygen-awesome-css"))
SCRIPTS = ["doxygen-awesome-darkmode-toggle.js",
           "doxygen-awesome-interactive-toc.js",
           "doxygen-awesome-fragment-copy-button.js"]
STYLES = ["doxygen-awesome.css", "doxygen-awesome-sidebar-only.css",
          "doxygen-awesome-sidebar-only-darkmode-toggle.css"]
STARTS = ["DoxygenAwesomeDarkModeToggle.init();",
          "DoxygenAwesomeFragmentCopyButton.init();",
          "DoxygenAwesomeInteractiveToc.init();"]
NAMES = {"function", "define", "typedef", "enumeration", "enumvalue",
         "variable"}
MARK = re.compile(r'<a href="book:///([^"#]*)#([^"]*)"[^>]*>(.*?)</a>',
                  re.DOTALL)
PICTURE = re.compile(r'(?:<p ?>)?<img src="book:///([^"#]*)#[^"]*" '
                     r'alt="([^"]*)"[^>]*>(?:</p>)?')
BLOCK = re.compile(r'<div class="fragment"><div class="line">.*?'
                   r"</div><!-- fragment -->", re.DOTALL)
COLUMNS = 88  # of a block that fits beside the contents
SOURCE_TITLE = re.compile(r"<title>\w+: (\S+) Source File</title>")
CODE = re.compile(r"(<a\b.*?</a>|<div class=\"fragment\">.*?</div><!-- frag"
                  r"|<h1.*?</h1>|<div class=\"toc.*?</div>"
                  r"|<code>(?:struct |enum )?(?:<a [^>]*>)?(\w+)(?:</a>)?(?:\(\))?"
                  r"(?:</a>)?</code>"
                  r"|<h2>.*?id=\"([^\"]+)\".*?</h2>)", re.DOTALL)


class Broken(Exception):
    """The text links to something that the site does not have."""


# --- Doxygen ----------------------------------------------------------------

def layout():
    """The order of the pages in the navigation."""
    tab = '<tab type="%s" visible="yes" title="%s"/>'
    user = '<tab type="user" url="@ref %s" title="%s"/>'
    lines = ['<doxygenlayout version="1.0"><navindex>',
             tab % ("mainpage", "The path"),
             '<tab type="usergroup" url="@ref lesson1" title="Chapters">']
    lines += [user % (page.label, quoted(short_title(page)))
              for page in book.chapters()]
    lines.append("</tab>")
    lines += [user % (page.label, quoted(short_title(page)))
              for page in book.others() if page.label != "maps"]
    lines += [tab % ("modules", "Reference"),
              tab % ("structlist", "Structures"),
              user % ("sources", "Sources"), "</navindex></doxygenlayout>"]
    return "\n".join(lines)


def quoted(words):
    """Words as an attribute; Doxygen does not know all entities of HTML."""
    return html.escape(words, quote=False).replace('"', "'")


def short_title(page):
    """A title for a narrow column."""
    head, colon, rest = page.title.partition(": ")
    return head.replace("Lesson ", "") + colon + rest.split(", ")[0]


def header(work):
    """Doxygen's own header, with the scripts of the theme."""
    names = [str(work / name) for name in ("header", "footer", "style")]
    subprocess.run(["doxygen", "-w", "html", *names], check=True,
                   stdout=subprocess.DEVNULL)
    text = (work / "header").read_text(encoding="utf-8")
    lines = ['<script type="text/javascript" src="$relpath^%s"></script>' %
             name for name in SCRIPTS + ["search-index.js", "search.js"]]
    lines.append('<script type="text/javascript">%s</script>' %
                 " ".join(STARTS))
    (work / "header").write_text(
        text.replace("</head>", "\n".join(lines) + "\n</head>")
            .replace("<html ", '<html lang="en" ', 1), encoding="utf-8")


def sources(work):
    """A page of all sources, with the first sentence of each."""
    lines = ["# Sources {#sources}", "",
             "The whole of Pagewise, folder by folder. Tests stand beside "
             "what they test.", ""]
    folders = [path for top in ("lessons", "common")
               for path in sorted((book.TOP / top).glob("*")) if path.is_dir()]
    for folder in folders:
        files = [path for path in sorted(folder.glob("*"))
                 if path.suffix in (".c", ".h", ".S", ".ld", ".py", ".sh")]
        name = str(folder.relative_to(book.TOP))
        lines += ["## %s {#sources-%s}" % (name, name.replace("/", "-")), "",
                  "| file | |", "|---|---|"]
        for path in files:
            lines.append("| [%s](book:///%s#source) | %s |" % (
                path.name.replace("__", "\\__"),
                path.relative_to(book.TOP), about(path)))
        lines.append("")
    page = work / "sources.md"
    page.write_text("\n".join(lines), encoding="utf-8")
    return page


def about(path):
    """The first sentence that a file says of itself."""
    text = path.read_text(encoding="utf-8")
    match = re.search(r'(?:\A#!.*\n)?(?:\A|(?<=\n))(?:/\*\*?|"""|#)'
                      r"(?:\n \* @file)?(?:\n \*)? *((?:.|\n)*?\.)(?=\s|\")",
                      text)
    words = " ".join(re.sub(r"\n *[*#]", " ", match.group(1)).split()) \
        if match else ""
    return re.sub(r"([<>|@\\`*_&])", r"\\\1", words) \
        if len(words) < 200 else ""


def run_doxygen(output, draft):
    """The pages as Doxygen makes them."""
    work = output / "work"
    work.mkdir(parents=True)
    listed = sources(work)
    (work / "figures.css").write_text(svg.rules(
        ".figure", "html.dark-mode .figure", False), encoding="utf-8")
    (work / "layout.xml").write_text(layout(), encoding="utf-8")
    header(work)
    settings = (book.DOCS / "Doxyfile").read_text(encoding="utf-8") + """
OUTPUT_DIRECTORY = "%s"
LAYOUT_FILE = "%s/layout.xml"
HTML_HEADER = "%s/header"
GENERATE_TAGFILE = "%s/tags"
HTML_EXTRA_STYLESHEET = %s docs/site.css "%s/figures.css"
INPUT += "%s"
HTML_EXTRA_FILES = %s docs/search.js
USE_MDFILE_AS_MAINPAGE = docs/index.md
""" % (output, work, work, work, " ".join(str(AWESOME / s) for s in STYLES),
       work, listed,
       " ".join(str(AWESOME / s) for s in SCRIPTS))
    done = subprocess.run(["doxygen", "-"], input=settings, text=True,
                          cwd=book.TOP)
    if done.returncode != 0 and not draft:
        raise Broken("Doxygen's warnings are errors here: see above")


# --- What there is to link to -----------------------------------------------

class Index:
    """Where names and files of the checkout are in the site."""

    def __init__(self, output, draft):
        self.draft = draft
        self.html = output / "html"
        self.names = {}    # public name -> page#anchor
        self.files = {}    # path in the checkout -> page of documentation
        self.sources = {}  # path in the checkout -> page of source
        self.copied = set()
        self.pages = {page.path: page for page in book.pages()}
        for compound in xml.parse(output / "work" / "tags").iter("compound"):
            self.add(compound)
        for path in self.html.glob("*_source.html"):
            title = SOURCE_TITLE.search(path.read_text(encoding="utf-8"))
            self.sources[title.group(1)] = path.name

    def add(self, compound):
        """What Doxygen says of one compound."""
        kind, name = compound.get("kind"), compound.findtext("name")
        place = compound.findtext("filename") or ""
        if kind == "struct":
            self.names[name] = place
        if kind == "file":
            path = compound.findtext("path").rstrip("/")
            self.files["%s/%s" % (path, name)] = place
        if kind not in ("file", "group"):
            return
        for member in compound.iter("member"):
            place = "%s#%s" % (member.findtext("anchorfile"),
                               member.findtext("anchor"))
            if member.get("kind") in NAMES and "anchorfile" not in place:
                self.names.setdefault(member.findtext("name"), place)

    def source(self, path):
        """The page that shows a file, or None."""
        return self.sources.get(path)

    def copy(self, path):
        """A file that Doxygen has no page for, as it is."""
        suffix = "" if path.endswith((".txt", ".svg")) else ".txt"
        place = "files/" + path + suffix
        if path not in self.copied:
            self.copied.add(path)
            (self.html / place).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(book.TOP / path, self.html / place)
        return place

    def line(self, path, number):
        """A line: the reference of what it declares, or its source."""
        text = (book.TOP / path).read_text(encoding="utf-8").split("\n")
        for name in declared(text[number - 1]):
            if name in self.names:
                return self.names[name]
        page = self.source(path)
        if page:
            return "%s#l%05d" % (page, number)
        return self.copy(path)

    def place(self, path, fragment):
        """Where a link of the text leads; a draft's may lead nowhere."""
        try:
            return self.real_place(path, fragment)
        except Broken as broken:
            if not self.draft:
                raise
            print("docs: %s" % broken, file=sys.stderr)
            return "index.html"

    def real_place(self, path, fragment):
        """Where a link of the text leads."""
        full = book.TOP / path
        if full.is_dir():
            if (full / "README.md") in self.pages:
                full /= "README.md"
            else:
                return self.directory(full)
        if full in self.pages:
            page = self.pages[full]
            anchor = "#" + book.anchor(page, fragment) if fragment else ""
            return page.label + ".html" + anchor
        if not full.is_file():
            raise Broken("link to %s, which is not there" % path)
        if full.name == "README.md" and full.parent == book.TOP:
            return "index.html"
        if re.fullmatch(r"L\d+", fragment):
            return self.line(path, int(fragment[1:]))
        if path.endswith(".h") and path in self.files and \
                fragment != "source":
            return self.files[path]
        return self.source(path) or self.copy(path)

    def directory(self, full):
        """A folder: the group of what is in it, or the list of files."""
        for header in sorted(full.glob("*.h")):
            return "group__%s.html" % doxygen_filter.group_of(
                header).replace("_", "__")
        return "files.html"


def declared(line):
    """Names that a line of C may declare, the likeliest first."""
    found = re.findall(r"^#define (\w+)|^(?:struct|enum) (\w+) \{|(\w+)\(",
                       line)
    found = [name for names in found for name in names if name]
    return found + re.findall(r"^\t(\w+)\b", line) + \
        re.findall(r"^typedef .*?(\w+);", line)


# --- What can be searched ---------------------------------------------------

def search_index(index, tags):
    """Names of code, chapters, sections: [words, what it is, page]."""
    entries = []
    for page in book.pages():
        entries.append([page.title, "chapter" if page.group else "page",
                        page.label + ".html"])
        for level, words in re.findall(r"^(##+) +(.+?) *$", page.text,
                                       re.MULTILINE):
            entries.append([re.sub(r"[`*]", "", words),
                            page.title.split(":")[0], "%s.html#%s" % (
                                page.label, book.anchor(page, book.slug(
                                    words)))])
    for path in sorted(index.sources):
        entries.append([path, "source", index.sources[path]])
    for compound in xml.parse(tags).iter("compound"):
        entries += compound_entries(compound)
    unique = {(entry[0], entry[2]): entry for entry in entries}
    return "const PAGEWISE_INDEX = %s;\n" % json.dumps(
        list(unique.values()), ensure_ascii=False, separators=(",", ":"))


def compound_entries(compound):
    """What Doxygen knows of one header, group or structure."""
    kind, name = compound.get("kind"), compound.findtext("name")
    words = {"define": "macro", "enumvalue": "value", "enumeration": "enum",
             "typedef": "type", "variable": "variable"}
    entries = []
    if kind == "struct":
        entries.append([name, "struct", compound.findtext("filename")])
    if kind in ("struct", "group", "file"):
        for member in compound.iter("member"):
            what = words.get(member.get("kind"), member.get("kind"))
            entries.append([
                member.findtext("name"),
                "field of " + name if kind == "struct" else what,
                "%s#%s" % (member.findtext("anchorfile"),
                           member.findtext("anchor"))])
    return entries


# --- The pages of the text --------------------------------------------------

def inline_picture(index, match):
    """A picture as part of the page: its text can be chosen and found."""
    path, words = match.groups()
    if not path.endswith(".svg"):
        return '<img src="%s" alt="%s"/>' % (index.copy(path), words)
    svg = (book.TOP / path).read_text(encoding="utf-8")
    svg = re.sub(r"<\?xml.*?\?>|<style>.*?</style>|<metadata>.*?</metadata>",
                 "", svg, flags=re.DOTALL)
    return '<div class="figure">%s</div>' % svg.strip()


def link_text(index, page, text, told):
    """The page with links to code; told learns what it tells of."""
    section = ["", page.title]

    def tell(name):
        where = told.setdefault(name, {})
        where.setdefault(page.label, tuple(section))

    def marked(match):
        path, fragment, words = match.groups()
        place = index.place(path, fragment)
        return '<a class="el" href="%s">%s</a>' % (place, words)

    def code(match):
        whole, name, heading = match.groups()
        if heading:
            section[:] = [heading, plain(whole)]
        if name in index.names and not heading:
            tell(name)
            return '<a class="el" href="%s">%s</a>' % (
                index.names[name], re.sub(r"</?a\b[^>]*>", "", whole))
        place = re.match(r'<a class="el" href="([^"]*)"', whole)
        for name in by_place.get(place.group(1), []) if place else []:
            tell(name)
        return whole

    by_place = {}
    for name, place in index.names.items():
        by_place.setdefault(place, []).append(name)
    text = PICTURE.sub(lambda match: inline_picture(index, match), text)
    text = MARK.sub(marked, text)
    return CODE.sub(code, text)


def plain(markup):
    """The words of a piece of HTML."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", markup)).split())


def narrower(match):
    """A block with longer lines than a column has: in smaller letters."""
    lines = re.findall(r'<div class="line">(.*?)</div>', match.group())
    columns = max(len(html.unescape(re.sub(r"<[^>]*>", "", line)))
                  for line in lines)
    if columns <= COLUMNS:
        return match.group()
    return match.group().replace('"fragment"', '"fragment wide" style="'
                                 '--part: %.3f"' % (COLUMNS / columns), 1)


def steps(page):
    """Links to the chapter before and the one after."""
    order = [book.main_page()] + book.chapters()
    here = [other.label for other in order].index(page.label)
    links = []
    if here > 0:
        links.append('<a class="previous" rel="prev" href="%s.html">%s</a>' % (
            order[here - 1].label, html.escape(order[here - 1].title)))
    if here + 1 < len(order):
        links.append('<a class="next" rel="next" href="%s.html">%s</a>' % (
            order[here + 1].label, html.escape(order[here + 1].title)))
    return '<nav class="steps" aria-label="Chapters">%s</nav>' % \
        "\n".join(links)


def finish_text(index, page, told):
    """A chapter's page, or one beside them."""
    path = index.html / (page.label + ".html")
    text = link_text(index, page, path.read_text(encoding="utf-8"), told)
    if page.label == "index" or page.group:
        text = re.sub(r"((?:</div></div><!-- PageDoc -->\s*|</div>)?"
                      r"</div><!-- contents -->)",
                      lambda end: steps(page) + end.group(), text, count=1)
    text = BLOCK.sub(narrower, text)
    path.write_text(text, encoding="utf-8")


# --- The pages of the reference ---------------------------------------------

def chapter_links(told):
    """Where the book tells of a name: links, or nothing."""
    titles = {page.label: page.title for page in book.pages()}
    links = ['<a href="%s.html%s">%s</a>' % (
        label, "#" + anchor if anchor else "", html.escape(
            titles[label].split(":")[0] + (": " + words if anchor else "")))
        for label, (anchor, words) in told.items()]
    return '<p class="told">In the book: %s</p>' % ", ".join(links) \
        if links else ""


def lesson_of(index, path):
    """The chapter that a page of the reference belongs to, as HTML."""
    group = None
    match = re.match(r"group__(\w+)\.html", path.name)
    if match:
        group = match.group(1).replace("__", "_")
    else:
        group = index.group_of_page.get(path.name)
    group = {"page_alloc": "alloc", "obj_alloc": "alloc",
             "memm": "alloc"}.get(group, group)
    for page in book.chapters():
        if page.group == group:
            return '<p class="told">Chapter: <a href="%s.html">%s</a></p>' % (
                page.label, html.escape(page.title))
    return ""


def finish_reference(index, path, told):
    """A page of the reference: it names its chapter."""
    text = path.read_text(encoding="utf-8")
    by_anchor = {}
    for name, place in index.names.items():
        if name in told:
            by_anchor.setdefault(place, {}).update(told[name])

    def member(match):
        where = by_anchor.get("%s#%s" % (path.name, match.group(1)), {})
        return match.group() + chapter_links(where)

    text = re.sub(r'<a id="(\w+)" name="\1"></a>(?:(?!<a id=).)*?'
                  r'<div class="memdoc">\n', member, text, flags=re.DOTALL)
    top = lesson_of(index, path) + chapter_links(by_anchor.get(path.name, {}))
    text = text.replace('<div class="contents">',
                        '<div class="contents">' + top, 1)
    path.write_text(text, encoding="utf-8")


def groups_of_pages(index):
    """Which group a page of a structure or of a file belongs to."""
    index.group_of_page = {}
    for path, page in index.files.items():
        if path.startswith(("lessons/", "common/")) and \
                path.endswith((".c", ".h")):
            group = doxygen_filter.group_of(book.TOP / path)
            index.group_of_page[page] = group
            index.group_of_page[index.source(path)] = group
    for path in index.html.glob("struct*.html"):
        match = re.search(r'class="ingroups">.*group__(\w+)\.html.*</div>',
                          path.read_text(encoding="utf-8"))
        if match:
            index.group_of_page[path.name] = match.group(1).replace("__", "_")


def finish(output, draft):
    """All that Doxygen cannot do."""
    index, told = Index(output, draft), {}
    groups_of_pages(index)
    texts = book.pages()
    for page in texts:
        finish_text(index, page, told)
    texts.append(book.Page(output / "work" / "sources.md", "sources", None))
    finish_text(index, texts[-1], {})
    done = {page.label + ".html" for page in texts}
    for path in sorted(index.html.glob("*.html")):
        if path.name not in done:
            finish_reference(index, path, told)
    (index.html / "search-index.js").write_text(
        search_index(index, output / "work" / "tags"), encoding="utf-8")
    left = [path.name for path in index.html.glob("*.html")
            if "book:///" in path.read_text(encoding="utf-8")]
    if left:
        raise Broken("links that were not found: %s" % ", ".join(left))


def main(arguments):
    """The program; returns its exit status."""
    draft = "--draft" in arguments
    output = Path(arguments[-1]).resolve()
    shutil.rmtree(output, ignore_errors=True)
    try:
        run_doxygen(output, draft)
        finish(output, draft)
    except Broken as broken:
        print("docs: %s" % broken, file=sys.stderr)
        return 1
    print("The book: %s/html/index.html" % output)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
