"""The roles and tags that a contact holds, as they can be declared, and what can't be declared of them."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from reconcile.model.contact import ACTIVE, PENDING, Contact, Grant, Identity, State
from reconcile.model.declaration import NO_DECLARATION, Declaration
from reconcile.model.edits import Omission, WrittenItem
from reconcile.model.facets import Facet, tag_key
from reconcile.model.settings import Policy
from reconcile.plan.fold import fold, ignore_pattern
from reconcile.text import quoted

from .declarable import can_declare, written_end, written_tag

WAITED = "waited for approval when imported"
"""The comment of a grant that is declared by name alone, and is not active yet.

In the past, since comments stay: once the grant is active, "waits" would hide access from a reader.
"""


@dataclass(frozen=True, slots=True)
class ImportRules:
    """By what a contact is turned into declarations: the configuration, the clock, and what others have.

    ``spellings`` has the usual spelling of each tag by its key. ``roles`` are the references of the account's
    roles; None where they are not known.
    """

    policy: Policy
    now: datetime
    spellings: Mapping[str, str] = field(default_factory=dict)
    roles: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class HeldItem:
    """An item that a contact holds: its name as it is to be written, and when it ends by itself."""

    name: str
    expires: datetime | None = None
    waits: bool = False

    def written(self, timezone: str) -> WrittenItem:
        """The item as it is to stand in a list."""
        return WrittenItem(self.name, self.end(timezone), WAITED if self.waits else "")

    def end(self, timezone: str) -> date | datetime | None:
        """The end of its window as it is to be written."""
        return written_end(self.expires, timezone)


@dataclass(frozen=True, slots=True)
class Undeclarable:
    """An item that can't be declared, or, with an empty key, the whole facet.

    ``kept`` where the fold keeps it undeclared; then the others of the facet may be declared, unless it is a
    grant: each later write of the roles would set the contact aside.
    """

    key: str
    report: Omission
    kept: bool = False
    blocks: bool = True


@dataclass(frozen=True, slots=True)
class HeldSet:
    """What a contact holds of one facet by the items' keys, without what is ignored or has expired."""

    facet: Facet
    items: Mapping[str, HeldItem]
    undeclarable: tuple[Undeclarable, ...] = ()

    @property
    def is_declarable(self) -> bool:
        """False where a declaration of the facet would not leave the contact as it is."""
        return not any(fault.blocks for fault in self.undeclarable)

    def written(self, timezone: str) -> tuple[WrittenItem, ...]:
        """All items, sorted by their keys."""
        return tuple(self.items[key].written(timezone) for key in sorted(self.items))


def held_set(
    contact: Contact, facet: Facet, rules: ImportRules, declaration: Declaration = NO_DECLARATION
) -> HeldSet:
    """What a contact holds of a facet, to be declared under the modes of that entry."""
    if not contact.state.has(facet):
        return HeldSet(facet, {}, (Undeclarable("", unread(contact.identity, facet)),))
    return (_held_roles if facet is Facet.ROLES else _held_tags)(contact, rules, declaration)


def unread(identity: Identity, facet: Facet) -> Omission:
    """The account did not tell a whole facet."""
    why = "the account shows this in a form that is not understood"
    return Omission(identity, facet.value, why, "look at the contact in Evance")


def _held_roles(contact: Contact, rules: ImportRules, declaration: Declaration) -> HeldSet:
    grants = [grant for grant in contact.state.roles or () if _counts(grant, rules)]
    faults = {grant.reference: fault for grant in grants if (fault := _grant_fault(grant, rules))}
    items = {
        grant.reference: HeldItem(grant.reference, grant.expires, grant.status == PENDING)
        for grant in grants
        if grant.reference not in faults
    }
    undeclarable = (
        Undeclarable(
            grant.reference,
            Omission(contact.identity, f"role {quoted(grant.reference)}", *faults[grant.reference]),
            _is_kept(Facet.ROLES, State(roles=(grant,)), rules, declaration),
        )
        for grant in grants
        if grant.reference in faults
    )
    return HeldSet(Facet.ROLES, items, tuple(undeclarable))


def _counts(grant: Grant, rules: ImportRules) -> bool:
    return grant.held(rules.now) and ignore_pattern(Facet.ROLES, grant.reference, rules.policy) is None


def _grant_fault(grant: Grant, rules: ImportRules) -> tuple[str, str] | None:
    """Why a grant can't be declared, and what to do about it."""
    if not grant.readable:
        return "its status or its expiry can't be read", "set both in Evance, then import again"
    if grant.status not in {ACTIVE, PENDING}:
        return f"it is {quoted(grant.status)}", "approve or remove it in Evance, then import again"
    if not can_declare(grant.reference):
        return "its reference holds signs that nobody sees", "give the role another reference in Evance"
    if rules.roles is not None and grant.reference not in rules.roles:
        return "the account has no such role", "remove the grant in Evance, or make the role again"
    return None


def _held_tags(contact: Contact, rules: ImportRules, declaration: Declaration) -> HeldSet:
    items, undeclarable = {}, []
    for key, values in sorted(_by_key(contact.state.tags or ()).items()):
        if ignore_pattern(Facet.TAGS, key, rules.policy) is not None:
            continue
        name = rules.spellings.get(key) or written_tag(values[0])
        if name is not None:
            items[key] = HeldItem(name)
        else:
            undeclarable.append(_undeclarable_tag(contact.identity, key, values, rules, declaration))
    return HeldSet(Facet.TAGS, items, tuple(undeclarable))


def _undeclarable_tag(
    identity: Identity, key: str, values: list[str], rules: ImportRules, declaration: Declaration
) -> Undeclarable:
    why = "it is blank, or holds signs that nobody sees"
    report = Omission(identity, f"tag {quoted(key)}", why, "correct or remove it in Evance")
    kept = _is_kept(Facet.TAGS, State(tags=tuple(values)), rules, declaration)
    return Undeclarable(key, report, kept, blocks=not kept)


def _is_kept(facet: Facet, state: State, rules: ImportRules, declaration: Declaration) -> bool:
    """Whether the fold keeps an item that an entry of these modes does not declare."""
    empty = Declaration(declaration.place, modes=declaration.modes).with_sets({facet: ()})
    return bool(fold(empty, state, rules.policy, rules.now).target.items(facet))


def usual_spellings(contacts: Iterable[Contact], declarations: Iterable[Declaration]) -> dict[str, str]:
    """How each tag is spelt: as most entries of the folder do, else as most contacts do."""
    declared = Counter(tag.name for entry in declarations for tag in entry.tags or ())
    live = Counter(_written_tags(contacts))
    return {**_most_frequent(live), **_most_frequent(declared)}


def _written_tags(contacts: Iterable[Contact]) -> Iterator[str]:
    for contact in contacts:
        for value in contact.state.tags or ():
            name = written_tag(value)
            if name is not None:
                yield name


def _most_frequent(counts: Counter[str]) -> dict[str, str]:
    return {key: min(names, key=lambda name: (-counts[name], name)) for key, names in _by_key(counts).items()}


def _by_key(tags: Iterable[str]) -> dict[str, list[str]]:
    by_key: defaultdict[str, list[str]] = defaultdict(list)
    for tag in sorted(tags):
        by_key[tag_key(tag)].append(tag)
    return by_key
