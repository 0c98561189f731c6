"""How an account's server behaves where the API's documents are silent, and what a probe found out of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from .facets import Facet
from .settings import UpdateMethod

LARGEST_PAGE = 1_000
"""Maximum number of contacts in one request, even where the account would give more."""


class SetSource(StrEnum):
    """Where roles or tags are read: in the rows of the list, or contact by contact."""

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

    def source(self, facet: Facet) -> SetSource:
        """Where a set is read; one that no probe asks about is taken from the list where its rows have it."""
        source: SetSource = getattr(self, f"{facet}_from", SetSource.LIST)
        return source

    def holds_for(self, account: str) -> bool:
        """True when this says something about that account."""
        return not self.accounts or account.lower() in {name.lower() for name in self.accounts}


@dataclass(frozen=True, slots=True)
class Finding:
    """One question about the account. ``answer`` is a short word, None when it could not be found out.

    ``detail`` says what was seen, or why the question could not be answered.
    """

    name: str
    question: str
    answer: str | None
    detail: str


@dataclass(frozen=True, slots=True)
class ProbeReport:
    """A whole probe of an account by one scratch contact.

    ``not_restored`` names what of the contact is not as it was; ``stopped`` says why the probe ended early,
    empty when every question was asked.
    """

    account: str
    contact: str
    as_of: datetime
    tool_version: str
    findings: tuple[Finding, ...]
    capabilities: Capabilities
    not_restored: tuple[str, ...] = ()
    stopped: str = ""
