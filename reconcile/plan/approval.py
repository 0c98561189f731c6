"""What keeps a plan from being applied: an approved plan that it goes beyond, or a guard that refuses it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from reconcile.clock import utc_text
from reconcile.documents.plan import plan_document
from reconcile.model.guards import Verdict, guard_named
from reconcile.model.plan import Operation, Plan

from .digest import plan_digest
from .verify import same_person


def has_own_digest(plan: Plan) -> bool:
    """True when a saved plan's content is what its digest says."""
    return plan_digest(plan) == plan.digest


def invalid_approval(
    approved: Plan, document: Mapping[str, Any], pinned: str | None = None
) -> tuple[str, ...]:
    """What makes a saved plan no approval at all, in words; empty when it is one.

    Its content must be what its digest says and, where a digest is pinned, what that says. Its document must
    be what this version writes of the plan, to the last key: people may have approved what a later version
    or somebody's hand has put in.
    """
    return (*_wrong_digests(approved, pinned), *_foreign_keys(approved, document))


def _wrong_digests(approved: Plan, pinned: str | None) -> Iterator[str]:
    actual = plan_digest(approved)
    if actual != approved.digest:
        yield f"its content has the digest {actual}, but it says {approved.digest}: it was changed later"
    if pinned is not None and pinned != actual:
        yield f"its digest is {actual}, not {pinned} as pinned"


def _foreign_keys(approved: Plan, document: Mapping[str, Any]) -> Iterator[str]:
    own = plan_document(approved)
    if document["format_version"] != own["format_version"]:
        yield f"its format is {document['format_version']}, and this version applies {own['format_version']}"
    elif document != own:
        differing = sorted(key for key in {*own, *document} if document.get(key) != own.get(key))
        yield f"it was changed later, or is of another version: {', '.join(differing)}"


def not_covered(fresh: Plan, approved: Plan) -> tuple[str, ...]:
    """Why a fresh plan is not covered by an approved one, in words; empty when it is."""
    return tuple(_not_covered(fresh, approved))


def _not_covered(fresh: Plan, approved: Plan) -> Iterator[str]:
    if approved.account != fresh.account:
        yield f"it was made for the account {approved.account}, this is {fresh.account}"
    if approved.config_digest != fresh.config_digest:
        yield "it was made under another configuration of modes, ignored and protected items or guards"
    if approved.valid_until is not None and approved.valid_until.at <= fresh.as_of:
        boundary = approved.valid_until
        event = "started" if boundary.starts else "lapsed"
        ended = f"{boundary.item} of {boundary.contact} {event}"
        yield f"it was valid until {utc_text(boundary.at)}, when {ended}"
    if approved.as_of > fresh.as_of:
        yield f"it was made as of {utc_text(approved.as_of)}, which is yet to come"
    yield from _uncovered_operations(fresh, approved)


def _uncovered_operations(fresh: Plan, approved: Plan) -> Iterator[str]:
    known = {change.key: change for change in approved.changes}
    for change in fresh.changes:
        reviewed = known.get(change.key)
        if reviewed is not None and reviewed.action is not change.action:
            yield f"{change.label}: {change.action} instead of {reviewed.action}"
        if reviewed is not None and not same_person(change.contact, reviewed.contact, reviewed.operations):
            reason = "it has another type, e-mail or reference"
            yield f"contact {change.contact.id} is not the contact that was approved: {reason}"
        for operation in unapproved(change.operations, reviewed.operations if reviewed else ()):
            yield f"{change.label}: {operation.action} {operation.facet} {operation.item} was not approved"


def unapproved(fresh: Iterable[Operation], approved: Iterable[Operation]) -> tuple[Operation, ...]:
    """The fresh operations that nobody approved: one more, or one with another before or after.

    An approved operation that has become unnecessary is fine.
    """
    allowed = {_effect_of(operation) for operation in approved}
    return tuple(operation for operation in fresh if _effect_of(operation) not in allowed)


def _effect_of(operation: Operation) -> tuple[object, ...]:
    """What an operation does, without why and where it was declared."""
    return operation.facet, operation.item, operation.action, operation.before, operation.after


def approved_operations(plan: Plan) -> dict[str, tuple[Operation, ...]]:
    """What may be done to each contact, by the change's key."""
    return {change.key: change.operations for change in plan.changes}


def refusal_text(verdict: Verdict) -> str:
    """Why a tripped guard refuses, and what to do about it."""
    if not verdict.liftable:
        remedy = guard_named(verdict.guard).remedy
        return f"{verdict.guard}: {verdict.message}; {remedy}, nothing lifts this guard"
    override = f"--allow {verdict.guard}={verdict.found}"
    return f"{verdict.guard}: {verdict.message}; if this is meant, apply with {override}"


def refusals_of_the_unseen(plan: Plan) -> tuple[str, ...]:
    """Why a plan may be empty only because something could not be seen or planned, a text for each guard."""
    return tuple(refusal_text(verdict) for verdict in plan.refused if guard_named(verdict.guard).unseen)
