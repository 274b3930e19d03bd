#!/usr/bin/env python3
"""Look at the site in a real browser, from the disk, without a network: TAP.

    site_test.py build/docs

Each page is opened wide and narrow, in the light and in the dark.  Nothing
may fail to load, no script may fail, nothing may stick out at the side, all
links lead somewhere, the search finds each public name, and the keyboard is
enough to read the book.
"""
import json
import re
import sys
import urllib.parse
import xml.etree.ElementTree as xml
from pathlib import Path

sys.dont_write_bytecode = True

import book  # noqa: E402
from browser import Browser, Failed  # noqa: E402

WIDTHS = [1440, 390]
SCHEMES = ["light", "dark"]
OUTSIDE = {"https://www.doxygen.org/index.html"}
CONTRAST = 4.5

# What a page is asked: its names, links, broken pictures, and faint words.
FACTS = """(() => {
	const links = [...document.querySelectorAll('a[href]')]
		.map(a => a.href).filter(href => !href.startsWith('javascript:'));
	const names = [...document.querySelectorAll('[id],a[name]')]
		.map(e => e.id || e.name);
	const pictures = [...document.images]
		.filter(i => i.complete && i.naturalWidth === 0).map(i => i.src);
	const unsaid = [...document.querySelectorAll('.contents img:not([alt]),' +
		'.figure svg:not([aria-label])')].length;
	return {links, names, pictures, unsaid, title: document.title};
})()"""

WIDTH = "[document.documentElement.scrollWidth, window.innerWidth]"

# The words of a page whose colour is too near to what is behind them.
FAINT = """(() => {
	const rgb = text => (text.match(/[\\d.]+/g) || []).map(Number);
	const light = ([r, g, b]) => [r, g, b].map(v => v / 255).map(
		v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
		.reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
	const behind = e => {
		for (; e; e = e.parentElement) {
			const c = rgb(getComputedStyle(e).backgroundColor);
			if (c.length === 3 || c[3] > 0.5)
				return c;
		}
		return [255, 255, 255];
	};
	const faint = new Set();
	for (const e of document.querySelectorAll('.contents p, .contents li,' +
	    '.contents code, .contents td, .contents a, .contents h2, .fragment *,' +
	    '.contents blockquote, .title, nav.steps a, p.told')) {
		if (!e.getClientRects().length || ![...e.childNodes].some(
		    n => n.nodeType === 3 && n.data.trim()))
			continue;
		const a = light(rgb(getComputedStyle(e).color)), b = light(behind(e));
		const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
		if (ratio < %s)
			faint.add(e.tagName + '.' + e.className + ' ' + ratio.toFixed(1));
	}
	return [...faint].slice(0, 5);
})()""" % CONTRAST


class Tap:
    """Points, and why they fail."""

    def __init__(self):
        self.count = self.failed = 0

    def point(self, name, problems):
        """A point that holds where there is no problem."""
        problems = list(problems)
        self.count += 1
        self.failed += bool(problems)
        print("%s %d site: %s" % ("not ok" if problems else "ok", self.count,
                                  name), flush=True)
        for problem in problems[:20]:
            print("# " + problem)
        if len(problems) > 20:
            print("# ... and %d more" % (len(problems) - 20))


def trouble(events):
    """What the browser complains of."""
    for event in events:
        method, said = event.get("method"), event.get("params", {})
        if method == "Runtime.exceptionThrown":
            details = said["exceptionDetails"]
            yield details.get("exception", {}).get("description",
                                                   details["text"])
        elif method == "Log.entryAdded" and said["entry"]["level"] == "error":
            yield "%s %s" % (said["entry"]["text"], said["entry"].get("url"))
        elif method == "Network.requestWillBeSent" and not said["request"][
                "url"].startswith(("file:", "data:", "about:")):
            yield "asks the network for " + said["request"]["url"]


def crawl(browser, site):
    """All pages, in all ways: name -> facts, and what is wrong."""
    facts, broken, wide, faint = {}, [], [], []
    for path in sorted(site.glob("*.html")):
        for scheme in SCHEMES:
            browser.window(WIDTHS[0])
            browser.scheme(scheme)
            browser.open(path.as_uri())
            for width in WIDTHS:
                browser.window(width)
                needed, there = browser.run(WIDTH)
                if needed > max(there, width):
                    wide.append("%s needs %d of %d" % (path.name, needed,
                                                       width))
            if not path.name.endswith("_source.html"):
                faint += ["%s, %s: %s" % (path.name, scheme, words)
                          for words in browser.run(FAINT)]
            broken += ["%s: %s" % (path.name, words)
                       for words in trouble(browser.events)]
        facts[path.name] = browser.run(FACTS)
    return facts, broken, wide, faint


def dead_links(site, facts):
    """Links that lead nowhere."""
    base = site.as_uri() + "/"
    for name, fact in facts.items():
        for link in sorted(set(fact["links"])):
            place, _, anchor = link.partition("#")
            if not place.startswith(base):
                if place not in OUTSIDE:
                    yield "%s: %s is not of the site" % (name, link)
                continue
            other = urllib.parse.unquote(place[len(base):]).split("?")[0]
            if not (site / other).is_file():
                yield "%s: %s is not there" % (name, other)
            elif anchor and other in facts and \
                    urllib.parse.unquote(anchor) not in facts[other]["names"]:
                yield "%s: %s has no #%s" % (name, other, anchor)


def public_names(tags, fields=True):
    """All that the reference documents, with or without fields."""
    names = set()
    for compound in xml.parse(tags).iter("compound"):
        if compound.get("kind") == "struct":
            names.add(compound.findtext("name"))
        if compound.get("kind") == "group" or fields and \
                compound.get("kind") == "struct":
            names |= {member.findtext("name")
                      for member in compound.iter("member")}
    return sorted(names)


def not_found(browser, site, names):
    """Names that the search does not show."""
    browser.open((site / "index.html").as_uri())
    browser.wait("document.getElementById('found') !== null")
    if not browser.run("typeof PAGEWISE_INDEX !== 'undefined'"):
        return ["there is no index"]
    return browser.run("%s.filter(n => !Search.find(n).some(e => e[0] === n))"
                       % json.dumps(names))


def unlinked(browser, site, names):
    """Names of code in the chapters that are not links."""
    for page in book.chapters():
        browser.open((site / (page.label + ".html")).as_uri())
        for name in browser.run(
                "[...document.querySelectorAll('.contents code')].filter("
                "c => !c.closest('a') && !c.querySelector('a') && !c.closest("
                "'h1,h2,h3,.fragment')).map(c => c.innerText)"):
            if re.sub(r"^(struct|enum) |\(\)$", "", name) in names:
                yield "%s: %s" % (page.label, name)


def keyboard(browser, site):
    """Search, choose, and go: with keys alone."""
    browser.window(WIDTHS[0])
    browser.open((site / "index.html").as_uri())
    browser.wait("document.getElementById('found') !== null")
    browser.key("/", 191, "/")
    for letter in "e820_add":
        browser.key(letter, ord(letter.upper()), letter)
    browser.key("ArrowDown", 40)
    browser.key("Enter", 13, "\r")
    try:
        browser.wait("location.href.includes('group__e820.html#')", 10)
    except Failed:
        yield "a search leads to %s" % browser.run("location.href")


def walk(browser, site):
    """From chapter to chapter with the key Enter, there and back."""
    order = ["index"] + [page.label for page in book.chapters()]
    for labels, kind in ((order, "next"), (order[::-1], "previous")):
        browser.open((site / (labels[0] + ".html")).as_uri())
        for label in labels[1:]:
            browser.run("document.querySelector('nav.steps a.%s').focus()"
                        % kind)
            browser.key("Enter", 13, "\r")
            try:
                browser.wait("location.pathname.endsWith('/%s.html') && "
                             "document.readyState == 'complete'" % label, 10)
            except Failed:
                yield "%s of the page before is not %s" % (kind, label)
                return


def toggle(browser, site):
    """The button for the dark changes page and pictures."""
    pages = [page for page in book.chapters() if "figures/" in page.text]
    browser.scheme("light")
    for page in pages[:1]:
        browser.open((site / (page.label + ".html")).as_uri())
        browser.wait("document.querySelector('doxygen-awesome-dark-mode-"
                     "toggle') !== null")
        look = ("['body', '.figure text.ink'].map(s => getComputedStyle("
                "document.querySelector(s)))"
                ".map((s, i) => i ? s.fill : s.backgroundColor).join()")
        before = browser.run(look)
        browser.run("document.querySelector('doxygen-awesome-dark-mode-"
                    "toggle').click()")
        after = browser.run(look)
        if any(a == b for a, b in zip(before.split("),"), after.split("),"))):
            yield "%s: %s stays %s" % (page.label, before, after)


def nameless(site):
    """Pages of the reference that do not name their chapter."""
    for path in sorted(site.glob("struct*.html")) + \
            sorted(site.glob("group__*.html")):
        text = path.read_text(encoding="utf-8")
        groups = "".join(re.findall(r'class="ingroups">.*</div>', text))
        if "Lesson" in groups and 'class="told"' not in text:
            yield path.name


def main(arguments):
    """The program; returns its exit status."""
    output = Path(arguments[0]).resolve()
    site = output / "html"
    tap = Tap()
    names = public_names(output / "work" / "tags")
    with Browser() as browser:
        facts, broken, wide, faint = crawl(browser, site)
        tap.point("%d pages load all they need, and no script fails"
                  % len(facts), broken)
        tap.point("no page is wider than a window of %d or %d"
                  % tuple(WIDTHS), wide)
        tap.point("words can be read in the light and in the dark", faint)
        tap.point("%d links lead somewhere" % sum(
            len(set(fact["links"])) for fact in facts.values()),
            dead_links(site, facts))
        tap.point("no picture is missing, and each says what it shows",
                  ["%s: %s" % (name, fact["pictures"] or "no words")
                   for name, fact in facts.items()
                   if fact["pictures"] or fact["unsaid"]])
        tap.point("the search finds %d public names" % len(names),
                  not_found(browser, site, names))
        tap.point("names of code in the chapters are links",
                  unlinked(browser, site, public_names(
                      output / "work" / "tags", fields=False)))
        tap.point("the reference names its chapters", nameless(site))
        tap.point("the keyboard searches", keyboard(browser, site))
        tap.point("the keyboard goes from chapter to chapter",
                  walk(browser, site))
        tap.point("the button for the dark works", toggle(browser, site))
    print("1..%d" % tap.count)
    return 1 if tap.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
