"""What a probe of an account found out."""

from dataclasses import dataclass
from datetime import datetime

from reconcile.model.settings import Capabilities


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
