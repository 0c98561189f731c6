"""The approved plan as a ceiling; whether a contact is still the same, and a write did what it should."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from reconcile.clock import zoned_text
from reconcile.documents.codec import object_shape
from reconcile.documents.plan import PlanDocument, plan_document
from reconcile.model.baseline import Scope
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
    is_same_value,
    item_name,
)
from reconcile.model.facets import FACETS, FIELDS, SETS, Facet
from reconcile.model.guards import Verdict, guard_named
from reconcile.model.plans.operation import Operation
from reconcile.model.plans.plan import Plan, override_text

from .digest import plan_digest
from .schedule.ceiling import uncovered_schedule


def same_person(now: Identity, then: Identity, operations: Iterable[Operation] = ()) -> bool:
    """Id, type and address are the same, and so is the reference where both sides have one.

    An address or reference that those operations give the contact is its own, too.
    """
    given = {operation.item: operation.after for operation in operations if operation.facet is Facet.PROFILE}
    emails = {email_key(str(email)) for email in (then.email, given.get("email")) if email}
    same = (now.id, now.type) == (then.id, then.type) and email_key(now.email) in (emails or {""})
    comparable = now.reference is not None and then.reference is not None
    return same and (not comparable or now.reference in (then.reference, given.get("reference")))


def unmet_target(target: State, live: State, now: datetime, timezone: str = "UTC") -> tuple[str, ...]:
    """In words, each part of the target that the live state misses; empty when the write took effect.

    ``timezone`` is the IANA zone in which people read the times.
    """
    return (
        *(
            text
            for facet in SETS
            if target.has(facet)
            for text in _unmet_set(facet, target, live, now, timezone)
        ),
        *(text for facet in FIELDS for text in _unmet_fields(facet, target, live)),
    )


def _unmet_set(facet: Facet, target: State, live: State, now: datetime, timezone: str) -> Iterator[str]:
    spec = FACETS[facet]
    wanted = {spec.item_key(item_name(item)): item for item in target.items(facet)}
    held = {spec.item_key(item_name(item)): item for item in live.items(facet) if in_force(item, now)}
    for key in sorted(wanted):
        if key not in held:
            yield f"{spec.noun} {item_name(wanted[key])} is missing"
        else:
            yield from _unmet_item(wanted[key], held[key], timezone)
    for key in sorted(held.keys() - wanted.keys()):
        yield f"{spec.noun} {item_name(held[key])} is still {spec.present}"


def _unmet_item(wanted: Item, held: Item, timezone: str) -> Iterator[str]:
    """A grant has a status and an expiry; of a tag nothing but its key counts."""
    if not (isinstance(wanted, Grant) and isinstance(held, Grant)):
        return
    allowed = {ACTIVE, PENDING} if wanted.status == BY_ROLE else {wanted.status}
    if held.status not in allowed:
        yield f"role {wanted.reference} is '{held.status}' instead of '{wanted.status}'"
    if held.expires != wanted.expires:
        ends, asked = ending_text(held, timezone), ending_text(wanted, timezone)
        yield f"role {wanted.reference} {ends} instead of {asked}"


def ending_text(grant: Grant, timezone: str) -> str:
    """When a grant ends, for a person: ``expires 2027-01-31 00:00 (Europe/London)``."""
    return f"expires {zoned_text(grant.expires, timezone)}" if grant.expires else "is perpetual"


def _unmet_fields(facet: Facet, target: State, live: State) -> Iterator[str]:
    for name, value in sorted(target.fields(facet).items()):
        if not is_same_value(name, value, live.fields(facet).get(name)):
            yield f"{facet.value}.{name} is not as written"


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
    if not has_own_digest(approved) and _is_of_an_earlier_version(document):
        return ("it was made by another version of reconcile; plan again with this one",)
    return (*_wrong_digests(approved, pinned), *_foreign_keys(approved, document))


def _is_of_an_earlier_version(document: Mapping[str, Any]) -> bool:
    """True for a plan without what later versions say: the digest covered other things then."""
    keys = object_shape(PlanDocument).keys()
    return not {key.name for key in keys if key.optional and key.left_out is None} <= document.keys()


def _wrong_digests(approved: Plan, pinned: str | None) -> Iterator[str]:
    """No digest is named: in a public log it would confirm a guessed address."""
    actual = plan_digest(approved)
    if not approved.digest:
        yield "it names no digest: it was masked, and can only be read"
    elif actual != approved.digest:
        yield "its content does not have the digest that it names: it was changed later"
    if pinned is not None and pinned != actual:
        yield "its digest is not as pinned"


def _foreign_keys(approved: Plan, document: Mapping[str, Any]) -> Iterator[str]:
    own = plan_document(approved)
    if document["format_version"] != own["format_version"]:
        yield f"its format is {document['format_version']}, and this version applies {own['format_version']}"
    elif document != own:
        differing = sorted(key for key in {*own, *document} if document.get(key) != own.get(key))
        yield f"it was changed later, or is of another version: {', '.join(differing)}"


def not_covered(fresh: Plan, approved: Plan) -> Iterator[str]:
    """Why a fresh plan is not covered by an approved one, in words; nothing when it is."""
    yield from uncovered_configuration(fresh, approved)
    if approved.valid_until is not None and approved.valid_until.at <= fresh.as_of:
        boundary = approved.valid_until
        event = "started" if boundary.starts else "lapsed"
        ended = f"{boundary.item} of {boundary.contact} {event}"
        yield f"it was valid until {zoned_text(boundary.at, fresh.timezone)}, when {ended}"
    if approved.as_of > fresh.as_of:
        yield f"it was made as of {zoned_text(approved.as_of, fresh.timezone)}, which is yet to come"
    yield from uncovered_scope(fresh.scope, approved.scope)
    yield from _uncovered_operations(fresh, approved)
    yield from uncovered_schedule(fresh, approved)


def uncovered_configuration(fresh: Plan, approved: Plan) -> Iterator[str]:
    """Why an approved plan is of another account or configuration than a fresh one, in words."""
    if approved.account != fresh.account:
        yield f"it was made for the account {approved.account}, this is {fresh.account}"
    if approved.config_digest != fresh.config_digest:
        files = "reconcile.yaml or evance.capabilities.yaml"
        yield f"it was made under another configuration: {files} has changed what is written or refused"


def uncovered_scope(fresh: Scope | None, approved: Scope | None) -> Iterator[str]:
    """A plan is applied within its own scope; what has meanwhile left it is fine."""
    if (fresh is None) != (approved is None):
        yield "it was made for another scope"
    elif fresh is not None and approved is not None:
        if (fresh.base, fresh.only) != (approved.base, approved.only):
            yield "it was made for another scope"
        known = set(approved.contacts)
        for key in fresh.contacts:
            if key not in known:
                yield f"{key.email or key.reference or f'id {key.id}'} differs now, and was not in its scope"


def _uncovered_operations(fresh: Plan, approved: Plan) -> Iterator[str]:
    known = {change.key: change for change in approved.changes}
    for change in fresh.changes:
        reviewed = known.get(change.key)
        if reviewed is not None and reviewed.action is not change.action:
            yield f"{change.contact.label_with_id}: {change.action} instead of {reviewed.action}"
        if reviewed is not None and not same_person(change.contact, reviewed.contact, reviewed.operations):
            reason = "it has another type, e-mail or reference"
            yield f"contact {change.contact.id} is not the contact that was approved: {reason}"
        for operation in unapproved(change.operations, reviewed.operations if reviewed else ()):
            step = f"{operation.action} {operation.facet} {operation.item}"
            yield f"{change.contact.label_with_id}: {step} was not approved"


def unapproved(fresh: Iterable[Operation], approved: Iterable[Operation]) -> tuple[Operation, ...]:
    """The fresh operations that nobody approved: one more, or one with another before or after.

    An approved operation that has become unnecessary is fine.
    """
    allowed = {effect_of(operation) for operation in approved}
    return tuple(operation for operation in fresh if effect_of(operation) not in allowed)


def effect_of(operation: Operation) -> tuple[object, ...]:
    """What an operation does, without why and where it was declared."""
    step = operation.facet, operation.item, operation.action, operation.before, operation.after
    return (*step, operation.skips_approval)


def approved_operations(plan: Plan) -> dict[str, tuple[Operation, ...]]:
    """What may be done to each contact, by the change's key."""
    return {change.key: change.operations for change in plan.changes}


def counted_by(guard: str, plan: Plan) -> frozenset[str]:
    """What that guard has counted in the plan: contacts by their labels, or roles."""
    verdicts = (verdict for verdict in plan.guards if verdict.guard == guard)
    return frozenset(subject for verdict in verdicts for subject in verdict.subjects)


def refusal_reason(verdict: Verdict, *, pipeline: bool = False) -> str:
    """Why a tripped guard refuses, and what to do about it."""
    if not verdict.liftable:
        remedy = guard_named(verdict.guard).remedy
        return f"{verdict.guard}: {verdict.message}; {remedy}, nothing lifts this guard"
    override = override_text(verdict, pipeline=pipeline)
    return f"{verdict.guard}: {verdict.message}; if this is meant, apply with {override}"


def _reasons(plan: Plan, verdicts: Iterable[Verdict]) -> tuple[str, ...]:
    return tuple(refusal_reason(verdict, pipeline=plan.pipeline) for verdict in verdicts)


def refusals(plan: Plan, ceilings: Mapping[str, int]) -> tuple[str, ...]:
    """Why guards refuse to apply a plan, a text for each one that no override lifts far enough."""
    return _reasons(plan, refusing_guards(plan, ceilings))


def refusing_guards(plan: Plan, ceilings: Mapping[str, int]) -> tuple[Verdict, ...]:
    """The guards that refuse to apply a plan, and that no override lifts far enough.

    Contacts that could not be read have no change in the plan; they hinder no other contact, and are reported
    at the end. A plan that does nothing is refused only where its record would make a thing forgotten.
    """
    acts = plan.schedules or not plan.empty
    tripped = (verdict for verdict in plan.refusing if acts or guard_named(verdict.guard).forgets)
    return tuple(verdict for verdict in tripped if not _lifted(verdict, ceilings))


def lifted_for_a_run(plan: Plan, ceilings: Mapping[str, int]) -> tuple[str, ...]:
    """Which guards an override lifts that would else refuse, a sentence for each one."""
    lifted = ((verdict.guard, verdict.message) for verdict in plan.refusing if _lifted(verdict, ceilings))
    return tuple(
        f"Guard {guard} is lifted for this run, by --allow {guard}={ceilings[guard]}: {message}"
        for guard, message in lifted
    )


def _lifted(verdict: Verdict, ceilings: Mapping[str, int]) -> bool:
    return verdict.liftable and verdict.found <= ceilings.get(verdict.guard, -1)


def refusals_of_the_unseen(plan: Plan) -> tuple[str, ...]:
    """Why a plan may be empty only because something could not be seen or planned, a text for each guard."""
    return _reasons(plan, (verdict for verdict in plan.refusing if guard_named(verdict.guard).unseen))
