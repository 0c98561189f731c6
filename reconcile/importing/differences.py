"""What differs between an entry that a file has already and its live contact: the edit that settles it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from reconcile.model.contact import ACTIVE, Contact, Fields, is_same_value
from reconcile.model.declaration import Declaration, DeclaredGrant, DeclaredItem
from reconcile.model.edits import EntryEdit, Omission, SetEdit, WrittenItem
from reconcile.model.facets import FACETS, FIELDS, SETS, Facet, ItemKey
from reconcile.text import quoted

from .declarable import can_declare_field, written_end
from .held_sets import HeldItem, HeldSet, ImportRules, held_set, unread


@dataclass(frozen=True, slots=True)
class EntryDifference:
    """The edit of an entry, None where it ``agrees`` already or can't be made to, and what can't be said.

    ``unmanaged``: the contact holds something of a set that the entry leaves unmanaged, as it stays.
    """

    edit: EntryEdit | None
    agrees: bool = False
    omissions: tuple[Omission, ...] = ()
    unmanaged: bool = False


def compare(
    declaration: Declaration, contact: Contact, rules: ImportRules, *, by_name: bool = False
) -> EntryDifference:
    """The edit after which the plan of the contact is empty.

    An entry of which a part can't be made to agree stays as it is wholly, so that nothing of it is lost.
    ``declaration`` has the items of its bundles. A set that the entry does not manage is somebody else's:
    only where the contact was asked for ``by_name`` it is declared, too.
    """
    comparison = _SetComparison.of(declaration, contact, rules, by_name=by_name)
    reports = comparison.reports()
    obstacles = [*comparison.obstacles(), *_field_obstacles(declaration, contact)]
    if obstacles:
        return EntryDifference(None, omissions=tuple(dict.fromkeys((*reports, *obstacles))))
    edit = EntryEdit(
        declaration.place,
        sets=comparison.sets(),
        dropped_bundles=tuple(sorted(comparison.dropped)),
        fields=_changed_fields(declaration, contact),
        dropped_keys=tuple(comparison.dropped_keys()),
    )
    agrees = edit == EntryEdit(declaration.place)
    return EntryDifference(None if agrees else edit, agrees, reports, comparison.leaves_unmanaged)


@dataclass(frozen=True, slots=True)
class _SetComparison:
    """The sets of an entry beside those of its contact.

    ``own`` are the items that the entry itself has, ``given`` what bundles give, be it passed over;
    ``dropped`` are the bundles that give what the contact does not hold.
    """

    declaration: Declaration
    contact: Contact
    rules: ImportRules
    held: Mapping[Facet, HeldSet]
    own: Mapping[ItemKey, DeclaredItem]
    given: Mapping[ItemKey, list[DeclaredItem]]
    dropped: frozenset[str]
    by_name: bool

    @classmethod
    def of(
        cls, declaration: Declaration, contact: Contact, rules: ImportRules, *, by_name: bool
    ) -> "_SetComparison":
        held = {facet: held_set(contact, facet, rules, declaration) for facet in SETS}
        items = [item for facet in SETS for item in declaration.items(facet)]
        given: defaultdict[ItemKey, list[DeclaredItem]] = defaultdict(list)
        for item in (*items, *declaration.passed_over):
            if item.bundle:
                given[item.key].append(item)
        unheld = {
            item.key
            for item in items
            if item.window.contains(rules.now) and item.key[1] not in held[item.key[0]].items
        }
        dropped = frozenset(
            item.bundle or ""
            for key in unheld
            for item in given.get(key, ())
            if not item.window.lapsed(rules.now)
        )
        own = {item.key: item for item in items if not item.bundle}
        return cls(declaration, contact, rules, held, own, given, dropped, by_name)

    @property
    def is_empty(self) -> bool:
        """True when the contact holds nothing that the tool manages."""
        return not any(held.items or held.undeclarable for held in self.held.values())

    @property
    def leaves_unmanaged(self) -> bool:
        """True when the contact holds something of a set that the entry does not come to manage."""
        return not self.by_name and any(
            held.items and not self.declaration.manages(facet) for facet, held in self.held.items()
        )

    def reports(self) -> tuple[Omission, ...]:
        """What the contact holds that can't be declared."""
        return tuple(fault.report for held in self.held.values() for fault in held.undeclarable)

    def obstacles(self) -> Iterator[Omission]:
        """What of a declared set no edit can settle."""
        for facet in self.declaration.managed:
            if facet in SETS:
                yield from self._undeclarable(facet)
        for key, items in self.given.items():
            if key not in self.own and key[1] not in self.held[key[0]].items:
                yield from self._lost_schedule(items)

    def _undeclarable(self, facet: Facet) -> Iterator[Omission]:
        declared = {item.key[1] for item in self.declaration.items(facet)}
        for fault in self.held[facet].undeclarable:
            if not fault.kept or fault.key in declared:
                yield fault.report

    def _lost_schedule(self, items: Iterable[DeclaredItem]) -> Iterator[Omission]:
        """What would start later by a bundle that has to go."""
        if any(item.bundle not in self.dropped for item in items):
            return
        for item in items:
            if item.window.pending(self.rules.now):
                what = f"{FACETS[item.key[0]].noun} {quoted(item.name)}"
                bundle = quoted(item.bundle or "")
                why = f"the bundle {bundle} gives it later, and now gives what the contact does not hold"
                remedy = "take the bundle out of the entry, and declare on the contact what it shall have"
                yield Omission(self.contact.identity, what, why, remedy)

    def sets(self) -> dict[Facet, SetEdit]:
        """The edits of the sets, without those in which nothing differs."""
        edits = {facet: self._edit(facet) for facet in SETS}
        return {
            facet: edit
            for facet, edit in edits.items()
            if edit is not None and not self._leaves_to_bundles(facet, edit)
        }

    def dropped_keys(self) -> Iterator[str]:
        """The keys that have to go."""
        if not (self.declaration.present or self.is_empty):
            yield "state"
        for facet in SETS:
            edit = self._edit(facet)
            if edit is not None and self._leaves_to_bundles(facet, edit):
                yield facet.value

    def _leaves_to_bundles(self, facet: Facet, edit: SetEdit) -> bool:
        """True when only bundles give something of the set after an edit: an empty list would deny it."""
        own = {item.name for key, item in self.own.items() if key[0] is facet}
        given = (item for key, items in self.given.items() if key[0] is facet for item in items)
        kept = any(item.bundle not in self.dropped for item in given)
        return kept and not edit.put and bool(edit.removed) and set(edit.removed) == own

    def _edit(self, facet: Facet) -> SetEdit | None:
        held = self.held[facet]
        if not self.declaration.manages(facet) and not (self.by_name and held.is_declarable):
            return None
        keys = {key[1] for key in (*self.own, *self.given) if key[0] is facet}
        removed: list[str] = []
        put: list[WrittenItem] = []
        for key in sorted({*keys, *held.items}):
            own, item = self.own.get((facet, key)), held.items.get(key)
            if item is not None:
                put += self._put((facet, key), own, item)
            elif own is not None and own.window.contains(self.rules.now):
                removed.append(own.name)
        differs = removed or put or self._loses_its_declaration(facet)
        return SetEdit(tuple(removed), tuple(put)) if differs else None

    def _loses_its_declaration(self, facet: Facet) -> bool:
        """True when only what has to go declares the set, bundles or the state: it then stays, as empty."""
        if not (self.declaration.present or self.is_empty):
            return True
        given = [item for key, items in self.given.items() if key[0] is facet for item in items]
        has_own = any(key[0] is facet for key in self.own)
        return bool(given) and not has_own and all(item.bundle in self.dropped for item in given)

    def _put(self, key: ItemKey, own: DeclaredItem | None, held: HeldItem) -> Iterator[WrittenItem]:
        """The item as it is to stand on the contact; nothing where it is in order as it is declared."""
        given = self.given.get(key, ())
        kept = next((item for item in given if item.bundle not in self.dropped), None)
        declared = own or kept
        if declared is not None and self._agrees(declared, held):
            return
        end = self._end(own or next(iter(given), None), held)
        if own is not None:
            yield WrittenItem(own.name, end, dropped_keys=tuple(self._dropped_keys(own, held)))
        else:
            yield replace(held.written(self.rules.policy.timezone), expires=end)

    def _agrees(self, declared: DeclaredItem, held: HeldItem) -> bool:
        """Whether the fold leads from the held item to itself."""
        if not declared.window.contains(self.rules.now):
            return False
        if not isinstance(declared, DeclaredGrant):
            return True
        return declared.window.expires == held.expires and not (declared.status == ACTIVE and held.waits)

    def _end(self, declared: DeclaredItem | None, held: HeldItem) -> date | datetime | None:
        """The end that the item gets: a grant the one it has; a tag keeps the one that is yet to come."""
        timezone = self.rules.policy.timezone
        if declared is None or isinstance(declared, DeclaredGrant):
            return held.end(timezone)
        window = declared.window
        return None if window.lapsed(self.rules.now) else written_end(window.expires, timezone)

    def _dropped_keys(self, own: DeclaredItem, held: HeldItem) -> Iterator[str]:
        if own.window.pending(self.rules.now):
            yield "starts"
        if isinstance(own, DeclaredGrant) and own.status == ACTIVE and held.waits:
            yield "status"


def _changed_fields(declaration: Declaration, contact: Contact) -> dict[Facet, Fields]:
    """The live values of the declared fields that have others."""
    changed = {
        facet: {
            name: live.get(name)
            for name, value in sorted(declaration.fields(facet).items())
            if not is_same_value(name, value, live.get(name))
        }
        for facet in FIELDS
        for live in [contact.state.fields(facet)]
        if contact.state.has(facet)
    }
    return {facet: fields for facet, fields in changed.items() if fields}


def _field_obstacles(declaration: Declaration, contact: Contact) -> Iterator[Omission]:
    """The declared fields that can't take over the live value."""
    for facet in FIELDS:
        if declaration.manages(facet) and not contact.state.has(facet):
            yield unread(contact.identity, facet)
    for facet, fields in _changed_fields(declaration, contact).items():
        for name, value in fields.items():
            why = _field_fault(declaration, facet, name, value)
            if why:
                remedy = "correct it in Evance, or take it out of the entry"
                yield Omission(contact.identity, f"{facet}.{name}", why, remedy)


def _field_fault(declaration: Declaration, facet: Facet, name: str, value: str | None) -> str:
    if not can_declare_field(facet, name, value):
        return "its value in the account is none that a declaration may give"
    # An entry that gives an address to a contact must be the only one that names it.
    if (facet, name) == (Facet.PROFILE, "email") and not is_same_value("email", declaration.email, value):
        return "the entry gives the contact another address than it has"
    return ""
