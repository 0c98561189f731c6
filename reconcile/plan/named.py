"""Which contact a person means by a name typed at a terminal: an e-mail, a reference or an id."""

from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from reconcile.model import USER, Declaration, Identity, email_key

from .resolve import emails


def declared_as(declarations: Iterable[Declaration], name: str) -> tuple[Declaration, ...]:
    """The declarations that call their contact so. Letter case counts for a reference, not for an e-mail."""
    number = id_in(name)
    return tuple(
        entry
        for entry in declarations
        if name == entry.reference or entry.id in {name, number} - {None} or email_key(name) in emails(entry)
    )


def live_as(identities: Iterable[Identity], name: str) -> tuple[Identity, ...]:
    """The live contacts of that id or reference, and the users of that e-mail; guests repeat addresses."""
    return tuple(
        who
        for who in identities
        if id_in(name) == who.id
        or name == who.reference
        or (who.type == USER and email_key(who.email) == email_key(name))
    )


def id_in(name: str) -> str | None:
    """The id that a name is, with or without the word before it (``id 13``); None when it is none."""
    number = name.removeprefix("id ")
    return number if number.isascii() and number.isdecimal() else None


def nearest_name(declarations: Iterable[Declaration], name: str) -> str | None:
    """The declared e-mail, reference or id that is spelt most like a name."""
    known = {email_key(word): word for entry in declarations for word in _names(entry)}
    near = get_close_matches(email_key(name), known, n=1, cutoff=0.7)
    return known[near[0]] if near else None


def _names(entry: Declaration) -> Iterator[str]:
    yield from filter(None, (entry.email, entry.reference, entry.id))
