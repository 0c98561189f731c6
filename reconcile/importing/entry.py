"""The entry of a contact that no file declares yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reconcile.model.contact import Contact
from reconcile.model.edits import WHOLE_CONTACT, NewEntry, NotExpressed, WrittenItem
from reconcile.model.facets import SETS, Facet
from reconcile.text import listed

from .expressible import in_comment
from .held_sets import HeldSet, Reading, held_set
from .pins import NamesInUse, Pin


@dataclass(frozen=True, slots=True)
class Expressed:
    """The entry of a contact, None where there is nothing to declare, and what it can't say."""

    entry: NewEntry | None
    not_expressed: tuple[NotExpressed, ...] = ()


def express(contact: Contact, names: NamesInUse, reading: Reading, *, by_name: bool = False) -> Expressed:
    """The entry under which the contact stays as it is.

    A set in which it holds nothing is left out, unless the contact was asked for ``by_name``.
    """
    pin = names.pin(contact.identity)
    if pin is None:
        return Expressed(None, (_without_pin(contact),))
    held = [held_set(contact, facet, reading) for facet in SETS]
    sets = {one.facet: _declared(one, reading, by_name=by_name) for one in held}
    reports = tuple(fault.report for one in held for fault in one.undeclarable)
    if all(items is None for items in sets.values()):
        return Expressed(None, reports)
    return Expressed(_entry(contact, pin, sets, held), reports)


def _without_pin(contact: Contact) -> NotExpressed:
    why = "nothing that an entry could say finds it alone"
    remedy = "give it a reference of its own in Evance, or correct the entry that has its id"
    return NotExpressed(contact.identity, WHOLE_CONTACT, why, remedy)


def _declared(held: HeldSet, reading: Reading, *, by_name: bool) -> tuple[WrittenItem, ...] | None:
    if not held.is_declarable:
        return None
    items = held.written(reading.policy.timezone)
    return items if items or by_name else None


def _entry(
    contact: Contact,
    pin: Pin,
    sets: Mapping[Facet, tuple[WrittenItem, ...] | None],
    held: Sequence[HeldSet],
) -> NewEntry:
    return NewEntry(
        id=pin.id,
        reference=pin.reference,
        email=pin.email,
        comment="; ".join([*_names(contact, pin), *_undeclared(held)]),
        roles=sets[Facet.ROLES],
        tags=sets[Facet.TAGS],
    )


def _names(contact: Contact, pin: Pin) -> list[str]:
    """Who a contact is that is known by its id alone."""
    if pin.id is None:
        return []
    profile = contact.state.fields(Facet.PROFILE)
    person = " ".join(filter(None, (profile.get("firstname"), profile.get("lastname"))))
    texts = (person or profile.get("company") or "", contact.identity.email)
    named = ", ".join(in_comment(text) for text in texts if text.strip())
    return [named] if named else []


def _undeclared(held: Sequence[HeldSet]) -> list[str]:
    """Which sets are not declared, and why; in the past, since the comment stays when they are later on."""
    return [
        f"{one.facet} were not declared when imported: "
        + listed([_reason(fault.report) for fault in one.undeclarable if fault.blocks])
        for one in held
        if not one.is_declarable
    ]


def _reason(report: NotExpressed) -> str:
    return report.why if report.what in SETS else f"{report.what}, {report.why}"
