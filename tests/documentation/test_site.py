"""The documentation as a site: every page can be reached, links lead somewhere, nobody else is asked."""

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.anchors import anchors_plugin

from docs.conf import navigation, shown

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
AT_THE_ROOT = sorted(ROOT.glob("*.md"))
OWN = re.compile(r"(?!\w+:)")
"""An address without a scheme."""


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def test_every_page_is_in_the_navigation() -> None:
    """Once: the navigation is the lists of docs/index.md."""
    listed = Counter(
        name for pages in navigation((DOCS / "index.md").read_text("utf-8")).values() for _, name in pages
    )
    there = {str(page.relative_to(DOCS).with_suffix("")) for page in PAGES} - {"index"}
    missing = [f"add '- [Title]({name}.md)' to a section of docs/index.md" for name in there - set(listed)]
    assert sorted(missing) == []
    assert [name for name, times in listed.items() if times > 1 or name not in there] == []


def tokens(text: str) -> Iterator[Token]:
    for token in MarkdownIt("gfm-like", {"linkify": False}).use(anchors_plugin, max_level=4).parse(text):
        yield token
        yield from token.children or ()


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub and the site make them."""
    text = page.read_text(encoding="utf-8")
    return {str(token.attrs["id"]) for token in tokens(text) if token.type == "heading_open" and token.attrs}


@pytest.fixture(scope="module")
def all_anchors() -> dict[Path, set[str]]:
    return {page: anchors(page) for page in (*PAGES, *AT_THE_ROOT)}


@pytest.mark.parametrize("page", [*PAGES, *AT_THE_ROOT], ids=name_of)
def test_every_link_leads_somewhere(page: Path, all_anchors: dict[Path, set[str]]) -> None:
    """To a file that is there and to a heading of it, read at GitHub."""
    for token in tokens(page.read_text(encoding="utf-8")):
        address = str(token.attrs.get("href", "")) if token.type == "link_open" else ""
        if not address or not OWN.match(address):
            continue
        path, _, anchor = address.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{name_of(page)}: {address}"
        assert not anchor or anchor in all_anchors[target], f"{name_of(page)}: {address}"


def test_the_site_shows_files_of_the_root_and_links_to_others() -> None:
    """What is there once is a page, too; what is no page is found in the repository."""
    assert shown("This page is [it](../CHANGELOG.md).\n", "docs/changelog.md").startswith("# Change")
    text = "[a](../../LICENSE) [b](ci.md#threats) [c](../plan.md) [d](#here) [e](https://x.org)"
    assert shown(text, "docs/reference/page.md") == (
        "[a](https://github.com/OWNER/NAME/blob/main/LICENSE) [b](/reference/ci.md#threats) [c](/plan.md) "
        "[d](#here) [e](https://x.org)"
    )
    fence = "```yaml contacts/trade.yaml\na: 1\n```\n"
    named = "```{code-block} yaml\n:caption: contacts/trade.yaml\n\na: 1\n```\n"
    assert shown(fence, "docs/plan.md") == named


class Loaded(HTMLParser):
    """The addresses that a browser asks for by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        key = "href" if tag == "link" else "src"
        if tag != "a" and named.get(key):
            self.addresses.append(str(named[key]))


@pytest.mark.long
def test_the_site_is_built_without_a_warning_and_asks_nobody(tmp_path: Path) -> None:
    """No font, script or style is loaded from elsewhere, and no inventory: it works without a network."""
    command = [
        *(sys.executable, "-m", "sphinx", "-W", "--keep-going", "-n", "-q"),
        *("-d", str(tmp_path / "trees"), str(DOCS), str(tmp_path / "site")),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stderr
    built = sorted((tmp_path / "site").rglob("*.html"))
    assert len(built) >= len(PAGES)
    for page in built:
        loaded = Loaded()
        loaded.feed(page.read_text(encoding="utf-8"))
        assert [address for address in loaded.addresses if not OWN.match(address)] == [], page
    for style in (tmp_path / "site").rglob("*.css"):
        assert not re.search(r"@import|url\(\s*[\"']?(https?:)?//", style.read_text(encoding="utf-8")), style
