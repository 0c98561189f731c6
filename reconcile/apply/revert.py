"""Undo a run: declarations that lead back to its before-images, for a plan like any other.

Only what the run itself did is undone. What has changed since by other hands stays as it is, and what has
lapsed meanwhile does not come back.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reconcile.errors import NotFound, UsageError
from reconcile.evance import Reader
from reconcile.model import (
    Contact,
    Declaration,
    DeclaredGrant,
    DeclaredTag,
    Fields,
    Grant,
    Part,
    Place,
    Policy,
    Window,
    contact_from_image,
    tag_key,
)
from reconcile.plan import ignored_role, ignored_tag

from .outcome import Outcome
from .record import INTENT, OUTCOME, RESOLVED, Record

_MAYBE_WRITTEN = {Outcome.APPLIED, Outcome.UNCONFIRMED}


@dataclass(frozen=True, slots=True)
class _Undo:
    """What the run did to one contact: its first before-image, and the items that it touched."""

    contact: str
    place: Place
    before: Contact | None
    touched: frozenset[tuple[str, str]]

    def items(self, part: Part) -> frozenset[str]:
        """The items of one part that the run touched."""
        return frozenset(item for facet, item in self.touched if facet == part)


def undoing(record: Record, account: Reader, policy: Policy) -> tuple[Declaration, ...]:
    """The declarations that undo a run on the account as it is now. UsageError: the run wrote nothing."""
    undos = list(_undos(record))
    if not undos:
        raise UsageError(f"run {record.run} wrote nothing, so there is nothing to revert")
    found = ((undo, _live(undo.contact, account)) for undo in undos)
    return tuple(_declaration(undo, live, policy) for undo, live in found if live is not None)


def _live(contact: str, account: Reader) -> Contact | None:
    """The contact as it is now; None when it is gone, so that there is nothing to undo."""
    try:
        return account.contact(contact)
    except NotFound:
        return None


def _undos(record: Record) -> Iterator[_Undo]:
    ids = {entry["key"]: entry["contact"] for entry in record.of(OUTCOME) if entry["contact"]}
    written = {entry["key"] for entry in record.of(OUTCOME) if entry["outcome"] in _MAYBE_WRITTEN}
    written |= {entry["key"] for entry in record.of(RESOLVED)}
    numbers = {id(line.content): line.number for line in record.lines}
    for key, intents in _by_contact(record.of(INTENT)).items():
        contact = intents[0]["contact"] or ids.get(key)
        if key in written and contact is not None:
            place = Place(record.path.name, numbers[id(intents[0])], 1)
            before = contact_from_image(intents[0]["before"]) if intents[0]["before"] else None
            steps = [step for intent in intents for step in intent["operations"]]
            touched = frozenset((step["facet"], step["item"]) for step in steps)
            yield _Undo(contact, place, before, touched)


def _by_contact(intents: Sequence[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = {}
    for intent in intents:
        found.setdefault(intent["key"], []).append(intent)
    return found


def _declaration(undo: _Undo, live: Contact, policy: Policy) -> Declaration:
    return Declaration(
        place=undo.place,
        id=undo.contact,
        roles=_roles(undo, live, policy) if undo.items(Part.ROLES) else None,
        tags=_tags(undo, live, policy) if undo.items(Part.TAGS) else None,
        profile=_fields(undo, Part.PROFILE, undo.before.state.profile if undo.before else None),
        address=_fields(undo, Part.ADDRESS, undo.before.state.address if undo.before else None),
    )


def _roles(undo: _Undo, live: Contact, policy: Policy) -> tuple[DeclaredGrant, ...]:
    """The live roles that the run did not touch, and the touched ones as they were before."""
    touched = undo.items(Part.ROLES)
    before = (undo.before.state.roles if undo.before else None) or ()
    wanted = [grant for grant in live.state.roles or () if grant.reference not in touched]
    wanted += [grant for grant in before if grant.reference in touched]
    kept = (grant for grant in wanted if not ignored_role(grant.reference, policy))
    return tuple(_declared(grant, undo.place) for grant in sorted(kept))


def _declared(grant: Grant, place: Place) -> DeclaredGrant:
    status = grant.status if grant.active else None
    return DeclaredGrant(grant.reference, place, status, Window(expires=grant.expires))


def _tags(undo: _Undo, live: Contact, policy: Policy) -> tuple[DeclaredTag, ...]:
    touched = {tag_key(tag) for tag in undo.items(Part.TAGS)}
    before = (undo.before.state.tags if undo.before else None) or ()
    wanted = {tag_key(tag): tag for tag in live.state.tags or () if tag_key(tag) not in touched}
    wanted |= {tag_key(tag): tag for tag in before if tag_key(tag) in touched}
    return tuple(DeclaredTag(tag, undo.place) for tag in wanted.values() if not ignored_tag(tag, policy))


def _fields(undo: _Undo, part: Part, before: Fields | None) -> Fields | None:
    touched = undo.items(part)
    return {name: (before or {}).get(name) for name in sorted(touched)} if touched else None
