"""What the book consists of: its chapters, their order, names and links."""
import re
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
DOCS = TOP / "docs"

TITLE = re.compile(r"^# +(.+?)(?: *\{#.*\})? *$", re.MULTILINE)
FENCE = re.compile(r"^ *```")
LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\[\]]*\])*)\]"
                  r"\(([^)\s]+)(?: \"([^\"\n]*)\")?\)")
COMMENT = re.compile(r"<!--.*?-->\n?", re.DOTALL)


class Page:
    """One text of the book: a file, and the page that is made of it."""

    def __init__(self, path, label, group):
        self.path = path      # in the checkout
        self.label = label    # of Doxygen; LABEL.html is the page
        self.group = group    # the module of the reference that it tells of
        self.text = path.read_text(encoding="utf-8")
        self.title = TITLE.search(self.text).group(1)


def lesson_pages(folder):
    """The chapters of a lesson: README.md, then what it links, in order."""
    number, word = folder.name.split("-", 1)
    label = "lesson%d" % int(number)
    first = folder / "README.md"
    if not first.exists():
        return []
    pages = [Page(first, label, word)]
    there = sorted(path.name for path in folder.glob("*.md"))
    linked = [name for name in re.findall(r"\]\((\w+\.md)", pages[0].text)
              if name in there]
    for name in dict.fromkeys(linked + there):
        if name != "README.md":
            pages.append(Page(folder / name, "%s_%s" % (label, name[:-3]),
                              word))
    return pages


def chapters():
    """The pages that are read in order."""
    pages = []
    for folder in sorted((TOP / "lessons").glob("[0-9][0-9]-*")):
        pages += lesson_pages(folder)
    return pages


def others():
    """The pages beside the chapters: two by name, then what else there is."""
    paths = [DOCS / "compare.md", DOCS / "glossary.md"]
    paths += sorted(set(DOCS.glob("*.md")) - {*paths, DOCS / "index.md"})
    listed = [Page(path, path.stem, None) for path in paths]
    return listed + [Page(TOP / "lessons/01-e820/maps/README.md", "maps",
                          None)]


def main_page():
    """Where the site begins."""
    return Page(DOCS / "index.md", "index", None)


def pages():
    """All texts of the site."""
    return [main_page()] + chapters() + others()


def slug(heading):
    """The anchor that a code host gives a heading."""
    text = re.sub(r"[`*]|\[(.*?)\]\(.*?\)", r"\1", heading).strip().lower()
    return re.sub(r"[^\w\- ]", "", text).replace(" ", "-")


def anchor(page, heading_slug):
    """Our anchor of a heading: unique in the whole book."""
    return "%s-%s" % (page.label, heading_slug) if heading_slug else page.label


def outside_fences(text, change):
    """The text with change(line) in place of each line that is not code."""
    lines, code = [], False
    for line in text.split("\n"):
        fence = FENCE.match(line)
        lines.append(line if code or fence else change(line))
        code ^= bool(fence)
    return "\n".join(lines)


def linked_path(page, target):
    """The file or folder that a link in the page names, or None."""
    if re.match(r"[a-z]+:", target):
        return None
    return (page.path.parent / target).resolve()
