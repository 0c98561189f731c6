"""The one place for escaping. Every string that a plan holds is hostile: customers typed names and tags.

A dialect writes such a string for one output format: as a ``name`` (references, tags, addresses), as a
``quote`` (values, reasons) or as ``prose`` (whole sentences that may have such strings within).
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from reconcile.text import shows

MASK = "•••"
"""What stands where something personal was left out."""

NAME_LIMIT = 200
"""Maximum characters of a name, then it is cut and its length is added. JSON has every string whole."""

QUOTE_LIMIT = 500
"""The same for a value or a reason."""

PROSE_LIMIT = 2_000
"""The same for a sentence."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How hostile strings are written in one format, so that none of them can change its structure.

    ``link`` makes a link of a text that is escaped already and an address; None where there are no links.
    ``source_url`` is the address of the repository's files at the plan's commit, to which places are linked;
    None where it is not known.
    """

    name: Callable[[str], str]
    quote: Callable[[str], str]
    prose: Callable[[str], str]
    link: Callable[[str, str], str] | None = None
    source_url: str | None = None

    def linked_to(self, source_url: str | None) -> "Dialect":
        """The same dialect, which links places to the files at that address."""
        return replace(self, source_url=source_url)


_PLAIN = re.compile(r"[!-~]*", re.ASCII)

_BARE = re.compile(r"""[^\s"'`\\(),→]+""")


def visible(value: str, limit: int = NAME_LIMIT) -> str:
    """The string on one line, all that is invisible in it spelt out as JSON would, and cut at the limit."""
    shown, note = _cut(value, limit)
    return shown + note


def _cut(value: str, limit: int) -> tuple[str, str]:
    """At most ``limit`` characters of a string as it is shown, and a note of its length if it has more."""
    spelt = _spelt_out(value[:limit])
    whole = len(value) <= limit and len(spelt) <= limit
    return spelt[:limit], "" if whole else f"… ({len(value):,} characters)"


@lru_cache(maxsize=65_536)
def _spelt_out(value: str) -> str:
    return value if _PLAIN.fullmatch(value) else "".join(map(_character, value))


def _character(char: str) -> str:
    if shows(char):
        return char
    code = ord(char)
    if code > 0xFFFF:
        return f"\\U{code:08x}"
    return f"\\u{code:04x}" if code > 0xFF else f"\\x{code:02x}"


def _terminal_name(value: str) -> str:
    """A name as it is, or in quotes where blanks and marks in it could be taken for ours."""
    bare = len(value) <= NAME_LIMIT and _BARE.fullmatch(value) and _spelt_out(value) == value
    return value if bare else _terminal_quote(value)


def _terminal_quote(value: str) -> str:
    shown, note = _cut(value.replace("\\", "\\\\").replace('"', '\\"'), QUOTE_LIMIT)
    return f'"{shown}"{note}'


TERMINAL = Dialect(_terminal_name, _terminal_quote, lambda value: visible(value, PROSE_LIMIT))


def code_span(value: str, limit: int = NAME_LIMIT) -> str:
    """The string as Markdown's code: there is no mention, link, table, tag or emphasis inside it."""
    shown = visible(value, limit) or '""'
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", shown)), default=0))
    gap = " " if shown[0] in " `" or shown[-1] in " `" else ""
    return f"{fence}{gap}{shown}{gap}{fence}"


MARKDOWN = Dialect(
    code_span,
    lambda value: code_span(value, QUOTE_LIMIT),
    lambda value: code_span(value, PROSE_LIMIT),
    lambda text, url: f"[{text}](<{url}>)",
)


def _code_tag(value: str, limit: int = NAME_LIMIT) -> str:
    return f"<code>{_html_text(value, limit)}</code>"


def _escaped_html(text: str) -> str:
    from html import escape  # noqa: PLC0415 - brings a table of thousands of names along

    return escape(text)


def _html_text(value: str, limit: int) -> str:
    return _escaped_html(visible(value, limit)) or '""'


MARKDOWN_HTML = Dialect(
    _code_tag, lambda value: _code_tag(value, QUOTE_LIMIT), lambda value: _code_tag(value, PROSE_LIMIT)
)
"""For HTML blocks within Markdown. The hosts look for mentions and references in them, but not in code."""

PAGE = Dialect(
    lambda value: f"<bdi>{_html_text(value, NAME_LIMIT)}</bdi>",
    lambda value: f"<q>{_html_text(value, QUOTE_LIMIT)}</q>",
    lambda value: f"<bdi class=prose>{_html_text(value, PROSE_LIMIT)}</bdi>",
    lambda text, url: f'<a href="{_escaped_html(url)}">{text}</a>',
)
"""For the HTML page: each string is isolated, so that its writing direction ends with it."""

HTML_TEXT = Dialect(
    lambda value: _html_text(value, NAME_LIMIT),
    lambda value: _html_text(value, QUOTE_LIMIT),
    lambda value: _html_text(value, PROSE_LIMIT),
)
"""For titles and attributes in double quotes, where no tag can stand."""


def url_path(path: str) -> str | None:
    """A file's path for a URL; None for a path that could lead out of the folder that it is put after."""
    if any(segment in {"", ".", ".."} for segment in path.split("/")):
        return None
    return quote(path, safe="/", errors="replace")


def json_in_html(value: Any) -> str:
    """JSON that can stand in a script element: nothing in it ends the element or begins a comment."""
    return json.dumps(value, separators=(",", ":")).replace("</", "<\\/").replace("<!", "\\u003c!")
