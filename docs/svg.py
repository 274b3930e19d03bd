"""Pictures as text: SVG whose colours follow the reader's scheme."""
from xml.sax.saxutils import escape, quoteattr

# Name: light, dark.  Text on a fill has the ink's colour in both.
PALETTE = {
    "ink": ("#1f2328", "#e6edf3"),
    "soft": ("#59636e", "#9198a1"),
    "line": ("#c8ced4", "#3d444d"),
    "none": ("#f3f5f7", "#20252c"),
    "ram": ("#9fd8a5", "#246b38"),
    "reserved": ("#f3b3a8", "#8c3a33"),
    "acpi": ("#f2d58a", "#7a5a12"),
    "other": ("#cdb8ee", "#5a4590"),
    "used": ("#f0b78a", "#8a4b1c"),
    "mark": ("#9cc7f5", "#1f5a9c"),
}


def rules(scope, dark_scope, media):
    """Style sheet for pictures below scope; dark by a media query or not."""
    light, dark = [], []
    for name, (day, night) in PALETTE.items():
        light.append("%s .%s{fill:%s}" % (scope, name, day))
        dark.append("%s .%s{fill:%s}" % (dark_scope, name, night))
        if name in ("line", "ink", "soft"):
            light.append("%s .%s-stroke{stroke:%s;fill:none}" % (
                scope, name, day))
            dark.append("%s .%s-stroke{stroke:%s;fill:none}" % (
                dark_scope, name, night))
    text = ("%s text{font-size:13px;font-family:'Liberation Sans',Arial,"
            "Helvetica,sans-serif}"
            "%s .small{font-size:11px}%s .bold{font-weight:bold}"
            "%s .mono{font-family:'Liberation Mono',ui-monospace,monospace;"
            "font-size:12px}") % ((scope,) * 4)
    night = "\n".join(dark)
    if media:
        night = "@media (prefers-color-scheme:dark){\n%s\n}" % night
    return "\n".join([text] + light + [night])


class Picture:
    """One picture, 720 wide."""

    def __init__(self, name, title, words, height):
        self.name, self.title, self.words = name, title, words
        self.height = height
        self.parts = []

    def rect(self, x, y, width, height, name, title="", round_=2):
        """A box; the title is what a pointer that rests on it is told."""
        inner = "<title>%s</title>" % escape(title) if title else ""
        self.parts.append(
            '<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" rx="%d" '
            'class="%s">%s</rect>' % (x, y, max(width, 0.8), height, round_,
                                      name, inner))

    def text(self, x, y, words, name="ink", anchor="start"):
        """Words at a place."""
        self.parts.append('<text x="%.1f" y="%.1f" class="%s" '
                          'text-anchor="%s" xml:space="preserve">%s</text>' % (
                              x, y, name, anchor, escape(str(words))))

    def line(self, x1, y1, x2, y2, name="line-stroke"):
        """A line."""
        self.parts.append('<path d="M%.1f %.1fL%.1f %.1f" class="%s"/>' % (
            x1, y1, x2, y2, name))

    def legend(self, x, y, entries):
        """Boxes with words; returns where it ends."""
        for name, words in entries:
            self.rect(x, y - 10, 12, 12, name)
            self.text(x + 17, y, words, "soft small")
            x += 30 + 6.1 * len(words)
        return x

    def text_of(self):
        """The file."""
        return "\n".join([
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 %d" '
            'role="img" aria-label=%s>' % (self.height,
                                           quoteattr(self.words)),
            "<style>", rules("svg", "svg", True), "</style>",
            "<title>%s</title>" % escape(self.title),
            "<desc>%s</desc>" % escape(self.words),
            *self.parts, "</svg>", ""])
