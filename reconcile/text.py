"""Text in messages: safe to print, cut short, counted, and with the word that was meant. Pure.

Three functions make strange characters harmless, each for its place. ``escape_unprintable`` spells them out,
for whole messages of which every character may matter. ``replace_unprintable`` puts one sign in the place of
each, for values of files that are only pointed at. ``render.escape.visible`` spells out the invisible ones,
too, and cuts at a limit, for what a plan shows to reviewers.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from difflib import get_close_matches
from functools import lru_cache

LONGEST_QUOTED = 60
"""Maximum length of a value in a message; a longer one is cut."""

LONGEST_GUESSED = 60
"""Maximum length of a word for which the nearest known one is sought."""

LISTED_NAMES = 10
"""Maximum number of names in a sentence, then how many more there are."""

LISTED_CHARACTERS = 1_000
"""Maximum number of characters that a sentence spends on names."""

_SECRET = re.compile(r"[0-9a-fA-F]{32,}|://[^/@]+@")

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def escape_unprintable(text: str) -> str:
    """The text with every character that does not print spelt out by its number."""
    if text.isprintable():
        return text
    return "".join(sign if sign.isprintable() else _escaped(sign) for sign in text)


def _escaped(sign: str) -> str:
    return sign.encode("unicode_escape", "backslashreplace").decode("ascii")


def replace_unprintable(text: str) -> str:
    """The text with one replacement character for every character that does not print."""
    if text.isprintable():
        return text
    return "".join(sign if sign.isprintable() else _REPLACEMENT for sign in text)


def quoted(text: str) -> str:
    """A value as it may stand in a message: quoted, on one line, cut short, never a secret."""
    if _SECRET.search(text):
        return "a value that looks like a secret"
    short = text if len(text) <= LONGEST_QUOTED else text[: LONGEST_QUOTED - 1] + "…"
    return f"'{replace_unprintable(short)}'"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """``; did you mean 'expires'?`` for the nearest known word, or nothing."""
    near = _nearest_key(word, tuple(known)) if len(word) <= LONGEST_GUESSED else None
    return f"; did you mean '{near}'?" if near else ""


@lru_cache(maxsize=1024)
def _nearest_key(word: str, known: tuple[str, ...]) -> str | None:
    """Cached, since a misspelt key is often repeated in every entry of a file."""
    return nearest(word, known)


def nearest(
    word: str, known: Iterable[str], *, key: Callable[[str], str] = str.casefold, likeness: float = 0.7
) -> str | None:
    """The known word that is spelt most like the word; None when none is like it.

    Words are compared by their key. ``likeness`` runs from 0 (nothing in common) to 1 (the same), as in
    ``difflib``.
    """
    by_key = {key(name): name for name in known}
    matches = get_close_matches(key(word), by_key, n=1, cutoff=likeness)
    return by_key[matches[0]] if matches else None


def plural(number: int, noun: str) -> str:
    """The noun as it stands after the number: ``contact``, ``contacts``."""
    return noun if number == 1 else f"{noun}s"


def count(number: int, noun: str) -> str:
    """``1 contact``, ``10,000 contacts``."""
    return f"{number:,} {plural(number, noun)}"


def verb_form(number: int, singular: str, plural_form: str) -> str:
    """The form of a verb that agrees with the number."""
    return singular if number == 1 else plural_form


def listed(names: Sequence[str], separator: str = ", ") -> str:
    """The first names of a list, and how many more there are."""
    first: list[str] = []
    for name in names[:LISTED_NAMES]:
        if first and sum(map(len, first)) + len(name) > LISTED_CHARACTERS:
            break
        first.append(name)
    more = len(names) - len(first)
    return separator.join(first) + (f" and {more:,} more" if more else "")
