"""What merging would merely stop declaring, as entries to paste: a reverted commit takes nothing away.

Contacts stand there by their ids alone, and what they hold by its name in the account.
"""

import re
from collections.abc import Iterable, Iterator

from reconcile.authoring.new_entries import FileStyle, entry_lines
from reconcile.model.baseline import NoLonger, Undeclared
from reconcile.model.edits import NewEntry, WrittenItem
from reconcile.model.facets import Facet
from reconcile.model.plans.plan import Plan
from reconcile.render.escape import MASK

MOST_ENTRIES = 100
"""Maximum number of contacts that are written out; a larger removal is no slip that somebody pastes back."""

_ID = re.compile("[1-9][0-9]{0,19}", re.ASCII)

_AUTHORITATIVE = "    manage: {roles: authoritative, tags: authoritative}"
"""So that a line that is deleted takes its item away, whatever the configuration says."""


def contacts_left(plan: Plan) -> dict[str, list[Undeclared]]:
    """The contacts that the base declares and the plan does not, by id, with what each keeps."""
    contacts: dict[str, list[Undeclared]] = {}
    for row in plan.undeclared:
        if row.what is NoLonger.CONTACT and _ID.fullmatch(row.contact.id):
            contacts.setdefault(row.contact.id, []).append(row)
    return contacts


def absent_entries(contacts: Iterable[str]) -> str:
    """A file of declarations that takes everything that is managed from these contacts."""
    return "\n".join(["contacts:", *(f"  - id: {contact}\n    state: absent" for contact in contacts)])


def item_entries(contacts: dict[str, list[Undeclared]]) -> str:
    """A file of declarations with all that these contacts hold, to delete from what is to go.

    Whoever holds something that can't be written so, or was not looked at in full, is not in it.
    """
    lines = [line for contact, rows in contacts.items() for line in _item_entry(contact, rows)]
    return "\n".join(["contacts:", *lines]) if lines else ""


def _item_entry(contact: str, rows: list[Undeclared]) -> Iterator[str]:
    try:
        sets = {facet: _items(rows, facet) for facet in (Facet.ROLES, Facet.TAGS)}
        lines = entry_lines(NewEntry(id=contact, roles=sets[Facet.ROLES], tags=sets[Facet.TAGS]), FileStyle())
    except ValueError:
        return
    if all(row.looked_at for row in rows) and not any(MASK in (row.item or "") for row in rows):
        yield from (*lines, _AUTHORITATIVE)


def _items(rows: list[Undeclared], facet: Facet) -> tuple[WrittenItem, ...]:
    return tuple(WrittenItem(row.item or "", row.expires) for row in rows if row.facet is facet)
