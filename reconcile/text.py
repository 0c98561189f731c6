"""Text in messages: safe to print, cut short, counted, and with the word that was meant. Pure.

Which characters nobody sees is said here once: declarations that hold one are refused, and live values that
hold one are shown with it spelt out. ``escape_unprintable`` does that for whole messages,
``render.escape.visible`` for what a plan shows to reviewers, cut at a limit. ``replace_unprintable`` puts one
sign in the place of each, for values of files that are only pointed at.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from functools import cache, lru_cache
from string import ascii_lowercase, ascii_uppercase, whitespace

LONGEST_QUOTED = 60
"""Maximum length of a value in a message; a longer one is cut."""

LONGEST_GUESSED = 60
"""Maximum length of a word for which the nearest known one is sought."""

LISTED_NAMES = 10
"""Maximum number of names in a sentence, then how many more there are."""

LISTED_CHARACTERS = 1_000
"""Maximum number of characters that a sentence spends on names."""

_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)

_SECRET = re.compile(r"[0-9a-fA-F]{32,}|://[^/@]+@")

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


_UNSEEN = (
    # Default_Ignorable_Code_Point (Unicode 16, DerivedCoreProperties.txt): joiners, fillers, selectors, tags
    r"\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    r"\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8"
    r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
    # control characters (Cc) but tab and line feed, separators (Zl, Zp), surrogates (Cs)
    r"\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff"
    # the other format characters (Cf)
    r"\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\ufff9-\ufffb"
    r"\U000110bd\U000110cd\U00013430-\U0001343f"
    # noncharacters, and Braille without a dot
    r"\ufdd0-\ufdef\ufffe\uffff\U0001fffe\U0001ffff\u2800"
)
"""The members of a regular expression's class."""

_INVISIBLE = re.compile(f"[{_UNSEEN}]")
"""What shows as nothing, or turns the reading order of what stands around it; ``tests/test_text.py`` holds it
against the categories of ``unicodedata``."""

_INVISIBLE_ASCII = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
"""The same in texts that hold nothing else, in a quarter of the time: whole files are looked at."""


def invisible_character(text: str) -> str | None:
    """The first character of a text that nobody sees; a tab and a line feed are seen as blanks."""
    if text.isascii() and text.isprintable():
        return None
    match = (_INVISIBLE_ASCII if text.isascii() else _INVISIBLE).search(text)
    return match and match[0]


def shows(text: str) -> bool:
    """True when each character is seen, and can't be taken for a blank or for nothing."""
    return text.isprintable() and (text.isascii() or not _INVISIBLE.search(text))


def character_name(sign: str) -> str:
    """``U+200D (zero width joiner)``: a character that can't be shown, in words."""
    name = unicodedata.name(sign, "").lower()
    return f"U+{ord(sign):04X}" + (f" ({name})" if name else "")


def escape_unprintable(text: str) -> str:
    """The text with every character that is not seen spelt out by its number."""
    return text if shows(text) else "".join(sign if shows(sign) else _escaped(sign) for sign in text)


def _escaped(sign: str) -> str:
    return sign.encode("unicode_escape", "backslashreplace").decode("ascii")


_LINE_ENDS = r"\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029"

_BLANKS = rf"(?:\x1b\[[0-9;]*+[A-Za-z]|(?![{_LINE_ENDS}])[\s{_UNSEEN}])*+"
"""What a runner, or a comparison that knows Unicode, skips at the start of a line."""

_SKIPPED = rf"\x1b\[[0-9;]*+[A-Za-z]|(?![{_LINE_ENDS}])[{_UNSEEN}]"
"""What a comparison may skip between the signs of a command: colours, and what nobody sees."""


@cache
def _leading_colon() -> re.Pattern[str]:
    """Compiled where a runner reads along, since it takes a millisecond; so is the next one."""
    return re.compile(rf"(\A|(?<=[{_LINE_ENDS}]))({_BLANKS}):(?=(?:{_SKIPPED})*+:)")


@cache
def _double_hash() -> re.Pattern[str]:
    return re.compile(rf"#(?=(?:{_SKIPPED})*+#(?:{_SKIPPED}|\w)*+\[)")


def without_commands(text: str, *, own: bool = False) -> str:
    """The text with nothing that a CI runner obeys when it stands in its log: the first sign is spelt out.

    GitHub's runner obeys ``::set-output name=…::`` at the start of a line, after blanks, and
    ``##[set-output …]`` anywhere in it (actions/runner, ``ActionCommand.cs``), that of Azure Pipelines
    ``##vso[…]`` anywhere. JSON has such signs within strings only, where the escape means the same sign. With
    ``own`` the lines are commands of ours, whose messages shall hold none of the second kind.
    """
    if "#" in text:
        text = _double_hash().sub(r"\\u0023", text)
    return text if own or ":" not in text else _leading_colon().sub(r"\2\\u003a", text)


def replace_unprintable(text: str) -> str:
    """The text with one replacement character for every character that is not seen."""
    return text if shows(text) else "".join(sign if shows(sign) else _REPLACEMENT for sign in text)


def ascii_folded(text: str) -> str:
    """What is left of a name when ASCII letter case and ASCII blanks around it do not count.

    Nothing else is folded: ``ß`` is not ``ss``, and the Kelvin sign is no ``k``, since two people may have
    addresses that differ in nothing else.
    """
    short = text.strip(whitespace)
    return short.lower() if short.isascii() else short.translate(_LOWER)


def quoted(text: str) -> str:
    """A value as it may stand in a message: quoted, on one line, cut short, never a secret."""
    if _SECRET.search(text):
        return "a value that looks like a secret"
    short = text if len(text) <= LONGEST_QUOTED else text[: LONGEST_QUOTED - 1] + "…"
    return f"'{replace_unprintable(short)}'"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """``; did you mean 'expires'?`` for the nearest known word, or nothing."""
    near = likely_word(word, known)
    return f"; did you mean '{near}'?" if near else ""


def likely_word(word: str, known: Iterable[str]) -> str | None:
    """The nearest known word, or None; for words of people, which are short."""
    return _nearest_key(word, tuple(known)) if len(word) <= LONGEST_GUESSED else None


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
    from difflib import get_close_matches  # noqa: PLC0415 - for misspelt words alone

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


def listed(names: Sequence[str], separator: str = ", ", rest: str = "") -> str:
    """The first names of a list, and how many more there are; ``rest`` says where these are."""
    first: list[str] = []
    for name in names[:LISTED_NAMES]:
        if first and sum(map(len, first)) + len(name) > LISTED_CHARACTERS:
            break
        first.append(name)
    more = len(names) - len(first)
    return separator.join(first) + (f" and {more:,} more{rest}" if more else "")
