"""What is said of a plan's base, of what is declared no longer, and of what additive mode keeps."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from reconcile.model.baseline import AdditiveHolder, AdditiveItem, NoLonger, Scope, Undeclared
from reconcile.model.contact import Identity
from reconcile.model.facets import FACETS, SETS, Facet
from reconcile.model.plans.plan import Plan
from reconcile.render.escape import Dialect, visible
from reconcile.text import LISTED_CHARACTERS, LISTED_NAMES, count, listed, verb_form

from .names import BELOW, named_with_id, names, place_text

_SHORT_COMMIT = 7
"""Characters of a commit's name, as Git shows it short."""

_ROOM = 60
"""Maximum number of characters that a warning spends on an item beside its name and its contact's."""


@dataclass(frozen=True, slots=True)
class Warned:
    """A warning, and what to do about it; the advice is empty where that is plain."""

    text: str
    advice: str = ""

    @property
    def sentence(self) -> str:
        """Both in one, for formats that show them in one piece."""
        return f"{self.text}; {self.advice}" if self.advice else self.text


def scope_sentence(scope: Scope | None, dialect: Dialect) -> str:
    """What a plan is cut down to; empty for a plan of everything.

    ``Against main at 4f2a9c1: 3 of 3,000 declarations differ; the others were not looked at.``
    """
    if scope is None:
        return ""
    lead = _against(scope, dialect) + (f"only {names(scope.only, dialect)}" if scope.only else "")
    number = len(scope.contacts)
    verb = f" {verb_form(number, 'differs', 'differ')}" if scope.base else ""
    looked_at = f"{number:,} of {count(scope.declared, 'declaration')}{verb}"
    others = "; the others were not looked at" if number < scope.declared else ""
    return f"{lead[:1].upper()}{lead[1:].removesuffix(', ')}: {looked_at}{others}."


def _against(scope: Scope, dialect: Dialect) -> str:
    if scope.base is None:
        return ""
    short = scope.base[:_SHORT_COMMIT]
    ref = scope.ref if scope.ref and not scope.base.startswith(scope.ref) else ""
    return f"against {dialect.name(ref) + ' at ' if ref else ''}{dialect.name(short)}, "


def undeclared_contacts(plan: Plan) -> int:
    """How many contacts are no longer declared."""
    return len(_by_contact(row for row in plan.undeclared if row.what is NoLonger.CONTACT))


def undeclared_warnings(plan: Plan, dialect: Dialect, rest: str = BELOW) -> Iterator[Warned]:
    """The contacts, facets and items that are declared no longer, with what stays of them.

    ``rest`` says where those are that a warning has no room for.
    """
    rows = {what: [row for row in plan.undeclared if row.what is what] for what in NoLonger}
    yield from _contacts(rows[NoLonger.CONTACT], dialect, rest)
    yield from _facets(rows[NoLonger.FACET], dialect, rest)
    yield from _items(rows[NoLonger.ITEM], dialect, rest)


def _contacts(rows: list[Undeclared], dialect: Dialect, rest: str) -> Iterator[Warned]:
    contacts = _by_contact(rows)
    if not contacts:
        return
    one = len(contacts) == 1
    event = (
        "is no longer declared and keeps what it has"
        if one
        else "are no longer declared and keep what they have"
    )
    shown = listed([_holding(contact, dialect, rest=rest) for contact in contacts], "; ", rest)
    advice = f"to take it away, declare {'it' if one else 'them'} with state: absent"
    yield Warned(f"{count(len(contacts), 'contact')} {event}: {shown}", advice)


def _facets(rows: list[Undeclared], dialect: Dialect, rest: str) -> Iterator[Warned]:
    contacts = _by_contact(rows)
    if not contacts:
        return
    event = (
        "keeps what its declaration no longer manages"
        if len(contacts) == 1
        else "keep what their declarations no longer manage"
    )
    shown = listed([_holding(contact, dialect, kinds=True, rest=rest) for contact in contacts], "; ", rest)
    advice = f"to take it away, declare {' and '.join(f'{facet}: []' for facet in _facets_of(rows))}"
    yield Warned(f"{count(len(contacts), 'contact')} {event}: {shown}", advice)


def _items(rows: list[Undeclared], dialect: Dialect, rest: str) -> Iterator[Warned]:
    if not rows:
        return
    verb = verb_form(len(rows), "is no longer declared and stays", "are no longer declared and stay")
    shown = [f"{_item(row, dialect, kinds=True)} of {named_with_id(row.contact, dialect)}" for row in rows]
    why = verb_form(len(rows), "its facet is additive", "their facets are additive")
    text = f"{count(len(rows), 'item')} {verb}, since {why}: {listed(shown, '; ', rest)}"
    modes = ", ".join(f"{facet}: authoritative" for facet in _facets_of(rows))
    it, contacts = ("it", "that contact") if len(rows) == 1 else ("them", "those contacts")
    declared = f"declare {contacts} with manage: {{{modes}}}, which takes all else that is not declared, too"
    whom = "all declared contacts that have no 'manage' of their own"
    for_all = f"or name {it} under 'authoritative' in reconcile.yaml, for {whom}"
    yield Warned(text, f"to take {it} away, {declared}; {for_all}")


def _facets_of(rows: list[Undeclared]) -> list[Facet]:
    return [facet for facet in Facet if any(row.facet is facet for row in rows)]


def _by_contact(rows: Iterable[Undeclared]) -> list[list[Undeclared]]:
    """The rows of each contact, in the order of their first ones."""
    contacts: dict[Identity, list[Undeclared]] = {}
    for row in rows:
        contacts.setdefault(row.contact, []).append(row)
    return list(contacts.values())


def _holding(
    rows: list[Undeclared], dialect: Dialect, *, kinds: bool = False, rest: str | None = None
) -> str:
    """``pippa@rowe.example.org (contact 40): customer, newsletter``; all items, unless the rest is told."""
    told = [_item(row, dialect, kinds=kinds) for row in rows if row.item is not None]
    items = ", ".join(told) if rest is None else listed(told, rest=rest)
    if not all(row.looked_at for row in rows):
        items += ", and not all was looked at" if items else "what that is was not looked at"
    return f"{named_with_id(rows[0].contact, dialect)}: {items or 'nothing'}"


def _item(row: Undeclared, dialect: Dialect, *, kinds: bool = False) -> str:
    """The item; with its kind unless it is a role, or where all kinds are told."""
    spec = FACETS.get(row.facet) if row.facet else None
    kind = f"{spec.noun} " if spec and (kinds or row.facet is not Facet.ROLES) else ""
    return f"{kind}{dialect.name(row.item or '')}"


@dataclass(frozen=True, slots=True)
class UndeclaredText:
    """What is declared no longer, contact by contact, in one dialect; warnings name the first ones only."""

    plan: Plan
    dialect: Dialect

    @property
    def told_whole(self) -> bool:
        """True when the warnings surely name all of it: few contacts with few items and short names."""
        holders = self.holders()
        shown = [row.contact.label + (row.item or "") for rows in holders for row in rows]
        size = sum(len(visible(name)) + _ROOM for name in shown)
        longest = max([len(holders), *map(len, holders)])
        return longest <= LISTED_NAMES and size <= LISTED_CHARACTERS

    def holders(self) -> list[list[Undeclared]]:
        """The rows of each contact and kind, whole contacts first."""
        by_kind = ([row for row in self.plan.undeclared if row.what is what] for what in NoLonger)
        return [rows for kind in by_kind for rows in _by_contact(kind)]

    def holding(self, rows: list[Undeclared]) -> str:
        """``pippa@rowe.example.org (contact 40): customer, newsletter``; of what kind it is, unless whole."""
        kind = _KINDS[rows[0].what]
        return f"{_holding(rows, self.dialect, kinds=bool(kind))}{kind}"

    def source(self, rows: list[Undeclared]) -> str:
        """Where the base declares it; empty where only the record tells of it."""
        place = rows[0].source
        return f", was declared in {place_text(place, self.dialect)}" if place else ""


_KINDS = {
    NoLonger.CONTACT: "",
    NoLonger.FACET: ", no longer managed",
    NoLonger.ITEM: ", additive",
}


@dataclass(frozen=True, slots=True)
class AdditiveText:
    """What additive mode keeps, and ``manage: authoritative`` would revoke today, in one dialect."""

    plan: Plan
    dialect: Dialect

    def sentence(self) -> str:
        """How many contacts would lose what, without a full stop; empty where nobody would.

        ``Kept by additive mode: authoritative would revoke customer from 812 contacts, preview from 3``
        """
        return f"{self.headline()}: {self.effect()}" if self.plan.would_revoke else ""

    def headline(self) -> str:
        """What is counted, and among whom."""
        among = ", of the contacts that were looked at" if self.plan.scope else ""
        return f"Kept by additive mode{among}"

    def effect(self) -> str:
        """How many contacts would lose what."""
        kinds = [self._kind(items) for facet in SETS if (items := self._of(facet))]
        return f"authoritative would revoke {'; '.join(kinds)}"

    def _of(self, facet: Facet) -> list[AdditiveItem]:
        return [item for item in self.plan.would_revoke if item.facet is facet]

    def _kind(self, items: list[AdditiveItem]) -> str:
        """The items of one facet; which one it is stands before all but roles."""
        first, *others = items
        told = [self._counted(first, count(len(first.holders), "contact"))]
        told += [self._counted(item, f"{len(item.holders):,}") for item in others]
        lead = "" if first.facet is Facet.ROLES else f"{first.facet}: "
        return lead + listed(told)

    def _counted(self, item: AdditiveItem, number: str) -> str:
        inactive = f" ({item.inactive:,} not active)" if item.inactive else ""
        return f"{self.dialect.name(item.item)} from {number}{inactive}"

    def rows(self) -> Iterator[tuple[AdditiveItem, AdditiveHolder]]:
        """Each item with each contact that keeps it."""
        return ((item, holder) for item in self.plan.would_revoke for holder in item.holders)

    def holder(self, holder: AdditiveHolder) -> str:
        """``bob@email.com (contact 13)``, and the status of a grant that opens nothing."""
        status = f": {self.dialect.name(holder.status)}, so it opens nothing" if holder.status else ""
        return f"{named_with_id(holder.contact, self.dialect)}{status}"
