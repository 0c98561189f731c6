"""What is personal in a single text, and how such a text is masked: e-mail addresses, names, numbers.

``mask`` walks over whole documents and masks each of their texts with these functions.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from reconcile.wire.fields import Masking, named_field

from .escape import MASK

_EMAIL = re.compile(
    r"""
      "[^"]+" @ [^\s<>"(),:;|]+
    | (?<![^\s<>"(),:;|]) [^\s<>"(),:;|]+ @ [^\s<>"'(),:;|]+
    """,
    re.VERBOSE,
)
"""Searched from the start of each word only: from each letter on, a word of 64 kB would take a minute."""

_SHORTEST_HIDDEN = 3
"""Characters. A shorter name is left in tags and reasons: it would be found inside half of all words."""


@lru_cache(maxsize=65_536)
def mask_email(address: str) -> str:
    """``b•••@e•••.com``: as much as tells two addresses apart to those who know them."""
    local, _, domain = address.strip().rpartition("@")
    host, dot, top = domain.rpartition(".")
    if not local:
        return f"{_first(domain)}{MASK}" if address else ""
    return f"{_first(local)}{MASK}@{_first(host or top)}{MASK}{dot and dot + top}"


def _first(text: str) -> str:
    """The first letter or digit."""
    return next(filter(str.isalnum, text), "")


def initials(name: str) -> str:
    """``M. J.`` for ``Mary Jane``."""
    return " ".join(f"{letter}." for letter in map(_first, name.split()) if letter) or MASK


def mask_emails(sentence: str) -> str:
    """A sentence with every e-mail address in it masked."""
    return _EMAIL.sub(lambda match: mask_email(match[0]), sentence) if "@" in sentence else sentence


def mask_field(name: str, value: Any) -> str | None:
    """A profile or address field, by its name in the API: shown, cut to initials or masked whole."""
    if not isinstance(value, str):
        return None
    field = named_field(name)
    masking = Masking.HIDDEN if field is None else field.masking
    if masking is Masking.OPEN or not value:
        return mask_emails(value)
    if masking is Masking.EMAIL:
        return mask_email(value)
    return initials(value) if masking is Masking.INITIALS else MASK


def telling_values(fields: Any, name: str = "") -> Iterator[str]:
    """The values that tell who somebody is, in a payload, a profile or an address."""
    if isinstance(fields, Mapping):
        for key, value in fields.items():
            yield from telling_values(value, key)
    elif isinstance(fields, str) and (field := named_field(name)) and field.telling:
        yield fields


@dataclass(frozen=True, slots=True)
class PersonalTexts:
    """What tells who one contact is, case-folded, longest first: hidden wherever else it stands."""

    texts: tuple[str, ...]

    @classmethod
    def of(cls, texts: Iterable[str]) -> "PersonalTexts":
        """Those of the texts that are long enough to be searched for."""
        folded = {text.strip().casefold() for text in texts}
        return cls(
            tuple(sorted((text for text in folded if len(text) >= _SHORTEST_HIDDEN), key=len, reverse=True))
        )

    def hide(self, text: str) -> str:
        """A text without e-mail addresses and without anything that tells who the contact is."""
        masked, folded = mask_emails(text), text.casefold()
        if any(personal in folded for personal in self.texts):
            personal = "|".join(map(re.escape, self.texts))
            return re.sub(rf"(?<!\w)(?:{personal})(?!\w)", MASK, masked, flags=re.IGNORECASE)
        return masked
