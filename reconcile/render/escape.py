"""The one place for escaping. Every string that a plan holds is hostile: customers typed names and tags.

A dialect says how such a string stands in one output format: as a ``name`` (references, tags, addresses), as
a ``quote`` (values, reasons) or as ``prose`` (whole sentences that may have such strings within).
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

NAME_LIMIT = 200
"""Longer strings are cut for the eye, and the text says how long they were; JSON has them whole."""

PROSE_LIMIT = 2_000


@dataclass(frozen=True, slots=True)
class Dialect:
    """How hostile strings are written in one format, so that none of them can change its structure."""

    name: Callable[[str], str]
    quote: Callable[[str], str]
    prose: Callable[[str], str]


_PLAIN = re.compile(r"[!-~]*", re.ASCII)
_BARE = re.compile(r"""[^\s"'`\\(),→]+""")
_INVISIBLE = {
    "Cc",  # control characters: ESC begins the terminal's own commands
    "Cf",  # format characters: bidi overrides, zero-width, soft hyphen, tags
    "Cs",  # lone surrogates, which cannot be encoded
    "Co",  # private use: every font shows something else
    "Cn",  # not assigned
    "Zl",
    "Zp",
    "Zs",
}
_FILLERS = {"\u034f", "\u115f", "\u1160", "\u17b4", "\u17b5", "\u2800", "\u3164", "\uffa0"}
"""Letters and marks that show as nothing."""


def visible(value: str, limit: int = NAME_LIMIT) -> str:
    """The string on one line, all that is invisible in it spelt out as JSON would, and cut at the limit."""
    return _spelt_out(value[:limit]) + _cut_note(value, limit)


def _cut_note(value: str, limit: int) -> str:
    return f"… ({len(value):,} characters)" if len(value) > limit else ""


@lru_cache(maxsize=65_536)
def _spelt_out(value: str) -> str:
    return value if _PLAIN.fullmatch(value) else "".join(map(_character, value))


def _character(char: str) -> str:
    shown = char == " " or (unicodedata.category(char) not in _INVISIBLE and char not in _FILLERS)
    if shown:
        return char
    code = ord(char)
    if code > 0xFFFF:
        return f"\\U{code:08x}"
    return f"\\u{code:04x}" if code > 0xFF else f"\\x{code:02x}"


def _terminal_name(value: str) -> str:
    """A name as it is, or in quotes where blanks and marks in it could be taken for ours."""
    return value if _BARE.fullmatch(value) and visible(value) == value else _terminal_quote(value)


def _terminal_quote(value: str) -> str:
    shown = value[:NAME_LIMIT].replace("\\", "\\\\").replace('"', '\\"')
    return f'"{_spelt_out(shown)}"{_cut_note(value, NAME_LIMIT)}'


TERMINAL = Dialect(_terminal_name, _terminal_quote, lambda value: visible(value, PROSE_LIMIT))
