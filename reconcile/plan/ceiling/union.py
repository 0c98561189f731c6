"""Several approved plans together as a ceiling: a fresh plan may do what one of them shows, and nothing else.

Merges that come close together need no new plan. So it is effects that are compared, not when and from which
base the plans were made: what an item comes to, for whom, and that nothing goes that nobody saw.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from reconcile.model.allowance import Allowance
from reconcile.model.baseline import NoLonger, Undeclared
from reconcile.model.contact import Identity
from reconcile.model.facets import FACETS
from reconcile.model.plans.change import Change, contact_key
from reconcile.model.plans.operation import Action, Operation
from reconcile.model.plans.plan import Plan
from reconcile.model.plans.schedule import Scheduled
from reconcile.plan.approval import uncovered_configuration, uncovered_scope
from reconcile.plan.schedule.ceiling import names_of, schedule_text

from .shown import ShownContact, shown_contacts, step_item
from .steps import comes_to, schedules, shows_step, takes_end_back, takes_nothing_unseen


def exceeding(fresh: Plan, plans: Sequence[Plan]) -> Iterator[str]:
    """Why a fresh plan is not covered by all of these plans together, in words; nothing when it is.

    An operation is covered by one plan that shows the same result for the same contact: by an operation, or
    by a schedule whose boundary has passed. What takes something away must replace what a plan has shown. A
    schedule is covered by one of a plan, or by the baseline that has it already. Plans of another account,
    and operations that have become unnecessary, make no difference.
    """
    union = _Union.of(fresh, plans)
    for change in fresh.changes:
        yield from union.uncovered_change(change)
    for row in fresh.scheduled:
        yield from union.uncovered_row(row)
    yield from union.unseen_removals()
    shown = allowances_shown(fresh.allow, plans)
    for entry in (entry for entry in fresh.allow if entry not in shown):
        place = f"{entry.place.file}:{entry.place.line}"
        yield f"the entry under 'allow' for {entry.guard} at {place} lifts a guard, and that was not approved"


def exceeding_preview(fresh: Plan, preview: Plan) -> Iterator[str]:
    """Why a fresh plan goes beyond the preview that is to be applied, in words; nothing when it does not.

    It may be applied when windows have started or ended since: the preview shows both sides of that.
    """
    yield from uncovered_configuration(fresh, preview)
    yield from uncovered_scope(fresh.scope, preview.scope)
    yield from exceeding(fresh, (preview,))


def allowances_shown(entries: Iterable[Allowance], plans: Sequence[Plan]) -> tuple[Allowance, ...]:
    """The entries under ``allow`` of which one of these plans shows that they lift a guard.

    No others may lift anything for these plans together: nobody has seen them do so.
    """
    seen = {entry for plan in plans for entry in plan.allow}
    return tuple(entry for entry in entries if entry in seen)


def coverable_operations(fresh: Plan, preview: Plan) -> Mapping[str, tuple[Operation, ...]]:
    """What may be written of each contact, by the change's key, once a fresh plan fits a preview.

    Both count: the fresh plan has what started since, the preview what became unnecessary and may be needed
    again until the write.
    """
    operations: defaultdict[str, tuple[Operation, ...]] = defaultdict(tuple)
    for change in (*preview.changes, *fresh.changes):
        operations[change.key] += change.operations
    return operations


@dataclass(frozen=True, slots=True)
class _Union:
    """What the plans show of each contact, by its key; contacts without an id also by each of their names."""

    fresh: Plan
    own: Mapping[str, ShownContact]
    shown: Mapping[str, Sequence[ShownContact]]
    named: Mapping[tuple[str, str], Sequence[ShownContact]]
    undeclared: frozenset[tuple[str, str]]

    @classmethod
    def of(cls, fresh: Plan, plans: Sequence[Plan]) -> "_Union":
        shown: defaultdict[str, list[ShownContact]] = defaultdict(list)
        named: defaultdict[tuple[str, str], list[ShownContact]] = defaultdict(list)
        known = [plan for plan in plans if plan.account == fresh.account]
        for plan in known:
            for key, contact in shown_contacts(plan).items():
                shown[key].append(contact)
                for name in names_of(contact.contact):
                    named[name].append(contact)
        left = (row.contact for plan in known for row in _no_longer_declared(plan))
        undeclared = frozenset(name for contact in left for name in _all_names(contact))
        return cls(fresh, shown_contacts(fresh), shown, named, undeclared)

    @property
    def now(self) -> datetime:
        return self.fresh.as_of

    def uncovered_change(self, change: Change) -> Iterator[str]:
        """The steps of one contact that no plan shows for this very person, each with why."""
        own, shown = self.own[change.key], self.shown.get(change.key, ())
        label = change.contact.label_with_id
        fitting = [contact for contact in shown if contact.action in (None, change.action)]
        if shown and not fitting:
            yield f"{label}: {change.action} instead of {shown[-1].action}"
        people = [contact for contact in fitting if contact.is_about_person_of(own)]
        if fitting and not people:
            what = "it has another type, e-mail, reference or log-in name, or would get one"
            yield f"{label} is not the contact that was approved: {what}"
        for step in change.operations:
            if not self._covers(step, own, people):
                yield f"{label}: {step.action} {step.facet} {step.item} was not approved"

    def _covers(self, step: Operation, own: ShownContact, people: Sequence[ShownContact]) -> bool:
        ends = own.end_of(step_item(step))
        if any(shows_step(contact, step, ends) for contact in people):
            return True
        results = (result for contact in people for result in contact.results(step_item(step), self.now))
        values = (value for contact in people for value in contact.values(step_item(step)))
        return any(comes_to(step, ends, result) for result in results) and takes_nothing_unseen(step, values)

    def uncovered_row(self, row: Scheduled) -> Iterator[str]:
        """What the clock would do that neither a plan nor the baseline has, in words."""
        label, shown = row.contact.label_with_id, tuple(self._of_row(row))
        if row.taken_back:
            if row.action is Action.REMOVE and not any(takes_end_back(contact, row) for contact in shown):
                tag = f"{FACETS[row.facet].noun} {row.item}"
                yield f"{label}: {tag} would not end any more, and that was not approved"
        elif not row.known and not any(schedules(contact, row) for contact in shown):
            yield f"{label}: {schedule_text(row, self.fresh.timezone)}, and that was not approved"

    def _of_row(self, row: Scheduled) -> Iterator[ShownContact]:
        """Whom the plans show of a scheduled item's contact. An id decides where both sides have one."""
        own = self.own[contact_key(row.contact)]
        by_id = self.shown.get(row.contact.id, ())
        by_name = (contact for name in names_of(row.contact) for contact in self.named.get(name, ()))
        others = (contact for contact in by_name if not (row.contact.id and contact.contact.id))
        return (contact for contact in (*by_id, *others) if contact.has_mailbox_of(own))

    def unseen_removals(self) -> Iterator[str]:
        """Whom the declarations have no longer, and of whom no plan says so: they keep what they have."""
        for contact in dict.fromkeys(row.contact for row in _no_longer_declared(self.fresh)):
            if self.undeclared.isdisjoint(_all_names(contact)):
                yield f"{contact.label_with_id} is declared no longer, and that was not approved"


def _no_longer_declared(plan: Plan) -> Iterator[Undeclared]:
    return (row for row in plan.undeclared if row.what is NoLonger.CONTACT)


def _all_names(contact: Identity) -> Iterator[tuple[str, str]]:
    if contact.id:
        yield "id", contact.id
    yield from names_of(contact)
