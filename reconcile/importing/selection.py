"""Which live contacts an import is about."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase

from reconcile.model.contact import USER, Contact, email_key, in_force, item_name
from reconcile.model.facets import FACETS, SETS, Facet
from reconcile.model.settings import Policy
from reconcile.plan.fold import ignore_pattern
from reconcile.plan.naming import parse_contact_id


@dataclass(frozen=True, slots=True)
class Selectors:
    """What was asked for: a contact counts that meets one selector of each kind that is given.

    ``roles`` and ``tags`` are patterns as under ``ignore``. Names, be they ``emails``, ``ids`` or
    ``references``, are one kind. Without any selector all contacts count.
    """

    roles: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    references: tuple[str, ...] = ()

    @property
    def by_name(self) -> bool:
        """True when contacts are asked for by name."""
        return bool(self.emails or self.ids or self.references)


@dataclass(frozen=True, slots=True)
class Unmet:
    """A selector that no contact meets: the option without its dashes (``role``), and its value."""

    option: str
    value: str


@dataclass(frozen=True, slots=True)
class SelectedContacts:
    """The contacts that are meant, sorted; ``by_name`` when they were asked for by name.

    ``holding_nothing`` is how many were left out, since they hold no role or tag that may be managed.
    """

    contacts: tuple[Contact, ...] = ()
    by_name: bool = False
    holding_nothing: int = 0
    unmet: tuple[Unmet, ...] = ()


def select(
    contacts: Iterable[Contact],
    selectors: Selectors,
    policy: Policy,
    now: datetime,
    declared: Collection[str] = (),
) -> SelectedContacts:
    """The contacts that are meant.

    One that holds nothing to be managed is left out, unless it is named, or its id is among the ``declared``:
    then its entry may give it what it has no more.
    """
    everyone = tuple(sorted(contacts, key=_order))
    kinds = _kinds(selectors, everyone, now)
    meant = [contact for contact in everyone if all(_meets(contact, kind) for kind in kinds)]
    kept = [
        contact
        for contact in meant
        if selectors.by_name or contact.identity.id in declared or holds_something(contact, policy, now)
    ]
    unmet = (
        selector.named
        for kind in kinds
        for selector in kind
        if not any(selector.meets(contact) for contact in everyone)
    )
    return SelectedContacts(tuple(kept), selectors.by_name, len(meant) - len(kept), tuple(unmet))


def _order(contact: Contact) -> tuple[str, str, str]:
    """As a plan sorts its contacts."""
    identity = contact.identity
    return email_key(identity.email), identity.reference or "", identity.id


@dataclass(frozen=True, slots=True)
class _Selector:
    named: Unmet
    meets: Callable[[Contact], bool]


def _meets(contact: Contact, kind: Sequence[_Selector]) -> bool:
    return any(selector.meets(contact) for selector in kind)


def _kinds(selectors: Selectors, everyone: Sequence[Contact], now: datetime) -> list[list[_Selector]]:
    """The selectors by kind, without the kinds that are not given."""
    kinds = (
        [_holding(Facet.ROLES, "role", pattern, now) for pattern in selectors.roles],
        [_holding(Facet.TAGS, "tag", pattern, now) for pattern in selectors.tags],
        [_of_type(name) for name in selectors.types],
        list(_named(selectors, everyone)),
    )
    return [kind for kind in kinds if kind]


def _holding(facet: Facet, option: str, pattern: str, now: datetime) -> _Selector:
    key = FACETS[facet].item_key

    def meets(contact: Contact) -> bool:
        items = (item for item in contact.state.items(facet) if in_force(item, now))
        return any(fnmatchcase(key(item_name(item)), key(pattern)) for item in items)

    return _Selector(Unmet(option, pattern), meets)


def _of_type(name: str) -> _Selector:
    return _Selector(Unmet("type", name), lambda contact: contact.identity.type == name)


def _named(selectors: Selectors, everyone: Sequence[Contact]) -> Iterator[_Selector]:
    """Guests repeat addresses: an e-mail means the user who has it, and others only where no user does."""
    users = {email_key(one.identity.email) for one in everyone if one.identity.type == USER}
    for email in selectors.emails:
        yield _Selector(Unmet("email", email), _has_email(email_key(email), users))
    for number in selectors.ids:
        yield _Selector(Unmet("id", number), _has_id(parse_contact_id(number) or number))
    for reference in selectors.references:
        yield _Selector(Unmet("reference", reference), _has_reference(reference))


def _has_email(key: str, users: set[str]) -> Callable[[Contact], bool]:
    def meets(contact: Contact) -> bool:
        identity = contact.identity
        return email_key(identity.email) == key and (identity.type == USER or key not in users)

    return meets


def _has_id(number: str) -> Callable[[Contact], bool]:
    return lambda contact: contact.identity.id == number


def _has_reference(reference: str) -> Callable[[Contact], bool]:
    return lambda contact: contact.identity.reference == reference


def holds_something(contact: Contact, policy: Policy, now: datetime) -> bool:
    """True when a contact holds a role or tag that may be managed; a set that was not read may hold one."""
    return any(
        not contact.state.has(facet)
        or any(
            in_force(item, now) and ignore_pattern(facet, item_name(item), policy) is None
            for item in contact.state.items(facet)
        )
        for facet in SETS
    )
