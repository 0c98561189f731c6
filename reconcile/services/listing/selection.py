"""Which contacts meet the selectors of a list: those that do, and those of which nobody knows."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from reconcile.model.contact import Contact, Grant
from reconcile.model.facets import Facet
from reconcile.model.reports.account_lists import NOT_TOLD, HeldRole, HoldingStatus, ListSelectors
from reconcile.model.settings import first_match


@dataclass(frozen=True, slots=True)
class ContactSelection:
    """The selectors of a list at an instant.

    An answer is True, False, or None where what the account told of the contact leaves it open. ``by_role``:
    the list is one of roles, so that each holding counts for itself, and an expired one where no other is
    asked for.
    """

    selectors: ListSelectors
    now: datetime
    by_role: bool = False

    def meets(self, contact: Contact) -> bool | None:
        """Whether the contact meets one selector of each kind that is given."""
        answers = (self._has_type(contact), self._has_tag(contact), self._has_role(contact))
        if False in answers:
            return False
        return None if None in answers else True

    def is_open(self, contact: Contact) -> bool:
        """Whether the contact, or what it holds, may belong in the list, which nobody knows."""
        answer = self.meets(contact)
        holds_open = self.by_role and any(self.wants(held) is None for held in self.roles(contact) or ())
        return answer is None or bool(answer and holds_open)

    def roles(self, contact: Contact) -> tuple[HeldRole, ...] | None:
        """What the contact holds, and held; None where the account did not tell."""
        grants = contact.state.roles
        return None if grants is None else tuple(map(self.held, grants))

    def held(self, grant: Grant) -> HeldRole:
        """The grant at that instant; an end may be told by its date or as a status."""
        return HeldRole(grant, expired=not grant.held(self.now) or grant.status == HoldingStatus.EXPIRED)

    def wants(self, held: HeldRole) -> bool | None:
        """Whether a role, as it is held, is one of those that are asked for."""
        patterns = self.selectors.roles
        if patterns and first_match(patterns, Facet.ROLES, held.grant.reference) is None:
            return False
        status, within = self.selectors.status, self.selectors.expires_within
        if held.expired:
            unasked = self.by_role and status is None and within is None
            return unasked or status is HoldingStatus.EXPIRED
        if held.holding == NOT_TOLD and (status or within is not None):
            return None
        if status is not None and held.holding != status:
            return False
        return within is None or self._ends_within(held.grant, within)

    def _ends_within(self, grant: Grant, days: int) -> bool:
        return grant.expires is not None and grant.expires - self.now <= timedelta(days=days)

    def _has_type(self, contact: Contact) -> bool:
        return not self.selectors.types or contact.identity.type in self.selectors.types

    def _has_tag(self, contact: Contact) -> bool | None:
        patterns, tags = self.selectors.tags, contact.state.tags
        if not patterns or tags is None:
            return None if patterns else True
        return any(first_match(patterns, Facet.TAGS, tag) is not None for tag in tags)

    def _has_role(self, contact: Contact) -> bool | None:
        if not self.selectors.of_grants:
            return True
        roles = self.roles(contact)
        return None if roles is None else _any(map(self.wants, roles))


def _any(answers: Iterable[bool | None]) -> bool | None:
    """True where one is, else None where one is open."""
    found = set(answers)
    return True if True in found else None if None in found else False


def unmatched(patterns: Iterable[str], facet: Facet, names: Iterable[str]) -> Iterator[str]:
    """The patterns that none of these names matches."""
    known = set(names)
    for pattern in patterns:
        if not any(first_match([pattern], facet, name) for name in known):
            yield pattern
