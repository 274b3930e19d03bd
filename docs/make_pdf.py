#!/usr/bin/env python3
"""Make one PDF of the chapters.

    make_pdf.py OUTPUT.pdf

pandoc turns each text into HTML, and weasyprint the whole into pages: with
page numbers in the contents, the chapter's name above, bookmarks, and text in
the pictures that can be chosen.
"""
import html
import re
import subprocess
import sys
from pathlib import Path

sys.dont_write_bytecode = True

import book  # noqa: E402
import svg  # noqa: E402


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


def main(arguments):
    """The program; returns its exit status."""
    output = Path(arguments[0]).resolve()
    output.parent.mkdir(parents=True, exist_ok=True)
    page = output.with_suffix(".html")
    page.write_text(document(), encoding="utf-8")
    done = subprocess.run(["weasyprint", "--presentational-hints", page,
                           output], text=True, stderr=subprocess.PIPE)
    said = [line for line in done.stderr.splitlines()
            if re.search("ERROR|No anchor", line)]
    print("\n".join(said), file=sys.stderr, end="\n" if said else "")
    if done.returncode != 0 or said:
        return 1
    print("The book: %s" % output)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
