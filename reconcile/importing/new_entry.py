"""The entry of a contact that no file declares yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reconcile.model.contact import Contact
from reconcile.model.edits import WHOLE_CONTACT, NewEntry, Omission, WrittenItem
from reconcile.model.facets import SETS, Facet
from reconcile.text import listed

from .declarable import in_comment
from .held_sets import HeldSet, ImportRules, held_set
from .identifiers import EntryIdentifier, NamesInUse


@dataclass(frozen=True, slots=True)
class EntryProposal:
    """The entry of a contact, None where there is nothing to declare, and what it can't say."""

    entry: NewEntry | None
    omissions: tuple[Omission, ...] = ()


def propose_entry(
    contact: Contact, names: NamesInUse, rules: ImportRules, *, by_name: bool = False
) -> EntryProposal:
    """The entry under which the contact stays as it is.

    A set in which it holds nothing is left out, unless the contact was asked for ``by_name``.
    """
    identifier = names.identifier(contact.identity)
    if identifier is None:
        return EntryProposal(None, (_unidentifiable(contact),))
    held = [held_set(contact, facet, rules) for facet in SETS]
    sets = {one.facet: _declared(one, rules, by_name=by_name) for one in held}
    reports = tuple(fault.report for one in held for fault in one.undeclarable)
    if all(items is None for items in sets.values()):
        return EntryProposal(None, reports)
    return EntryProposal(_entry(contact, identifier, sets, held), reports)


def _unidentifiable(contact: Contact) -> Omission:
    why = "nothing that an entry could say finds it alone"
    remedy = "give it a reference of its own in Evance, or correct the entry that has its id"
    return Omission(contact.identity, WHOLE_CONTACT, why, remedy)


def _declared(held: HeldSet, rules: ImportRules, *, by_name: bool) -> tuple[WrittenItem, ...] | None:
    if not held.is_declarable:
        return None
    items = held.written(rules.policy.timezone)
    return items if items or by_name else None


def _entry(
    contact: Contact,
    identifier: EntryIdentifier,
    sets: Mapping[Facet, tuple[WrittenItem, ...] | None],
    held: Sequence[HeldSet],
) -> NewEntry:
    return NewEntry(
        id=identifier.id,
        reference=identifier.reference,
        email=identifier.email,
        comment="; ".join([*_names(contact, identifier), *_undeclared(held)]),
        roles=sets[Facet.ROLES],
        tags=sets[Facet.TAGS],
    )


def _names(contact: Contact, identifier: EntryIdentifier) -> list[str]:
    """Who a contact is that is known by its id alone."""
    if identifier.id is None:
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


def _reason(report: Omission) -> str:
    return report.why if report.what in SETS else f"{report.what}, {report.why}"
