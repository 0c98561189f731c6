"""The lists of a project's account: contacts, and roles with their holders. No declaration is read."""

from collections.abc import Collection, Iterable, Iterator

from reconcile import __version__
from reconcile.errors import UsageError
from reconcile.evance.reader import Reader
from reconcile.model.contact import ADDABLE_TYPES, Contact, Role
from reconcile.model.facets import SETS, Facet
from reconcile.model.guards import GRANTING_ROLES
from reconcile.model.reports.account_lists import (
    ContactList,
    ListedContact,
    ListedRole,
    ListHead,
    ListSelectors,
    RoleHolder,
    RoleList,
)
from reconcile.model.settings import Policy, first_match
from reconcile.services.accounts import check_clock, open_reader, warn_of_clock
from reconcile.services.caller import Console
from reconcile.services.project import Project
from reconcile.text import did_you_mean, listed, quoted

from .live_contacts import LiveContacts, read_live_contacts
from .selection import ContactSelection, unmatched

_TYPES = (*ADDABLE_TYPES, "hq")
"""The types that contacts have (Evance help: the Contact object)."""


def list_contacts(project: Project, selectors: ListSelectors, console: Console) -> ContactList:
    """The contacts of the project's account that meet the selectors, with their roles and tags.

    UsageError: a role or type that was asked for does not exist.
    """
    selection = ContactSelection(selectors, project.now)
    with console.progress() as progress, open_reader(project, console) as account:
        found = read_live_contacts(account, selection, SETS, progress)
        _refuse_unknown_types(selectors.types, found.everybody)
        held = _held_roles(found)
        if any(unmatched(selectors.roles, Facet.ROLES, held)):
            _refuse_unknown_roles(selectors.roles, {*held, *_references(account.roles())})
        _tell_unknown_tags(selectors.tags, found, console)
        warn_of_clock(check_clock(project, account), console)
        head = _head(project, account, selectors, found)
    return ContactList(head, tuple(_listed(contact, selection) for contact in found.meant))


def list_roles(project: Project, selectors: ListSelectors, console: Console) -> RoleList:
    """The roles of the project's account, each with those of its holders who meet the selectors.

    Without a status they are also those who held it once: they are told apart.

    UsageError: a role or type that was asked for does not exist.
    """
    selection = ContactSelection(selectors, project.now, by_role=True)
    with console.progress() as progress, open_reader(project, console) as account:
        roles = account.roles()
        needed = SETS if selectors.tags else (Facet.ROLES,)
        found = read_live_contacts(account, selection, needed, progress)
        _refuse_unknown_types(selectors.types, found.everybody)
        _refuse_unknown_roles(selectors.roles, {*_held_roles(found), *_references(roles)})
        _tell_unknown_tags(selectors.tags, found, console)
        warn_of_clock(check_clock(project, account), console)
        head = _head(project, account, selectors, found)
    holders = _holders(found.meant, selection)
    return RoleList(head, tuple(_listed_roles(roles, holders, selectors, project.settings.policy)))


def _head(project: Project, account: Reader, selectors: ListSelectors, found: LiveContacts) -> ListHead:
    return ListHead(
        tool_version=__version__,
        target=project.target.name,
        account=account.connection.account,
        as_of=project.now,
        timezone=project.settings.policy.timezone,
        asked=selectors,
        total=found.total,
        uncertain=found.uncertain,
        gap=found.gap,
    )


def _listed(contact: Contact, selection: ContactSelection) -> ListedContact:
    state = contact.state
    return ListedContact(contact.identity, selection.roles(contact), state.tags, state.other_tags)


def _holders(contacts: Iterable[Contact], selection: ContactSelection) -> dict[str, list[RoleHolder]]:
    """The holders that are asked for, by role."""
    holders: dict[str, list[RoleHolder]] = {}
    for contact in contacts:
        for held in selection.roles(contact) or ():
            if selection.wants(held):
                holders.setdefault(held.grant.reference, []).append(RoleHolder(contact.identity, held))
    return holders


def _listed_roles(
    roles: Iterable[Role], holders: dict[str, list[RoleHolder]], selectors: ListSelectors, policy: Policy
) -> Iterator[ListedRole]:
    known = {role.reference: role for role in roles}
    for reference in sorted({*known, *holders}):
        if not selectors.roles or first_match(selectors.roles, Facet.ROLES, reference) is not None:
            role, held = known.get(reference, Role(reference)), tuple(holders.get(reference, ()))
            yield _with_marks(ListedRole(role, held, reference in known), policy)


def _with_marks(row: ListedRole, policy: Policy) -> ListedRole:
    """The role with what the configuration says of it."""

    def is_one_of(patterns: Iterable[str]) -> bool:
        return first_match(patterns, Facet.ROLES, row.role.reference) is not None

    return ListedRole(
        row.role,
        row.holders,
        row.in_account,
        protected=is_one_of(policy.protect.roles),
        privileged=is_one_of(policy.guards.of(GRANTING_ROLES)),
        ignored=is_one_of(policy.ignore.roles),
    )


def _held_roles(found: LiveContacts) -> set[str]:
    return {grant.reference for contact in found.everybody for grant in contact.state.roles or ()}


def _references(roles: Iterable[Role]) -> set[str]:
    return {role.reference for role in roles}


def _refuse_unknown_roles(patterns: Iterable[str], known: Collection[str]) -> None:
    for pattern in unmatched(patterns, Facet.ROLES, known):
        near = did_you_mean(pattern, known)
        advice = near or f"; it has {listed(list(map(quoted, sorted(known)))) or 'none'}"
        raise UsageError(f"--role: the account has no role {quoted(pattern)}{advice}")


def _refuse_unknown_types(types: Iterable[str], contacts: Iterable[Contact]) -> None:
    known = {*_TYPES, *(contact.identity.type for contact in contacts)} - {""}
    for name in types:
        if name not in known:
            advice = did_you_mean(name, known) or f"; there are {listed(sorted(known))}"
            raise UsageError(f"--type: no contact is of type {quoted(name)}{advice}")


def _tell_unknown_tags(patterns: Iterable[str], found: LiveContacts, console: Console) -> None:
    """The account has no list of tags: one that nobody has is no error, but may be misspelt."""
    known = {tag for contact in found.everybody for tag in contact.state.tags or ()}
    for pattern in unmatched(patterns, Facet.TAGS, known):
        console.note(
            f"Note: no contact is known to have the tag {quoted(pattern)}{did_you_mean(pattern, known)}"
        )
