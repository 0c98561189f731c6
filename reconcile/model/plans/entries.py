"""What a plan shows under one contact, and the contacts to which the very same happens."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from reconcile.model.contact import Identity, email_key
from reconcile.model.facets import Facet, item_key
from reconcile.model.problem import Place

from .change import Change
from .operation import Action, Operation, Origin
from .plan import Plan
from .schedule import Lapsing, Scheduled, Withheld

Row = TypeVar("Row", Scheduled, Withheld, Lapsing)

LEAST_EQUAL = 3
"""Minimum number of contacts with the same effect that are shown as one group."""


@dataclass(frozen=True, slots=True)
class ContactEntry:
    """One contact of a plan: what is done now, what is scheduled for it or taken back, what is withheld.

    ``change`` is None where nothing is done now. Schedules that the baseline knows stand apart.
    """

    contact: Identity
    source: Place
    change: Change | None = None
    scheduled: tuple[Scheduled, ...] = ()
    withheld: tuple[Withheld, ...] = ()

    @property
    def operations(self) -> tuple[Operation, ...]:
        """What is done now."""
        return self.change.operations if self.change else ()

    @property
    def effect(self) -> Hashable:
        """What happens to the contact, without who it is and which lines of which files say so."""
        return (
            self.change and self.change.action,
            tuple(map(_step, self.operations)),
            self.change and self.change.lapsed,
            tuple(map(_schedule, self.scheduled)),
            tuple(map(_withheld, self.withheld)),
        )


_Key = tuple[str, str, str | None, Place | None]
"""One contact of a plan. Masks look alike: contacts without an id are told apart by their place."""


def _key(contact: Identity, source: Place) -> _Key:
    return (contact.id, "", None, None) if contact.id else ("", contact.email, contact.reference, source)


def contact_entries(plan: Plan) -> list[ContactEntry]:
    """The contacts of a plan in its order, then those that have nothing but schedules, by their names.

    What is withheld stands with its contact, and in a scope makes an entry of its own, since nothing there is
    as it was; in a plan of everything ``other_withheld`` has the rest.
    """
    scheduled = _by_key(row for row in plan.scheduled if not row.known)
    withheld = _by_key(plan.withheld)
    entries = []
    for change in plan.changes:
        key = _key(change.contact, change.source)
        later, never = tuple(scheduled.pop(key, ())), tuple(withheld.pop(key, ()))
        entries.append(ContactEntry(change.contact, change.source, change, later, never))
    others = [_without_change(rows, withheld.pop(key, [])) for key, rows in scheduled.items()]
    if plan.scope:
        others += [_without_change([], rows) for rows in withheld.values()]
    return entries + sorted(others, key=_order)


def _by_key(rows: Iterable[Row]) -> dict[_Key, list[Row]]:
    contacts: dict[_Key, list[Row]] = {}
    for row in rows:
        contacts.setdefault(_key(row.contact, row.source), []).append(row)
    return contacts


def _without_change(scheduled: list[Scheduled], withheld: list[Withheld]) -> ContactEntry:
    first: Scheduled | Withheld = scheduled[0] if scheduled else withheld[0]
    return ContactEntry(first.contact, first.source, None, tuple(scheduled), tuple(withheld))


def _order(entry: ContactEntry) -> tuple[str, str, str, Place]:
    identity = entry.contact
    return email_key(identity.email), identity.reference or "", identity.id, entry.source


def known_schedules(plan: Plan) -> tuple[Scheduled, ...]:
    """What is scheduled just as the baseline has it, in the plan's order, but for what lapses soon."""
    soon = {_item_of(row) for row in plan.lapsing}
    known = (row for row in plan.scheduled if row.known)
    return tuple(row for row in known if row.action is Action.ADD or _item_of(row) not in soon)


def lapsing_besides(plan: Plan) -> tuple[Lapsing, ...]:
    """What lapses soon, in the plan's order, but for tags whose end is scheduled anew.

    That stands with their contact already.
    """
    removals = (row for row in plan.scheduled if row.coming and row.action is Action.REMOVE)
    told = {_item_of(row) for row in removals}
    return tuple(row for row in plan.lapsing if _item_of(row) not in told)


def _item_of(row: Scheduled | Lapsing) -> Hashable:
    return _key(row.contact, row.source), row.facet, item_key(row.facet, row.item)


def other_withheld(plan: Plan) -> tuple[Withheld, ...]:
    """What is withheld from contacts that have no entry of their own."""
    if not plan.withheld:
        return ()
    entries = {_key(entry.contact, entry.source) for entry in contact_entries(plan)}
    return tuple(row for row in plan.withheld if _key(row.contact, row.source) not in entries)


def equal_effects(
    entries: Iterable[ContactEntry], effect: Callable[[ContactEntry], Hashable] = lambda entry: entry.effect
) -> list[list[ContactEntry]]:
    """The entries in groups of the same effect, in the order of their first ones.

    Less than ``LEAST_EQUAL`` of them are no group: each stands alone.
    """
    by_hash: dict[int, list[ContactEntry]] = {}
    for entry in entries:  # an effect is large, and of a large plan there are too many to keep them all
        by_hash.setdefault(hash(effect(entry)), []).append(entry)
    groups: list[list[ContactEntry]] = []
    for alike in by_hash.values():
        for group in _by_effect(alike, effect):
            groups += [group] if len(group) >= LEAST_EQUAL else [[entry] for entry in group]
    return groups


def _by_effect(
    entries: list[ContactEntry], effect: Callable[[ContactEntry], Hashable]
) -> Iterable[list[ContactEntry]]:
    if len(entries) < LEAST_EQUAL:
        return [entries]
    by_effect: dict[Hashable, list[ContactEntry]] = {}
    for entry in entries:
        by_effect.setdefault(effect(entry), []).append(entry)
    return by_effect.values()


def _step(operation: Operation) -> Hashable:
    """A creation names its contact as its item."""
    item = "" if operation.facet is Facet.CONTACT else operation.item
    values = (operation.before, operation.after, operation.skips_approval)
    return operation.facet, item, operation.action, values, _why(operation.origin)


def _why(origin: Origin) -> Hashable:
    return origin.kind, origin.detail, origin.reason, origin.at


def _schedule(row: Scheduled) -> Hashable:
    item = (row.facet, row.item, row.action, row.status)
    return item, row.window, row.comparison, row.privileged, _why(row.origin)


def _withheld(row: Withheld) -> Hashable:
    return row.facet, row.item, row.status, row.window, _why(row.origin)
