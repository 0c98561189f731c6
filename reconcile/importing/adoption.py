"""What somebody changed outside, as the edit of an entry that makes it declared: all of it, or what can be.

It is an import of a contact as it would be if nothing else differed: what the clock did, what a run left over
and what is not applied yet stay different.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from reconcile.clock import zoned_text
from reconcile.model.contact import ACTIVE, BY_ROLE, Contact, Fields, Grant, Identity, Item, State, item_name
from reconcile.model.declaration import Declaration
from reconcile.model.edits import EntryEdit, Omission
from reconcile.model.facets import FACETS, FIELDS, SETS, Facet, item_key
from reconcile.model.partial_fields import with_field
from reconcile.model.plans.operation import Kept, Operation, OriginKind, Value
from reconcile.model.reports.drift import Cause, Difference
from reconcile.text import quoted

from .differences import EntryDifference, compare
from .held_sets import ImportRules

BY_HAND = "edit the entry by hand, or correct it in Evance"


@dataclass(frozen=True, slots=True)
class Adoption:
    """What becomes of the differences of one contact.

    ``edit`` makes the ``adopted`` ones declared; None where none is. ``left`` says why each other one stays.
    """

    identity: Identity
    declaration: Declaration
    edit: EntryEdit | None = None
    adopted: tuple[Difference, ...] = ()
    left: tuple[Omission, ...] = ()


def adopt(differences: Sequence[Difference], live: Contact | None, rules: ImportRules) -> Adoption:
    """Adopt all differences of one contact that somebody made outside and that can be declared.

    ``live`` is the contact as it was read; None where there is none any more.
    """
    return _Adopting(tuple(differences), live, rules).adoption()


def leave(adoption: Adoption, why: str, remedy: str) -> Adoption:
    """The same where nothing of the contact can be adopted after all."""
    rows = tuple(omission(difference, why, remedy) for difference in adoption.adopted)
    return replace(adoption, edit=None, adopted=(), left=(*rows, *adoption.left))


def omission(difference: Difference, why: str, remedy: str) -> Omission:
    """A difference that is left as it is."""
    step = difference.operation
    noun = FACETS[step.facet].noun if step.facet in SETS else ""
    what = f"{noun} {quoted(step.item)}" if noun else f"{step.facet}.{step.item}"
    return Omission(difference.change.contact, "the contact" if _is_creation(step) else what, why, remedy)


def _is_creation(step: Operation) -> bool:
    return step.facet is Facet.CONTACT


@dataclass(frozen=True, slots=True)
class _Adopting:
    differences: tuple[Difference, ...]
    live: Contact | None
    rules: ImportRules

    @property
    def declaration(self) -> Declaration:
        return self.differences[0].change.declaration

    def adoption(self) -> Adoption:
        outside = [difference for difference in self.differences if difference.cause is Cause.OUTSIDE]
        chosen, faults = self._possible(outside)
        edit = self._compare(chosen).edit if chosen else None
        left = (*faults, *self._left(outside))
        return Adoption(
            self.differences[0].change.contact,
            self.declaration,
            edit,
            tuple(chosen if edit else ()),
            tuple(left),
        )

    def _possible(self, outside: Sequence[Difference]) -> tuple[list[Difference], list[Omission]]:
        """Those that can be adopted together, and why the others can't be."""
        if not outside or self.live is None:
            remedy = "delete the entry if that is meant; 'reconcile apply' would create the contact again"
            return [], [omission(one, "the contact is gone", remedy) for one in outside[:1]]
        if not self._compare(()).agrees:
            why = "its entry declares something that can't be told from what is changed"
            return [], [omission(difference, why, BY_HAND) for difference in outside]
        if _can(self._compare(outside)):
            return list(outside), []
        alone = [(difference, self._compare([difference])) for difference in outside]
        chosen = [difference for difference, result in alone if _can(result)]
        faults = [_fault(difference, result) for difference, result in alone if not _can(result)]
        if chosen and not _can(result := self._compare(chosen)):
            return [], [*faults, *(_fault(difference, result) for difference in chosen)]
        return chosen, faults

    def _compare(self, adopted: Collection[Difference]) -> EntryDifference:
        """The edit for the contact as it would be if only what is adopted differed."""
        assert self.live is not None  # noqa: S101 - nobody compares a contact that is gone
        others = [step.operation for step in self.differences if step not in adopted]
        state = _without(_carried_out(self.live.state, others), self.differences[0].change.kept)
        return compare(self.declaration, replace(self.live, state=state), self.rules)

    def _left(self, outside: Collection[Difference]) -> Iterator[Omission]:
        """What nobody changed outside, with what settles it."""
        zone = self.rules.policy.timezone
        for difference in self.differences:
            if difference not in outside:
                at = f" {zoned_text(difference.at, zone)}" if difference.at else ""
                yield omission(difference, _WHY[difference.cause].format(at=at), _REMEDIES[difference.cause])


_WHY = {
    Cause.STARTED: "its window started{at}, which nobody did outside",
    Cause.LAPSED: "its window ended{at}, which nobody did outside",
    Cause.INTERRUPTED: "a run that was interrupted left it over",
    Cause.NOT_APPLIED: (
        "no complete run has applied the entry as it is now, so nobody knows what was done outside"
    ),
    Cause.RUN: "a run did it, such as one that took another back, and nobody outside",
}

_REMEDIES = {
    Cause.STARTED: "'reconcile apply' carries it out",
    Cause.LAPSED: "'reconcile apply' carries it out",
    Cause.INTERRUPTED: "'reconcile apply' finishes it",
    Cause.NOT_APPLIED: "'reconcile apply' carries it out, 'reconcile import' takes over what is there",
    Cause.RUN: "edit the entry if the run was right; 'reconcile apply' carries the entry out again",
}


def _can(result: EntryDifference) -> bool:
    return result.edit is not None


def _fault(difference: Difference, result: EntryDifference) -> Omission:
    """Why a difference can't be adopted, as an import of it says."""
    if not result.omissions:
        return omission(difference, "no edit of the entry declares it", BY_HAND)
    first = result.omissions[0]
    return omission(difference, first.why, first.remedy.removesuffix(", then import again"))


def _carried_out(state: State, steps: Iterable[Operation]) -> State:
    """The state as it would be after these steps."""
    values: dict[Facet, Any] = {}
    for step in steps:
        if step.facet in SETS:
            items: tuple[Item, ...] = values.get(step.facet, state.items(step.facet))
            values[step.facet] = _with_item(items, step)
        elif step.facet in FIELDS:
            fields: Fields = values.get(step.facet, state.fields(step.facet))
            values[step.facet] = with_field(fields, step.item, step.after)
    return replace(state, **{str(facet): value for facet, value in values.items()})


def _with_item(items: Iterable[Item], step: Operation) -> tuple[Item, ...]:
    key = item_key(step.facet, step.item)
    left = [item for item in items if item_key(step.facet, item_name(item)) != key]
    new = [] if step.after is None else [_as_held(step.after)]
    return tuple(sorted([*left, *new], key=item_name))


def _without(state: State, kept: Iterable[Kept]) -> State:
    """The state without what additive mode keeps: nobody declares it, and it is no drift."""
    gone = {
        (row.facet, item_key(row.facet, row.item)) for row in kept if row.origin.kind is OriginKind.ADDITIVE
    }
    left: dict[str, Any] = {
        str(facet): tuple(
            item for item in state.items(facet) if (facet, item_key(facet, item_name(item))) not in gone
        )
        for facet in SETS
        if state.has(facet)
    }
    return replace(state, **left)


def _as_held(value: Value) -> Any:
    """A grant by the role's own rules as one that was given."""
    return replace(value, status=ACTIVE) if isinstance(value, Grant) and value.status == BY_ROLE else value
