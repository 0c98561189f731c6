"""Whether a contact is still the same person, and whether a write did what it should."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from reconcile.clock import utc_text
from reconcile.model.contact import (
    ACTIVE,
    BY_ROLE,
    PENDING,
    Fields,
    Grant,
    Identity,
    State,
    email_key,
)
from reconcile.model.facets import Facet, tag_key
from reconcile.model.plan import Operation


def same_person(now: Identity, then: Identity, operations: Iterable[Operation] = ()) -> bool:
    """Id, type and address are the same, and so is the reference where both sides tell one.

    An address or reference that those operations give the contact is its own, too.
    """
    given = {step.item: step.after for step in operations if step.facet is Facet.PROFILE}
    emails = {email_key(str(email)) for email in (then.email, given.get("email")) if email}
    told = now.reference is not None and then.reference is not None
    same = (now.id, now.type) == (then.id, then.type) and email_key(now.email) in (emails or {""})
    return same and (not told or now.reference in (then.reference, given.get("reference")))


def unmet_target(target: State, live: State, now: datetime) -> tuple[str, ...]:
    """What of a target the live state does not meet, in words; empty when the write did what it should."""
    return (
        *_unmet_roles(target, live, now),
        *_unmet_tags(target, live),
        *_unmet_fields("profile", target.profile, live.profile),
        *_unmet_fields("address", target.address, live.address),
    )


def _unmet_roles(target: State, live: State, now: datetime) -> Iterator[str]:
    if target.roles is None:
        return
    held = {grant.reference: grant for grant in live.roles or () if grant.held(now)}
    for wanted in target.roles:
        found = held.pop(wanted.reference, None)
        if found is None:
            yield f"role {wanted.reference} is missing"
        else:
            yield from _unmet_grant(wanted, found)
    yield from (f"role {reference} is still held" for reference in held)


def _unmet_grant(wanted: Grant, found: Grant) -> Iterator[str]:
    in_order = {ACTIVE, PENDING} if wanted.status == BY_ROLE else {wanted.status}
    if found.status not in in_order:
        yield f"role {wanted.reference} is '{found.status}' instead of '{wanted.status}'"
    if found.expires != wanted.expires:
        yield f"role {wanted.reference} {_expiry(found)} instead of {_expiry(wanted)}"


def _expiry(grant: Grant) -> str:
    return f"expires {utc_text(grant.expires)}" if grant.expires else "is perpetual"


def _unmet_tags(target: State, live: State) -> Iterator[str]:
    if target.tags is None:
        return
    wanted = {tag_key(tag): tag for tag in target.tags}
    found = {tag_key(tag): tag for tag in live.tags or ()}
    yield from (f"tag {wanted[key]} is missing" for key in sorted(wanted.keys() - found.keys()))
    yield from (f"tag {found[key]} is still there" for key in sorted(found.keys() - wanted.keys()))


def _unmet_fields(facet: str, target: Fields | None, live: Fields | None) -> Iterator[str]:
    for name, value in sorted((target or {}).items()):
        if (value or None) != ((live or {}).get(name) or None):
            yield f"{facet}.{name} is not as written"
