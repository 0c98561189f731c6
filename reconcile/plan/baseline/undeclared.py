"""What the baseline declared, what no declaration has any more, and what stays of it (design, section 6)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from reconcile.model.baseline import BaselineEntry, EntryKey, NoLonger, ResolvedForm, Undeclared
from reconcile.model.contact import Contact, Grant, Identity, Item, email_key, item_name
from reconcile.model.declaration import Declaration, Mode
from reconcile.model.facets import RANK, SETS, Facet, item_key
from reconcile.model.plans.operation import OriginKind
from reconcile.model.plans.plan import PlanContext
from reconcile.model.problem import Place
from reconcile.model.record import NOTHING_REMEMBERED, Remembered
from reconcile.model.settings import Policy
from reconcile.plan.contact_plan import ContactPlan
from reconcile.plan.fold import ignore_pattern, without_expired
from reconcile.plan.matching.claims import DeclarationIndex
from reconcile.plan.matching.directory import Directory

from .additive import may_keep_more
from .scope import Selection

_UNKNOWN_FORM = ResolvedForm(managed=SETS)
"""Stands for the form of an entry of which only the digest is known: it may have managed either set."""


@dataclass(frozen=True, slots=True)
class RemovedEntries:
    """The baseline's entries that no declaration has any more, by the live contact that they were about.

    ``left`` are contacts that nothing declares now. ``respelt`` are entries of contacts that another entry
    declares now, by the contact's id. Entries whose contact is not in the account stand in neither.
    """

    left: Mapping[Identity, Sequence[BaselineEntry]] = field(default_factory=dict)
    respelt: Mapping[str, Sequence[BaselineEntry]] = field(default_factory=dict)


NOTHING_REMOVED = RemovedEntries()
"""Whatever the baseline declared is declared still, or there is no baseline."""


def find_removed(
    gone: Mapping[EntryKey, BaselineEntry],
    declarations: Iterable[Declaration],
    identities: Iterable[Identity],
    remembered: Remembered = NOTHING_REMEMBERED,
    odd_rows: Collection[str] = (),
) -> RemovedEntries:
    """Whom these entries were about, and whether that contact is declared still.

    ``gone`` are those of the baseline whose key no declaration has. The contact decides, not the spelling: an
    entry that gains an id or a corrected address is no removal. ``odd_rows`` are the ids of contacts whose
    rows in the list are not understood: they are there, and may keep what they have.
    """
    if not gone:
        return NOTHING_REMOVED
    index, directory = DeclarationIndex(declarations, remembered), Directory.of(identities)
    left: defaultdict[Identity, list[BaselineEntry]] = defaultdict(list)
    respelt: defaultdict[str, list[BaselineEntry]] = defaultdict(list)
    for key, entry in gone.items():
        known = key.id or entry.contact or remembered.contact(key)
        odd = known if known in odd_rows else None
        identity = _named(key, odd) if odd else _find(key, known, directory)
        if identity is not None and index.claiming(identity):
            respelt[identity.id].append(entry)
        elif identity is not None:
            left[identity].append(entry)
    return RemovedEntries(left, respelt)


def with_remaining(
    selection: Selection, identities: Sequence[Identity], remembered: Remembered = NOTHING_REMEMBERED
) -> Selection:
    """The same with each further entry for a contact of which the scope lost one; itself where there is none.

    Two entries for one contact are set aside: without one of them the other comes into force, unchanged.
    """
    if selection.scope is None or not selection.gone:
        return selection
    respelt = find_removed(selection.gone, selection.folder, identities, remembered).respelt
    index = DeclarationIndex(selection.folder, remembered)
    contacts = (identity for identity in identities if identity.id in respelt)
    return selection.joined_by(entry for identity in contacts for entry in index.claiming(identity))


def _named(key: EntryKey, contact: str) -> Identity:
    """A contact of which the account does not tell who it is, called as its entry did."""
    return Identity(contact, "", key.email or "", key.reference)


def _find(key: EntryKey, known: str | None, directory: Directory) -> Identity | None:
    """The one contact that an entry was about; None where it is gone or more than one may be meant.

    ``known`` is the contact's id as it was pinned, or is remembered. Whoever has the name of a contact that
    is gone is another one.
    """
    if known is not None:
        same = directory.by_id.get(known, ())
    elif key.reference is not None:
        same = directory.by_reference.get(key.reference, ())
    else:
        same = directory.by_email.get(key.email or "", ())
    return same[0] if len(same) == 1 else None


def undeclared_rows(
    removed: RemovedEntries,
    live: Mapping[str, Contact],
    contacts: Iterable[ContactPlan],
    context: PlanContext,
) -> tuple[Undeclared, ...]:
    """Everything that the baseline declared and that stays although nothing declares it now, sorted.

    ``live`` has those of ``removed.left`` that are still there, by id; those without sets were not read.
    """
    rows = [
        row
        for identity, entries in removed.left.items()
        if identity.id in live
        for row in _rows_of_contact(live[identity.id], entries, context)
    ]
    entries_of = context.baseline.entries if context.baseline else {}
    for contact in contacts if entries_of or removed.respelt else ():
        own = entries_of.get(contact.declaration.key)
        entries = (*((own,) if own else ()), *removed.respelt.get(contact.identity.id, ()))
        rows += _rows_of_declared(contact, entries, context)
    return tuple(sorted(rows, key=_order))


def _order(row: Undeclared) -> tuple[str, str, str, str, int, str]:
    identity = row.contact
    rank = RANK[row.facet] if row.facet else -1
    return (*_person(identity), row.what.value, rank, row.item or "")


def _person(identity: Identity) -> tuple[str, str, str]:
    return email_key(identity.email), identity.reference or "", identity.id


def _rows_of_contact(
    contact: Contact, entries: Sequence[BaselineEntry], context: PlanContext
) -> Iterator[Undeclared]:
    """What a contact keeps that nothing declares any more: all it holds of what was managed."""
    source = next((entry.place for entry in entries if entry.place), None)
    facets = {facet for entry in entries for facet in (entry.form or _UNKNOWN_FORM).managed}
    unread = any(not contact.state.has(facet) for facet in facets & {*SETS})
    held = [
        _row(contact.identity, NoLonger.CONTACT, facet, item, source)
        for facet in SETS
        if facet in facets
        for item in _held(contact, facet, context.policy, context.now)
    ]
    yield from held
    absent = all(entry.form is not None and entry.form.absent for entry in entries)
    if unread or not (held or absent):
        yield Undeclared(contact.identity, NoLonger.CONTACT, source=source, looked_at=not unread)


def _rows_of_declared(
    contact: ContactPlan, entries: Sequence[BaselineEntry], context: PlanContext
) -> Iterator[Undeclared]:
    """What a declared contact keeps of what its entry said before."""
    if contact.live is None:
        return
    identity = contact.live.identity
    for facet in SETS:
        before = [entry for entry in entries if entry.form and facet in entry.form.managed]
        if not before:
            continue
        if not contact.declaration.manages(facet):
            for item in _held(contact.live, facet, context.policy, context.now):
                yield _row(identity, NoLonger.FACET, facet, item, before[0].place)
            continue
        mode = context.policy.mode_for(contact.declaration, facet).mode
        if mode is Mode.AUTHORITATIVE or not may_keep_more(contact):
            continue
        places = _declared_before(before, facet)
        for item in _kept_by_additive_mode(contact, facet):
            key = item_key(facet, item_name(item))
            if key in places:
                yield _row(identity, NoLonger.ITEM, facet, item, places[key])


def _declared_before(entries: Iterable[BaselineEntry], facet: Facet) -> dict[str, Place | None]:
    """The items that the baseline's entries declare, and where."""
    return {
        item.key[1]: item.place or entry.place
        for entry in entries
        for item in (entry.form.items if entry.form else ())
        if item.facet is facet
    }


def _kept_by_additive_mode(contact: ContactPlan, facet: Facet) -> Iterator[Item]:
    folded = contact.folded
    for item in folded.target.items(facet):
        if folded.origins[facet, item_name(item)].kind is OriginKind.ADDITIVE:
            yield item


def _held(contact: Contact, facet: Facet, policy: Policy, now: datetime) -> list[Item]:
    """What the contact holds of a set facet and what is ours to tell of: what is ignored never was."""
    items = without_expired(contact.state, now).items(facet)
    return [item for item in items if ignore_pattern(facet, item_name(item), policy) is None]


def _row(contact: Identity, what: NoLonger, facet: Facet, item: Item, source: Place | None) -> Undeclared:
    grant = item if isinstance(item, Grant) and item.readable else None
    return Undeclared(
        contact=contact,
        what=what,
        facet=facet,
        item=item_name(item),
        status=grant.status if grant else None,
        expires=grant.expires if grant else None,
        source=source,
    )
