"""The live account as lists: its contacts, and its roles with those who hold them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from reconcile.model.contact import Grant, Identity, OtherTag, Role


class HoldingStatus(StrEnum):
    """How a role can be asked to be held. What is expired is held no more, whatever its status was."""

    ACTIVE = "active"
    PENDING = "pending"
    EXPIRED = "expired"


NOT_TOLD = "not told"
"""How a role is held whose status or expiry the account does not tell."""


@dataclass(frozen=True, slots=True)
class HeldRole:
    """A role as a contact holds it at the instant of the list. ``expired``: its own expiry has passed."""

    grant: Grant
    expired: bool = False

    @property
    def holding(self) -> str:
        """How it is held: ``active``, ``pending``, another word of the account, ``expired``, ``not told``."""
        if self.expired:
            return HoldingStatus.EXPIRED.value
        return (self.grant.readable and self.grant.status) or NOT_TOLD


@dataclass(frozen=True, slots=True)
class ListedContact:
    """A contact with what it holds; a set that the account did not tell is None."""

    contact: Identity
    roles: tuple[HeldRole, ...] | None
    tags: tuple[str, ...] | None
    other_tags: tuple[OtherTag, ...] = ()

    @property
    def untold(self) -> tuple[str, ...]:
        """The sets that the account did not tell."""
        return tuple(name for name in ("roles", "tags") if getattr(self, name) is None)


@dataclass(frozen=True, slots=True)
class UncertainContact:
    """A contact that may belong in the list, too: the account did not tell enough of it, for this reason."""

    contact: Identity
    reason: str


@dataclass(frozen=True, slots=True)
class ListSelectors:
    """What was asked for: a contact counts if it meets one selector of each kind that is given.

    ``roles`` and ``tags`` are patterns as under ``ignore``. ``status`` and ``expires_within`` (in days) are
    about the same grant as ``roles``. A role whose expiry has passed
    counts only where ``status`` asks for it.
    """

    roles: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    status: HoldingStatus | None = None
    expires_within: int | None = None

    @property
    def of_grants(self) -> bool:
        """True when something is asked of how a role is held, or of which one."""
        return bool(self.roles or self.status or self.expires_within is not None)


@dataclass(frozen=True, slots=True)
class ListHead:
    """What was read, and when. ``total`` is the number of contacts of the account.

    ``uncertain`` are the contacts that may belong in the list, too. ``gap`` says why even the number of
    contacts is in doubt; empty where the account was listed whole.
    """

    tool_version: str
    target: str
    account: str
    as_of: datetime
    timezone: str
    asked: ListSelectors
    total: int
    uncertain: tuple[UncertainContact, ...] = ()
    gap: str = ""

    @property
    def complete(self) -> bool:
        """True when nothing can be missing."""
        return not self.gap and not self.uncertain


@dataclass(frozen=True, slots=True)
class ContactList:
    """The contacts that meet the selectors, sorted by e-mail address."""

    head: ListHead
    contacts: tuple[ListedContact, ...]


@dataclass(frozen=True, slots=True)
class RoleHolder:
    """Who holds a role, and how."""

    contact: Identity
    held: HeldRole


@dataclass(frozen=True, slots=True)
class ListedRole:
    """A role with its holders, sorted by e-mail address.

    ``in_account``: the account lists it; a contact can hold one that is deleted. The others are what the
    configuration says of it: that no plan may touch it, that its grants are guarded, that it is left alone.
    """

    role: Role
    holders: tuple[RoleHolder, ...] = ()
    in_account: bool = True
    protected: bool = False
    privileged: bool = False
    ignored: bool = False

    def by_holding(self) -> Iterator[tuple[str, list[RoleHolder]]]:
        """How it is held with those who hold it so: the active first, the expired last."""
        found: dict[str, list[RoleHolder]] = {}
        for holder in self.holders:
            found.setdefault(holder.held.holding, []).append(holder)
        for holding in sorted(found, key=_holding_order):
            yield holding, found[holding]


def _holding_order(holding: str) -> tuple[int, str]:
    first = [HoldingStatus.ACTIVE.value, HoldingStatus.PENDING.value]
    last = {NOT_TOLD: 8, HoldingStatus.EXPIRED.value: 9}
    return first.index(holding) if holding in first else last.get(holding, 5), holding


@dataclass(frozen=True, slots=True)
class RoleList:
    """The roles of the account, sorted by reference; those that nobody holds, too."""

    head: ListHead
    roles: tuple[ListedRole, ...]
