#!/usr/bin/env python3
"""Make one PDF of the chapters.

    make_pdf.py OUTPUT.pdf
    make_pdf.py --print PAGE.html OUTPUT.pdf    by the Python of weasyprint

pandoc turns each text into HTML, and weasyprint the whole into pages: with
page numbers in the contents, the chapter's name above, bookmarks, and text in
the pictures that can be chosen.  Nothing may stick out at the side of a page.
"""
import html
import logging
import re
import shutil
import subprocess
import sys
from pathlib import Path

sys.dont_write_bytecode = True

import book  # noqa: E402
import svg  # noqa: E402

TEXT = 476    # width of a page's text, in points; print.css has its margins
LETTER = 4.8  # width of a letter in a table, with some air
SHORT = 9     # rows of a table that stays on one page
NAME = 22     # letters of a name that stand on one line of a table


def target(pages, page, place):
    """Where a link leads inside the PDF, or None: it is code."""
    path, _, slug = place.partition("#")
    full = book.linked_path(page, path) if path else page.path
    if full is not None and full.is_dir():
        full /= "README.md"
    other = pages.get(full)
    if other is None:
        return None
    return "#" + (book.anchor(other, slug) if slug else other.label)


def link(pages, page, match):
    """A link as it can be printed."""
    image, words, place, _ = match.groups()
    if image or re.match(r"[a-z]+:", place):
        return match.group()
    where = target(pages, page, place)
    return "[%s](book:%s)" % (words, where) if where else words


def figure(page, match):
    """A picture, as part of the text."""
    path = (page.path.parent / html.unescape(match.group(1))).resolve()
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"<style>.*?</style>", "<style>%s</style>" % svg.rules(
        "svg", "", True).split("@media")[0], text, flags=re.DOTALL)
    return '<div class="figure">%s</div>' % text


def block(match):
    """Lines of code or of a report, as large as their longest allows."""
    text = html.unescape(re.sub(r"<[^>]*>", "", match.group(2)))
    columns = max(map(len, text.split("\n")))
    points = min(8.4, (TEXT - 18) / (0.602 * max(columns, 1)))
    if points < 5.8:
        # Some lines break anyway: readable, and one sees where each begins.
        lines = "".join("<span>%s</span>" % html.escape(line)
                        for line in text.rstrip("\n").split("\n"))
        return '<pre class="broken">%s</pre>' % lines
    return '<pre style="font-size: %.1fpt"%s>%s</pre>' % (
        points, match.group(1), match.group(2))


def breakable(match):
    """A name in a table; a long one may break behind its underscores."""
    words = match.group(1)
    if max(map(len, html.unescape(words).split() or [""])) <= NAME:
        return match.group()
    return "<code>%s</code>" % re.sub(r"(?<=[a-z])(_|-&gt;)(?=[a-zA-Z])",
                                      r"\1<wbr>", words)


def table(match):
    """A table whose columns are as wide as what is in them."""
    text = re.sub(r"<colgroup>.*?</colgroup>", "", match.group(),
                  flags=re.DOTALL)
    text = re.sub(r"<code>(.*?)</code>", breakable, text)
    rows = [[html.unescape(re.sub(r"<(?!wbr)[^>]*>", "", cell)) for cell in
             re.findall(r"<t[hd]\b[^>]*>(.*?)</t[hd]>", row, re.DOTALL)]
            for row in re.findall(r"<tr\b.*?</tr>", text, re.DOTALL)]
    longest, whole = [], []
    for column in zip(*rows):
        longest.append(2.5 + max(len(word) for cell in column
                                 for word in re.split(r"\s|<wbr>", cell)))
        whole.append(2.5 + max(len(cell.replace("<wbr>", ""))
                               for cell in column))
    left = TEXT / LETTER - sum(longest)
    wanted = [max(0, all_of_it - word)
              for all_of_it, word in zip(whole, longest)]
    if sum(wanted) <= left:
        return text.replace("<table", '<table class="%s"' % (
            "short" if len(rows) <= SHORT else ""), 1)
    widths = [word + left * part / sum(wanted)
              for word, part in zip(longest, wanted)]
    columns = "".join('<col style="width: %.1f%%">' % (100 * width /
                                                        sum(widths))
                      for width in widths)
    return re.sub(r"<table[^>]*>", '<table class="wide%s"><colgroup>%s'
                  "</colgroup>" % (" short" if len(rows) <= SHORT else "",
                                   columns), text, count=1)


def section(pages, page):
    """A text as HTML."""
    text = book.COMMENT.sub("", page.text)
    text = book.LINK.sub(lambda match: link(pages, page, match), text)
    done = subprocess.run(
        ["pandoc", "-f", "gfm", "-t", "html5", "--wrap=none",
         "--id-prefix=%s-" % page.label], input=text, text=True,
        stdout=subprocess.PIPE, check=True)
    # pandoc would have put our prefix before these.
    body = done.stdout.replace('href="book:#', 'href="#')
    body = re.sub(r'<p>\s*<img src="([^"]*\.svg)"[^>]*>\s*</p>',
                  lambda match: figure(page, match), body)
    body = re.sub(r'<figure>\s*<img src="([^"]*\.svg)".*?</figure>',
                  lambda match: figure(page, match), body, flags=re.DOTALL)
    body = re.sub(r"<pre\b([^>]*)>(.*?)</pre>", block, body, flags=re.DOTALL)
    body = re.sub(r"<table\b.*?</table>", table, body, flags=re.DOTALL)
    body = re.sub(r"<p>(?=[^\n]*:</p>\s*<(?:pre|table|div))",
                  '<p class="before">', body)
    return '<section id="%s">%s</section>' % (page.label, body)


def contents(sections):
    """The table of contents of these (page, HTML)."""
    lines = ['<nav class="contents"><h2>Contents</h2><ol>']
    for page, body in sections:
        lines.append('<li><a href="#%s">%s</a><ol>' % (
            page.label, html.escape(page.title)))
        if page.group:
            lines += ['<li><a href="#%s">%s</a></li>' % head for head in
                      re.findall(r'<h2 id="([^"]*)">(.*?)</h2>', body)]
        lines.append("</ol></li>")
    return "\n".join(lines + ["</ol></nav>"])


def document():
    """The whole book as HTML."""
    listed = [page for page in book.chapters() + book.others()
              if page.group or page.label in ("compare", "glossary")]
    pages = {page.path: page for page in listed}
    sections = [(page, section(pages, page)) for page in listed]
    style = (book.DOCS / "print.css").read_text(encoding="utf-8")
    return "\n".join([
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">',
        "<title>Pagewise</title><style>%s</style></head><body>" % style,
        '<div class="title"><h1>Pagewise</h1>'
        "<p>A kernel comes to own its memory</p></div>",
        contents(sections), *[body for _, body in sections],
        "</body></html>"])


class Said(logging.Handler):
    """What weasyprint complains of."""

    def __init__(self):
        super().__init__(logging.WARNING)
        self.lines = []

    def emit(self, record):
        words = record.getMessage()
        if record.levelno >= logging.ERROR or "No anchor" in words:
            self.lines.append(words)


def sticks_out(pages):
    """Texts that reach into a page's right margin."""
    for number, page in enumerate(pages, 1):
        edge = page._page_box.content_box_x() + page._page_box.width
        for box in page._page_box.descendants():
            text = getattr(box, "text", "")
            if text.strip() and box.position_x + box.width > edge + 1:
                yield "page %d: %r is too wide by %d" % (
                    number, text[:40], box.position_x + box.width - edge)


def render(page, output):
    """One page of HTML as a PDF; returns the exit status."""
    import weasyprint

    said = Said()
    logging.getLogger("weasyprint").addHandler(said)
    made = weasyprint.HTML(filename=page).render(presentational_hints=True)
    said.lines += sticks_out(made.pages)
    made.write_pdf(output)
    print("\n".join(said.lines), file=sys.stderr,
          end="\n" if said.lines else "")
    return 1 if said.lines else 0


def interpreter():
    """The Python that has weasyprint: the one that its command names."""
    with open(shutil.which("weasyprint"), encoding="utf-8") as file:
        return file.readline().removeprefix("#!").split()


def main(arguments):
    """The program; returns its exit status."""
    if arguments[0] == "--print":
        return render(*arguments[1:])
    output = Path(arguments[0]).resolve()
    output.parent.mkdir(parents=True, exist_ok=True)
    page = output.with_suffix(".html")
    page.write_text(document(), encoding="utf-8")
    done = subprocess.run([*interpreter(), __file__, "--print", page, output])
    if done.returncode != 0:
        return 1
    print("The book: %s" % output)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
