"""What one plan shows of one contact: what each item comes to, at any instant, and what it replaces. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from reconcile.model.contact import BY_ROLE, Grant, Identity, email_key
from reconcile.model.facets import Facet, ItemKey, item_key
from reconcile.model.plans.change import Change, ChangeAction, contact_key
from reconcile.model.plans.operation import Action, Operation, Value
from reconcile.model.plans.plan import Plan
from reconcile.model.plans.schedule import Scheduled
from reconcile.plan.approval import same_person
from reconcile.plan.schedule.ceiling import scheduled_item


@dataclass(frozen=True, slots=True)
class ShownResult:
    """What a plan shows that an item comes to. ``value`` is None where the contact does not hold it then.

    ``ends``: when the clock takes a tag again (the end of a role is in its grant). ``bypasses_approval``: a
    role becomes active without the approval that it asks for.
    """

    value: Value
    ends: datetime | None = None
    bypasses_approval: bool = False


_NOT_HELD = ShownResult(None)


@dataclass(frozen=True, slots=True)
class ShownContact:
    """One contact of one plan: what is done to it, and what the clock will do."""

    contact: Identity
    change: Change | None = None
    rows: tuple[Scheduled, ...] = ()

    @property
    def operations(self) -> tuple[Operation, ...]:
        """What is done now."""
        return self.change.operations if self.change else ()

    @property
    def action(self) -> ChangeAction | None:
        """What happens to the contact as a whole; None where nothing is done now."""
        return self.change.action if self.change else None

    @property
    def mailbox(self) -> str:
        """The address of the contact after the plan, in the form in which addresses are compared."""
        given = (step.after for step in self.operations if (step.facet, step.item) == _EMAIL)
        return email_key(str(next(given, self.contact.email) or ""))

    @property
    def coming(self) -> Iterator[Scheduled]:
        """What is scheduled, however the baseline has it."""
        return (row for row in self.rows if not row.taken_back)

    def is_about_person_of(self, fresh: "ShownContact") -> bool:
        """True when a fresh plan's contact is this one, and has the same mailbox and log-in name in the end.

        What somebody has approved for one mailbox is never given to another.
        """
        same = same_person(fresh.contact, self.contact, self.operations)
        return same and self.has_mailbox_of(fresh) and _given_names(fresh) <= _given_names(self)

    def has_mailbox_of(self, fresh: "ShownContact") -> bool:
        """False when both plans know the contact's address, and it is another one in the end."""
        return "" in (self.mailbox, fresh.mailbox) or self.mailbox == fresh.mailbox

    def end_of(self, item: ItemKey) -> datetime | None:
        """When the clock takes an item that the contact holds after the plan."""
        ends = (row for row in self.coming if row.action is Action.REMOVE and scheduled_item(row) == item)
        return next((row.window.expires for row in ends), None)

    def results(self, item: ItemKey, now: datetime) -> Iterator[ShownResult]:
        """What the plan shows that the item comes to, on either side of each boundary that has passed."""
        for step in self.operations:
            if step_item(step) == item:
                yield ShownResult(step.after, self.end_of(item), step.bypasses_approval)
                if isinstance(step.after, Grant) and not step.after.held(now):
                    yield _NOT_HELD
        for row in self.coming:
            if scheduled_item(row) == item:
                yield from _results_of(row, now)

    def values(self, item: ItemKey) -> Iterator[Value]:
        """Every value that the plan shows of the item, before and after its steps and those of the clock."""
        for step in self.operations:
            if step_item(step) == item:
                yield step.before
                yield step.after
        yield from (_value_of(row) for row in self.coming if scheduled_item(row) == item)


_EMAIL = (Facet.PROFILE, "email")


def _given_names(shown: ShownContact) -> set[tuple[str, Value]]:
    """The names by which somebody logs in that the plan gives a contact."""
    handovers = shown.change.handovers if shown.change else ()
    return {(step.item, step.after) for step in handovers if (step.facet, step.item) != _EMAIL}


def _results_of(row: Scheduled, now: datetime) -> Iterator[ShownResult]:
    """What the clock has done by now of what it was shown to do."""
    if row.window.lapsed(now):
        yield _NOT_HELD
    elif row.action is Action.ADD and row.window.contains(now):
        ends = None if row.facet is Facet.ROLES else row.window.expires
        yield ShownResult(_value_of(row), ends, row.skips_approval)


def _value_of(row: Scheduled) -> Value:
    if row.facet is not Facet.ROLES:
        return row.item
    return Grant(row.item, row.status or BY_ROLE, row.window.expires)


def step_item(step: Operation) -> ItemKey:
    """Which item of its contact a step is about."""
    return step.facet, item_key(step.facet, step.item)


def shown_contacts(plan: Plan) -> Mapping[str, ShownContact]:
    """What a plan shows of each contact, by the contact's key."""
    contacts = {change.key: ShownContact(change.contact, change) for change in plan.changes}
    for key, rows in _by_contact(plan.scheduled).items():
        contacts[key] = replace(contacts.get(key) or ShownContact(rows[0].contact), rows=tuple(rows))
    return contacts


def _by_contact(rows: Iterable[Scheduled]) -> Mapping[str, list[Scheduled]]:
    contacts: dict[str, list[Scheduled]] = {}
    for row in rows:
        contacts.setdefault(contact_key(row.contact), []).append(row)
    return contacts
