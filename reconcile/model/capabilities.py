"""How an account's server behaves where the API's documents are silent."""

from dataclasses import dataclass
from enum import StrEnum

from .facets import Facet
from .settings import UpdateMethod

LARGEST_PAGE = 1_000
"""The most contacts that are asked for at once, whatever the account would give."""


class SetSource(StrEnum):
    """Where roles or tags are read: in the list's rows where these tell them, or contact by contact."""

    LIST = "list"
    CONTACT = "contact"


class Numbering(StrEnum):
    """Whether both versions of the API know a contact by the same id."""

    SAME = "same"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Capabilities:
    """How an account's server behaves where its documents are silent. The defaults are the safe assumptions.

    ``accounts`` are the hosts this holds for, none of them named: any. ``update_method`` None means as the
    target is configured. ``page_size`` is in contacts. ``refuse`` are the sets that must not be written.
    """

    accounts: tuple[str, ...] = ()
    update_method: UpdateMethod | None = None
    page_size: int = 100
    roles_from: SetSource = SetSource.LIST
    tags_from: SetSource = SetSource.LIST
    contact_ids: Numbering = Numbering.SAME
    refuse: tuple[Facet, ...] = ()

    def holds_for(self, account: str) -> bool:
        """True when this says something about that account."""
        return not self.accounts or account.lower() in {name.lower() for name in self.accounts}
