"""The roles and tags of the rows of one list, from their texts in JSON; what is equal is kept once.

Most contacts of an account share their sets with others, to the letter: a few hundred texts in a hundred
thousand rows. So the text of a set is looked up before anything of it is decoded.

Why it is right. What a text means depends on nothing but that text. One that is new is decoded typed where it
has the documented form (an object by references, each with a status and an expiry under the preferred key,
told once and readable); any other goes to `read_listed_sets`, which is the measure of what a set means.

When it does not help: grants that end at a moment of their own are decoded, each, for some 3 microseconds.
"""

import json
from collections.abc import Callable
from typing import Any, TypeVar

from msgspec import UNSET, DecodeError, Struct, UnsetType, field
from msgspec.json import Decoder

from reconcile.errors import UnexpectedResponse
from reconcile.model.contact import Grant, OtherTag, State

from .contacts_v2 import read_listed_sets
from .roles_and_tags import EXPIRY_KEYS, ROLES_KEY, STATUS_KEYS, TAGS_KEY
from .values import parse_atom

UNDECODABLE = (DecodeError, UnicodeDecodeError, RecursionError)
"""What a typed decoder raises for JSON in another form, and for what is no JSON at all."""

_MOST_KNOWN = 8192
"""Maximum number of texts, or of grants, that are remembered, then all are forgotten: some 5 MB."""

_Key = TypeVar("_Key")

_Value = TypeVar("_Value")

_Tags = tuple[tuple[str, ...] | None, tuple[OtherTag, ...]]

_GrantKey = tuple[str, str, str | None]


class _GrantText(Struct, gc=False):
    status: str = field(name=STATUS_KEYS[0])
    expires: str | None = field(name=EXPIRY_KEYS[0])
    reference: str | None = None
    told_twice: UnsetType = field(name=STATUS_KEYS[1], default=UNSET)  # else it is no grant in this form
    ends_twice: UnsetType = field(name=EXPIRY_KEYS[1], default=UNSET)


_GRANTS = Decoder(dict[str, _GrantText])


class ListedSets:
    """Reads the sets of rows, from any number of threads.

    ``interpret`` makes of the sets that a row tells what they come to by what is known of the account.
    """

    def __init__(self, interpret: Callable[[State], State]) -> None:
        self._interpret = interpret
        self._states: dict[tuple[bytes, bytes], State] = {}
        self._tags: dict[bytes, _Tags] = {}
        self._grants: dict[_GrantKey, Grant] = {}
        self._words: dict[str, str] = {}

    def of_texts(self, roles: bytes, tags: bytes) -> State:
        """The sets of a row whose two texts these are; an empty one stands for a key that is missing."""
        key = roles, tags
        state = self._states.get(key)
        if state is None:
            held, (values, others) = self._read_roles(roles), self._read_tags(tags)
            state = self._interpret(State(roles=held, tags=values, other_tags=others))
            _remember(self._states, key, state)
        return state

    def _read_tags(self, text: bytes) -> _Tags:
        tags = self._tags.get(text)
        if tags is None:
            state = read_listed_sets({TAGS_KEY: json_value(text)}, "")
            tags = state.tags, state.other_tags
            _remember(self._tags, text, tags)
        return tags

    def _read_roles(self, text: bytes) -> tuple[Grant, ...] | None:
        grants = self._documented(text)
        return read_listed_sets({ROLES_KEY: json_value(text)}, "").roles if grants is None else grants

    def _documented(self, text: bytes) -> tuple[Grant, ...] | None:
        """The grants, sorted by reference; None unless each has the documented form and another reference."""
        try:
            decoded = _GRANTS.decode(text)
        except UNDECODABLE:
            return None
        grants = {}
        for key, details in decoded.items():
            grant = self._grant(details.reference or key, details)
            if grant is None:
                return None
            grants[grant.reference] = grant
        return tuple(grants[name] for name in sorted(grants)) if len(grants) == len(decoded) else None

    def _grant(self, reference: str, details: _GrantText) -> Grant | None:
        key = reference, details.status, details.expires
        grant = self._grants.get(key)
        if grant is None:
            grant = self._new_grant(*key)
            if grant is not None:
                _remember(self._grants, key, grant)
        return grant

    def _new_grant(self, reference: str, word: str, end: str | None) -> Grant | None:
        """The grant; None where its status or its end can't be read."""
        status, expires = word.strip().lower(), parse_atom(end) if end else None
        if not reference or not status or (end and expires is None):
            return None
        return Grant(self._once(reference), self._once(status), expires)

    def _once(self, word: str) -> str:
        """The word, as one text for all grants."""
        known = self._words.get(word)
        if known is None:
            known = word
            _remember(self._words, word, word)
        return known


def _remember(known: dict[_Key, _Value], key: _Key, value: _Value) -> None:
    if len(known) >= _MOST_KNOWN:
        known.clear()
    known[key] = value


def json_value(text: bytes) -> Any:
    """What a text of JSON says; None for one that is not there."""
    try:
        return json.loads(text) if text else None
    except (ValueError, RecursionError):
        raise UnexpectedResponse("a row is no JSON that can be read") from None
