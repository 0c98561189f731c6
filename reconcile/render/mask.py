"""The one place for masking: a document without names and addresses, for everything that leaves the terminal.

What is masked: e-mail addresses wherever they stand; profile and address fields, also in payloads (names and
companies to their initials, all else but the country whole); a contact's names, telephone numbers and street
wherever else its change tells them: in tags, reasons and the names of files.

What stays: ids, references, roles, tags and dates, since a review needs them, and digests, which name the
plan that was masked. Reasons stay too, except for what is said above: they are written for the reviewer and
stand in Git with the declaration. The fingerprint goes: whoever knows the rest could test guesses of an
address against it.

A masked plan is for reading. It does not have the digest that it names and can't be applied.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar, cast

from reconcile.model.contact import Grant, Identity, State
from reconcile.model.declaration import NO_DECLARATION, Declaration
from reconcile.model.facets import MANAGED, SETS, Facet
from reconcile.model.guards import Verdict
from reconcile.model.plans.change import Change, SetAside
from reconcile.model.plans.operation import Kept, Operation, Origin, Value
from reconcile.model.plans.plan import Boundary, Plan
from reconcile.model.problem import Place, ProblemReport
from reconcile.model.reports import Drift, ExplainedItem, Explanation, Timeline, UpcomingChange
from reconcile.model.settings import ProbeReport
from reconcile.wire.roles_and_tags import SETS_BY_KEY

from .escape import MASK
from .personal_texts import (
    NamedContacts,
    PersonalTexts,
    mask_email,
    mask_emails,
    mask_field,
    mask_field_change,
    telling_values,
)

Document = TypeVar("Document")

Item = TypeVar("Item", Operation, Kept, ExplainedItem)

_FIELDS = frozenset(MANAGED).difference(SETS)
"""The facets that have fields, not items."""


def mask(document: Document) -> Document:
    """A plan, drift, explanation, timeline or report with everything personal masked."""
    return cast("Document", _WALKS[type(document)](document))


def _mask_plan(plan: Plan) -> Plan:
    named = NamedContacts.of(_contacts([*plan.changes, *plan.set_aside]))
    return replace(
        plan,
        valid_until=_mask_validity(plan, plan.valid_until) if plan.valid_until else None,
        changes=tuple(map(_mask_change, plan.changes)),
        notes=tuple(map(mask_emails, plan.notes)),
        guards=tuple(_mask_verdict(verdict, named.hide) for verdict in plan.guards),
        set_aside=tuple(map(_mask_set_aside, plan.set_aside)),
    )


def _contacts(entries: Iterable[Change | SetAside]) -> Iterator[Identity]:
    return (entry.contact for entry in entries)


def _mask_set_aside(entry: SetAside) -> SetAside:
    contact_mask = _ContactMask(PersonalTexts.of([entry.contact.email]))
    return replace(
        entry,
        contact=_mask_identity(entry.contact),
        source=contact_mask.place(entry.source),
        reason=contact_mask.personal.hide(entry.reason),
        revocations=tuple(map(mask_emails, entry.revocations)),
    )


def _mask_validity(plan: Plan, boundary: Boundary) -> Boundary:
    """Whose window it is stays known for contacts of the plan only, by their ids: masks look alike."""
    change = next((change for change in plan.changes if change.is_called(boundary.contact)), None)
    label = _label_beside_masks(change) if change else MASK
    return replace(boundary, item=mask_emails(boundary.item), contact=label)


def _label_beside_masks(change: Change) -> str:
    if change.contact.id:
        return f"id {change.contact.id}"
    return mask_email(change.contact.email) if change.contact.email else mask_emails(change.label)


def _mask_verdict(verdict: Verdict, hide: Callable[[str], str] = mask_emails) -> Verdict:
    return replace(verdict, message=hide(verdict.message), subjects=tuple(map(hide, verdict.subjects)))


def _mask_identity(contact: Identity) -> Identity:
    reference = contact.reference and mask_emails(contact.reference)
    return replace(contact, email=mask_email(contact.email), reference=reference)


def _mask_change(change: Change) -> Change:
    contact_mask = _ContactMask(PersonalTexts.of(_personal_in_change(change)))
    return replace(
        change,
        contact=_mask_identity(change.contact),
        source=contact_mask.place(change.source),
        operations=tuple(map(contact_mask.item, change.operations)),
        kept=tuple(map(contact_mask.item, change.kept)),
        lapsed=tuple(map(_mask_grant, change.lapsed)),
        payload=contact_mask.payload(change.payload),
        live_fingerprint=None,
        target=State(),
        declaration=NO_DECLARATION,
    )


def _mask_grant(grant: Grant) -> Grant:
    return replace(grant, reference=mask_emails(grant.reference), status=mask_emails(grant.status))


def _personal_in_change(change: Change) -> Iterator[str]:
    yield change.contact.email
    yield from telling_values(change.payload)
    for operation in change.operations:
        yield from _telling_fields(operation)


def _mask_drift(drift: Drift) -> Drift:
    """The differences name the changes and operations of the masked plan."""
    plan = _mask_plan(drift.plan)
    operations = ((change, operation) for change in plan.changes for operation in change.operations)
    differences = (
        replace(difference, change=change, operation=operation)
        for difference, (change, operation) in zip(drift.differences, operations, strict=True)
    )
    return Drift(plan, tuple(differences))


def _mask_explanation(explanation: Explanation) -> Explanation:
    contact_mask = _ContactMask(PersonalTexts.of(_personal_in_explanation(explanation)))
    return replace(
        explanation,
        contact=_mask_identity(explanation.contact),
        source=explanation.source and contact_mask.place(explanation.source),
        items=tuple(map(contact_mask.explained, explanation.items)),
        next=explanation.next and contact_mask.turn(explanation.next),
        refused=tuple(map(_mask_verdict, explanation.refused)),
        set_aside=contact_mask.personal.hide(explanation.set_aside),
    )


def _personal_in_explanation(explanation: Explanation) -> Iterator[str]:
    yield explanation.contact.email
    for item in explanation.items:
        yield from _telling_fields(item)


def _mask_timeline(timeline: Timeline) -> Timeline:
    declarations = {id(change.contact): change.contact for change in timeline.upcoming}
    masks = {key: _ContactMask(_personal_in(contact)) for key, contact in declarations.items()}
    return replace(
        timeline, upcoming=tuple(masks[id(change.contact)].upcoming(change) for change in timeline.upcoming)
    )


def _personal_in(contact: Declaration) -> PersonalTexts:
    fields = [*telling_values(contact.profile), *telling_values(contact.address)]
    return PersonalTexts.of([contact.email or "", *fields])


def _mask_problems(report: ProblemReport) -> ProblemReport:
    problems = (replace(problem, message=mask_emails(problem.message)) for problem in report.problems)
    return replace(report, problems=tuple(problems))


_WALKS: dict[type, Callable[[Any], Any]] = {
    Plan: _mask_plan,
    Drift: _mask_drift,
    Explanation: _mask_explanation,
    Timeline: _mask_timeline,
    ProblemReport: _mask_problems,
    # A probe reports on a scratch contact by its id, and quotes nothing of it.
    ProbeReport: lambda report: report,
}

_VALUES: dict[type, tuple[str, ...]] = {
    Operation: ("before", "after"),
    Kept: ("value",),
    ExplainedItem: ("live", "target"),
}
"""In which fields an item has its values."""


def _telling_fields(item: Operation | ExplainedItem) -> Iterator[str]:
    if item.facet in _FIELDS:
        for name in _VALUES[type(item)]:
            yield from telling_values({item.item: getattr(item, name)})


@dataclass(frozen=True, slots=True)
class _ContactMask:
    """Masks whatever a document says of one contact, by what is personal of it."""

    personal: PersonalTexts

    def place(self, place: Place) -> Place:
        return Place(self.personal.hide(place.file), place.line, place.column)

    def origin(self, origin: Origin) -> Origin:
        """An origin without what its reason and its file's name tell of the contact."""
        return replace(
            origin,
            detail=origin.detail and mask_emails(origin.detail),
            reason=origin.reason and self.personal.hide(origin.reason),
            place=origin.place and self.place(origin.place),
        )

    def item(self, item: Item) -> Item:
        """An item with its name, its values and its origin masked."""
        names = _VALUES[type(item)]
        values = tuple(getattr(item, name) for name in names)
        if item.facet in _FIELDS and len(values) > 1:
            masked: tuple[Value, ...] = mask_field_change(item.item, *values)
        else:
            masked = tuple(self._value(item.facet, item.item, value) for value in values)
        told: dict[str, Any] = dict(zip(names, masked, strict=True))
        return replace(item, item=self._name(item.facet, item.item), origin=self.origin(item.origin), **told)

    def _name(self, facet: Facet, name: str) -> str:
        """A role's name stays, except for an address in it."""
        return mask_emails(name) if facet is Facet.ROLES else self.personal.hide(name)

    def _value(self, facet: Facet, name: str, value: Value) -> Value:
        """A grant bears its role's name, so both are masked alike; a tag is its own value."""
        if isinstance(value, Grant):
            return _mask_grant(value)
        if facet in _FIELDS:
            return mask_field(name, value)
        return value and self.personal.hide(value)

    def explained(self, item: ExplainedItem) -> ExplainedItem:
        return replace(
            self.item(item),
            operation=item.operation and self.item(item.operation),
            passed_over=tuple(replace(other, place=self.place(other.place)) for other in item.passed_over),
            next=item.next and self.turn(item.next),
        )

    def turn(self, boundary: Boundary) -> Boundary:
        return replace(boundary, item=self.personal.hide(boundary.item), contact=mask_email(boundary.contact))

    def upcoming(self, change: UpcomingChange) -> UpcomingChange:
        contact = self._declaration(change.contact)
        item = self._name(change.facet, change.boundary.item)
        boundary = replace(change.boundary, item=item, contact=contact.label)
        return replace(change, boundary=boundary, origin=self.origin(change.origin), contact=contact)

    def _declaration(self, contact: Declaration) -> Declaration:
        """A declaration with nothing but what names the contact."""
        return Declaration(
            self.place(contact.place),
            id=contact.id,
            reference=contact.reference and mask_emails(contact.reference),
            email=contact.email and mask_email(contact.email),
        )

    def payload(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        """A payload of the same shape: roles and tags stay, fields are masked."""
        return {mask_emails(name): self._body(value, name) for name, value in payload.items()}

    def _body(self, value: Any, name: str) -> Any:
        match value:
            case Mapping():
                return {
                    mask_emails(key): self._body(inner, name if name in SETS_BY_KEY else key)
                    for key, inner in value.items()
                }
            case list():
                return [self._body(inner, name) for inner in value]
            case str() if name in SETS_BY_KEY:
                return self._name(SETS_BY_KEY[name], value)
            case str():
                return mask_field(name, value)
            case None | bool():
                return value
            case _:
                return MASK
