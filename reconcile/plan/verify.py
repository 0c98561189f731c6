"""Whether a contact is still the same person, and whether a write did what it should."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from reconcile.clock import utc_text
from reconcile.model.contact import (
    ACTIVE,
    BY_ROLE,
    PENDING,
    Grant,
    Identity,
    Item,
    State,
    email_key,
    in_force,
    item_name,
)
from reconcile.model.facets import FACETS, FIELDS, SETS, Facet
from reconcile.model.plan import Operation


def same_person(now: Identity, then: Identity, operations: Iterable[Operation] = ()) -> bool:
    """Id, type and address are the same, and so is the reference where both sides have one.

    An address or reference that those operations give the contact is its own, too.
    """
    given = {operation.item: operation.after for operation in operations if operation.facet is Facet.PROFILE}
    emails = {email_key(str(email)) for email in (then.email, given.get("email")) if email}
    same = (now.id, now.type) == (then.id, then.type) and email_key(now.email) in (emails or {""})
    comparable = now.reference is not None and then.reference is not None
    return same and (not comparable or now.reference in (then.reference, given.get("reference")))


def unmet_target(target: State, live: State, now: datetime) -> tuple[str, ...]:
    """What of a target the live state does not meet, in words; empty when the write did what it should."""
    return (
        *(text for facet in SETS if target.has(facet) for text in _unmet_set(facet, target, live, now)),
        *(text for facet in FIELDS for text in _unmet_fields(facet, target, live)),
    )


def _unmet_set(facet: Facet, target: State, live: State, now: datetime) -> Iterator[str]:
    spec = FACETS[facet]
    wanted = {spec.item_key(item_name(item)): item for item in target.items(facet)}
    held = {spec.item_key(item_name(item)): item for item in live.items(facet) if in_force(item, now)}
    for key in sorted(wanted):
        if key not in held:
            yield f"{spec.noun} {item_name(wanted[key])} is missing"
        else:
            yield from _unmet_item(wanted[key], held[key])
    for key in sorted(held.keys() - wanted.keys()):
        yield f"{spec.noun} {item_name(held[key])} is still {spec.present}"


def _unmet_item(wanted: Item, held: Item) -> Iterator[str]:
    """A grant has a status and an expiry; of a tag nothing but its key counts."""
    if not (isinstance(wanted, Grant) and isinstance(held, Grant)):
        return
    allowed = {ACTIVE, PENDING} if wanted.status == BY_ROLE else {wanted.status}
    if held.status not in allowed:
        yield f"role {wanted.reference} is '{held.status}' instead of '{wanted.status}'"
    if held.expires != wanted.expires:
        yield f"role {wanted.reference} {_expiry(held)} instead of {_expiry(wanted)}"


def _expiry(grant: Grant) -> str:
    return f"expires {utc_text(grant.expires)}" if grant.expires else "is perpetual"


def _unmet_fields(facet: Facet, target: State, live: State) -> Iterator[str]:
    for name, value in sorted(target.fields(facet).items()):
        if (value or None) != (live.fields(facet).get(name) or None):
            yield f"{facet.value}.{name} is not as written"
