"""What is personal in a single text, and how such a text is masked: e-mail addresses, names, numbers.

``mask`` walks over whole documents and masks each of their texts with these functions.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from unicodedata import combining, normalize

from reconcile.model.contact import HANDOVER_FIELDS, Identity, email_key
from reconcile.render.escape import MASK
from reconcile.text import invisible_character
from reconcile.wire.fields import Masking, named_field

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
    return _EMAIL.sub(_masked_in_quotes, sentence) if "@" in sentence else sentence


def _masked_in_quotes(found: re.Match[str]) -> str:
    """The address masked; quotes before it are mostly those of our own sentence."""
    quotes = len(found[0]) - len(found[0].lstrip("'"))
    return f"{found[0][:quotes]}{mask_email(found[0])}"


@dataclass(frozen=True, slots=True)
class NamedContacts:
    """Masks sentences that name contacts by their addresses: each stands with its id, as masks look alike.

    ``names`` are the masked names by the addresses; ``odd`` are addresses that would not be found as such.
    """

    names: Mapping[str, str]
    odd: tuple[str, ...]

    @classmethod
    def of(cls, contacts: Iterable[Identity]) -> "NamedContacts":
        """The contacts that have an address and an id, and are not masked yet."""
        ids: dict[str, dict[str, None]] = {}
        for contact in contacts:
            if contact.email and MASK not in contact.email:
                ids.setdefault(contact.email, {}).update({contact.id: None} if contact.id else {})
        names = {email: _with_ids(mask_email(email), held) for email, held in ids.items()}
        odd = sorted((email for email in names if not _EMAIL.fullmatch(email)), key=len, reverse=True)
        return cls(names, tuple(odd))

    def hide(self, sentence: str) -> str:
        """The sentence with every address in it masked; one that has its id behind it keeps that alone."""
        for email in self.odd:
            sentence = re.sub(rf"(?<!\w){re.escape(email)}(?!\w)", self._masked, sentence)
        return _EMAIL.sub(self._masked, sentence) if "@" in sentence else sentence

    def _masked(self, address: re.Match[str]) -> str:
        named = address.string.startswith(_ID_FOLLOWS, address.end())
        return (not named and self.names.get(address[0])) or mask_email(address[0])


_ID_FOLLOWS = " (contact "

NO_CONTACTS = NamedContacts({}, ())
"""For sentences of documents that tell no ids."""


def _with_ids(name: str, ids: Iterable[str]) -> str:
    of_whom = " or ".join(dict.fromkeys(ids))
    return f"{name} (contact {of_whom})" if of_whom else name


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


def mask_field_change(name: str, before: Any, after: Any) -> tuple[str | None, str | None]:
    """A field before and after a change, masked, but never so that both look alike.

    Of an e-mail address it is said whether the domain stays: a misspelt one gives roles to a stranger.
    """
    noted = _CHANGE_NOTE.search(after) if isinstance(after, str) and _may_be_masked(after) else None
    if noted:  # masked before: what it says stays
        return mask_field(name, before), f"{mask_field(name, noted.string[: noted.start()])}{noted[0]}"
    old, new = mask_field(name, before), mask_field(name, after)
    if not (old and new) or before == after:
        return old, new
    if name in HANDOVER_FIELDS and "@" in before and "@" in after:
        return old, f"{new} ({_address_change(before, after)})"
    return old, f"{new} (another value)" if old == new else new


_CHANGE_NOTE = re.compile(
    r" \((?:another address, same domain|another domain|another spelling|another value)\)$"
)


def _may_be_masked(value: str) -> bool:
    """False for an address that only ends like a note: what it says of the domain would be made up."""
    return MASK in value or "@" not in value


def _address_change(before: str, after: str) -> str:
    if email_key(before) == email_key(after):
        return "another spelling"
    return "another address, same domain" if _domain(before) == _domain(after) else "another domain"


def _domain(address: str) -> str:
    return address.strip().rpartition("@")[2].lower()


def telling_values(fields: Any, name: str = "") -> Iterator[str]:
    """The values that tell who somebody is, in a payload, a profile or an address."""
    if isinstance(fields, Mapping):
        for key, value in fields.items():
            yield from telling_values(value, key)
    elif isinstance(fields, str) and (field := named_field(name)) and field.telling:
        yield fields


@dataclass(frozen=True, slots=True)
class PersonalTexts:
    """The keys of what tells who one contact is, longest first: hidden wherever else it stands."""

    keys: tuple[str, ...]

    @classmethod
    def of(cls, texts: Iterable[str]) -> "PersonalTexts":
        """Those of the texts that are long enough to be searched for."""
        long_enough = (text for text in map(str.strip, texts) if len(text) >= _SHORTEST_HIDDEN)
        return cls(_longest_first(set(map(_search_key, long_enough)) - {""}))

    @classmethod
    def joined(cls, several: "Iterable[PersonalTexts]") -> "PersonalTexts":
        """What tells who any of several contacts is."""
        return cls(_longest_first({key for personal in several for key in personal.keys}))

    def hide(self, text: str) -> str:
        """A text without e-mail addresses and without anything that tells who the contact is."""
        masked = mask_emails(text)
        text_key = _search_key(masked)
        keys = [key for key in self.keys if key in text_key]
        if not keys:
            return masked
        personal = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, keys))})(?!\w)")
        return _with_masks(masked, [match.span() for match in personal.finditer(text_key)])


def _longest_first(keys: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(keys, key=lambda key: (-len(key), key)))


@lru_cache(maxsize=65_536)
def _search_key(text: str) -> str:
    """What makes spellings the same: neither case nor composed letters nor unseen characters count."""
    plain = text.isascii() and text.isprintable()
    return text.casefold() if plain else "".join(map(_letter_key, _letters(text)))


def _letters(text: str) -> list[str]:
    """The characters of a text, each together with the marks that combine with it.

    A sign such as the halfwidth voiced mark is a mark in its compatibility decomposition alone, which puts it
    in order among the others.
    """
    letters: list[str] = []
    for sign in text:
        if letters and not sign.isascii() and combining(normalize("NFKD", sign)[0]):
            letters[-1] += sign
        else:
            letters.append(sign)
    return letters


@lru_cache(maxsize=8_192)
def _letter_key(letter: str) -> str:
    """Compatibility decomposition without case (Unicode core specification, section 3.13, D146).

    By way of the capital letter: folding alone leaves a dotless i apart, whose capital is that of any i.
    """
    seen = "".join(sign for sign in letter if invisible_character(sign) is None)
    return _caseless(_caseless(normalize("NFD", seen)))


def _caseless(text: str) -> str:
    return normalize("NFKD", text.upper().casefold())


def _with_masks(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text with a mask for the letters whose keys lie within each span of the text's key."""
    letters = _letters(text)
    owners = [number for number, letter in enumerate(letters) for _ in _letter_key(letter)]
    pieces: list[str] = []
    done = 0
    for start, end in spans:
        pieces += [*letters[done : owners[start]], MASK]
        done = owners[end - 1] + 1
    return "".join([*pieces, *letters[done:]])
