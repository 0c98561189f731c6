"""Names for files and bundles, made of texts that anybody may have typed: safe wherever a repository is."""

import re
import unicodedata
from collections.abc import Collection, Iterable
from itertools import count

LONGEST_SLUG = 60
"""Maximum length of a name, without its suffix and without a number that tells it from others."""

_OTHERS = re.compile("[^a-z0-9]+")

_DEVICES = frozenset(
    {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(10))}
)
"""What no file may be called on Windows, with whatever suffix."""


def slug(text: str) -> str:
    """The ASCII letters and digits of a text in lower case, with hyphens in between; it may be empty."""
    bare = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")
    return _OTHERS.sub("-", bare.lower())[: LONGEST_SLUG + 1].strip("-")[:LONGEST_SLUG].strip("-")


def unique_name(name: str, taken: Collection[str]) -> str:
    """The name, with a number behind it where it is taken; ``taken`` are case-folded."""
    if name.casefold() not in taken:
        return name
    return next(numbered for number in count(2) if (numbered := f"{name}-{number}").casefold() not in taken)


def file_stems(names: Iterable[str], noun: str, reserved: Collection[str] = ()) -> dict[str, str]:
    """A file name without suffix for each name; no two of them are the same in whatever letter case.

    ``noun`` stands where nothing of a name is left, and before what can't be the name of a file.
    """
    stems: dict[str, str] = {}
    taken = {stem.casefold() for stem in reserved}
    for name in sorted(set(names), key=lambda name: (slug(name) != name, name)):
        word = slug(name)
        stem = f"{noun}-{word}" if word in _DEVICES else word or noun
        stems[name] = unique_name(stem, taken)
        taken.add(stems[name])
    return stems
