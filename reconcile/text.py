"""Text in messages: safe to print, cut short, counted, and with the nearest word that was meant. Pure."""

import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from functools import lru_cache


def printable(text: str) -> str:
    """The text, with the number of every character that does not print in its place."""
    if text.isprintable():
        return text
    return "".join(sign if sign.isprintable() else _escaped(sign) for sign in text)


def _escaped(sign: str) -> str:
    return sign.encode("unicode_escape", "backslashreplace").decode("ascii")


LONGEST_SHOWN = 60

LONGEST_GUESSED = 60

_SECRET = re.compile(r"[0-9a-fA-F]{32,}|://[^/@]+@")

_UNKNOWN = "\N{REPLACEMENT CHARACTER}"


def shown(text: str) -> str:
    """A value as it may stand in a message: quoted, on one line, cut short, never a secret."""
    if _SECRET.search(text):
        return "a value that looks like a secret"
    return f"'{replace_unprintable(text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + '…')}'"


def replace_unprintable(text: str) -> str:
    """The text with a replacement character for each that could disturb a line of output."""
    return text if text.isprintable() else "".join(c if c.isprintable() else _UNKNOWN for c in text)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """``; did you mean 'expires'?`` for the nearest known word, or nothing."""
    near = _nearest(word, tuple(known)) if len(word) <= LONGEST_GUESSED else None
    return f"; did you mean '{near}'?" if near else ""


@lru_cache(maxsize=1024)
def _nearest(word: str, known: tuple[str, ...]) -> str | None:
    folded = {name.casefold(): name for name in known}
    near = get_close_matches(word.casefold(), folded, n=1, cutoff=0.7)
    return folded[near[0]] if near else None


NAMED_AT_MOST = 10
"""How many contacts a sentence names before it says how many more there are."""

NAMED_IN = 1_000
"""How many characters a sentence spends on that."""


def count(number: int, noun: str) -> str:
    """``1 contact``, ``10,000 contacts``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def listed(names: Sequence[str], separator: str = ", ") -> str:
    """The first names of a list, and how many more there are."""
    shown: list[str] = []
    for name in names[:NAMED_AT_MOST]:
        if shown and sum(map(len, shown)) + len(name) > NAMED_IN:
            break
        shown.append(name)
    more = len(names) - len(shown)
    return separator.join(shown) + (f" and {more:,} more" if more else "")


def verb_form(number: int, one: str, many: str) -> str:
    """The form of a verb that goes with the number."""
    return one if number == 1 else many
