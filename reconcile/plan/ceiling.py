"""The approved plan as a ceiling: a fresh plan must be a subset of it, operation by operation."""

from collections.abc import Iterator

from reconcile.model import Plan, zulu

from .compare import exceeding, same_person
from .digest import plan_digest


def unfit(approved: Plan, digest: str | None = None) -> tuple[str, ...]:
    """What makes a saved plan no approval at all: it is not what it says, or not what was pinned."""
    return tuple(_unfit(approved, digest))


def _unfit(approved: Plan, digest: str | None) -> Iterator[str]:
    actual = plan_digest(approved)
    if actual != approved.digest:
        yield f"its content has the digest {actual}, but it says {approved.digest}: it was changed later"
    if digest is not None and digest != actual:
        yield f"its digest is {actual}, not {digest} as pinned"


def above(fresh: Plan, approved: Plan) -> tuple[str, ...]:
    """Why a fresh plan is not covered by an approved one, in words; empty when it is."""
    return tuple(_above(fresh, approved))


def _above(fresh: Plan, approved: Plan) -> Iterator[str]:
    if approved.account != fresh.account:
        yield f"it was made for the account {approved.account}, this is {fresh.account}"
    if approved.config_digest != fresh.config_digest:
        yield "it was made under another configuration of modes, ignored and protected items or guards"
    if approved.valid_until is not None and approved.valid_until.at <= fresh.as_of:
        boundary = approved.valid_until
        event = "started" if boundary.starts else "lapsed"
        yield f"it was valid until {zulu(boundary.at)}, when {boundary.item} of {boundary.contact} {event}"
    if approved.as_of > fresh.as_of:
        yield f"it was made as of {zulu(approved.as_of)}, which is yet to come"
    yield from _operations_above(fresh, approved)


def _operations_above(fresh: Plan, approved: Plan) -> Iterator[str]:
    known = {change.key: change for change in approved.changes}
    for change in fresh.changes:
        shown = known.get(change.key)
        if shown is not None and shown.action is not change.action:
            yield f"{change.label}: {change.action} instead of {shown.action}"
        if shown is not None and not same_person(change.contact, shown.contact, shown.operations):
            told = "it has another type, e-mail or reference"
            yield f"contact {change.contact.id} is not the contact that was approved: {told}"
        for operation in exceeding(change.operations, shown.operations if shown else ()):
            yield f"{change.label}: {operation.action} {operation.part} {operation.item} was not approved"
