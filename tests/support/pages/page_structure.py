"""The structure of an HTML page: its tags, attributes and own words, less what stands in given elements."""

from html.parser import HTMLParser

VOID = {"meta", "input", "br", "img", "link"}


class PageStructure(HTMLParser):
    """Collects tags with all attributes, and the text outside the elements that hold a plan's strings."""

    def __init__(self, holding: set[str]) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.strings: list[str] = []
        self._holding = holding
        self._open: list[str] = []

    @property
    def _held(self) -> bool:
        return bool(self._holding & set(self._open))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append(f"<{tag} {sorted(attrs, key=str)}>")
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self.found.append(f"</{tag}>")
        while tag in self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        (self.strings if self._held else self.found).append(data)

    def handle_comment(self, data: str) -> None:
        self.found.append(f"<!--{data}-->")

    def handle_decl(self, decl: str) -> None:
        self.found.append(f"<!{decl}>")

    def handle_pi(self, data: str) -> None:
        self.found.append(f"<?{data}>")

    def unknown_decl(self, data: str) -> None:
        self.found.append(f"<![{data}]>")


def page_structure(page: str, *holding: str) -> list[str]:
    """Tags, attributes and own words of a page; text parts next to each other are joined."""
    parser = PageStructure(set(holding))
    parser.feed(page)
    parser.close()
    return parser.found
