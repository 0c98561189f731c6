"""The documentation as a site: `make docs` builds it, without any network, and a warning is an error.

The pages are plain Markdown that reads as well at GitHub. What the site needs beyond that is made here:

* The navigation is the lists of links in ``index.md``, one section each.
* A page that says "This page is [FILE](../FILE)." shows that file of the repository's root.
* Links to files outside of ``docs/`` lead to the repository.
* A fence that names its file, such as ``yaml contacts/trade.yaml``, has that name above it.
"""

import posixpath
import re
import tomllib
from pathlib import Path

from sphinx.application import Sphinx

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

project = "reconcile"
author = "the contributors of reconcile"
copyright = f"{author}; MIT licence"  # noqa: A001 - Sphinx calls it so
version = release = PROJECT["version"]

extensions = ["myst_parser"]
myst_heading_anchors = 4
nitpicky = True
smartquotes = False  # `--` begins an option
suppress_warnings = ["misc.highlighting_failure"]  # a fence may show a part of a file, or what goes wrong

html_theme = "furo"
html_title = f"reconcile {release}"
html_copy_source = False
html_show_sourcelink = False
html_theme_options = {"top_of_page_buttons": []}
html_static_path = ["_static"]
html_css_files = ["site.css"]

REPOSITORY = f"{PROJECT['urls']['Repository']}/blob/main"

_SECTION = re.compile(r"^## (?P<caption>.+)\n(?P<body>(?:(?!## ).*\n?)*)", re.MULTILINE)
_LISTED = re.compile(r"^- \[(?P<title>[^]]+)\]\((?P<page>[\w/-]+)\.md\)", re.MULTILINE)
_SHOWN = re.compile(r"\AThis page is \[[^]]+\]\(\.\./(?P<file>\w+\.md)\)\.\n\Z", re.MULTILINE)
_NAMED_FENCE = re.compile(r"^```(?P<language>\w+) (?P<file>[\w./-]+)$", re.MULTILINE)
_LINK = re.compile(r"(?<=\]\()(?!\w+:|#)(?P<path>[^)#\s]+)(?P<anchor>#[^)\s]*)?(?=\))")


def navigation(text: str) -> dict[str, list[tuple[str, str]]]:
    """The pages of each section of the index in order: the title of each, and its path without the suffix."""
    return {
        section["caption"]: [(link["title"], link["page"]) for link in _LISTED.finditer(section["body"])]
        for section in _SECTION.finditer(text)
    }


def shown(text: str, page: str) -> str:
    """What the site shows for a page, or for the file of the repository's root that the page is.

    Links out of ``docs/`` lead to the repository, and names of files stand above what they hold.
    ``page`` is the page's path below the root, such as ``docs/ci.md``.
    """
    if is_file := _SHOWN.match(text):
        page = is_file["file"]
        text = (ROOT / page).read_text(encoding="utf-8")
    folder = posixpath.dirname(page)
    text = _NAMED_FENCE.sub(r"```{code-block} \g<language>\n:caption: \g<file>\n", text)
    return _LINK.sub(lambda link: _address(folder, link["path"], link["anchor"] or ""), text)


def _address(folder: str, path: str, anchor: str) -> str:
    """Where a link leads: to a page of the site, by its path in ``docs/``, else into the repository."""
    target = posixpath.normpath(posixpath.join(folder, path))
    if target.startswith("docs/"):
        return f"/{target.removeprefix('docs/')}{anchor}"
    return f"{REPOSITORY}/{target}{anchor}"


def _toctrees(text: str) -> str:
    return "".join(_toctree(caption, pages) for caption, pages in navigation(text).items() if pages)


def _toctree(caption: str, pages: list[tuple[str, str]]) -> str:
    entries = [f"{title.replace('`', '')} <{page}>" for title, page in pages]
    return "\n".join(["", "```{toctree}", ":hidden:", f":caption: {caption}", "", *entries, "```", ""])


def _prepare(_app: Sphinx, name: str, content: list[str]) -> None:
    tree = _toctrees(content[0]) if name == "index" else ""
    content[0] = shown(content[0], f"docs/{name}.md") + tree


def setup(app: Sphinx) -> None:
    """Called by Sphinx."""
    app.connect("source-read", _prepare)
