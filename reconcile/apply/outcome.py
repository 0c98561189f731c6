"""What became of each change, and of the whole run."""

from dataclasses import dataclass
from enum import StrEnum

from reconcile.model import Change


class Outcome(StrEnum):
    """How one contact's change ended."""

    APPLIED = "applied"
    UNNECESSARY = "already as declared"
    STALE = "skipped: changed meanwhile"
    FAILED = "not written"
    UNCONFIRMED = "not confirmed"
    NOT_TRIED = "not tried"


SETTLED = {Outcome.APPLIED, Outcome.UNNECESSARY}
"""The outcomes after which the contact is as declared."""


@dataclass(frozen=True, slots=True)
class Result:
    """One change and how it ended, with the reason in words where it did not succeed."""

    change: Change
    outcome: Outcome
    detail: str = ""

    @property
    def settled(self) -> bool:
        """True when the contact is known to be as declared."""
        return self.outcome in SETTLED

    @property
    def open_revocations(self) -> tuple[str, ...]:
        """The roles that should have been revoked and may still be held."""
        if self.settled:
            return ()
        return tuple(operation.item for operation in self.change.operations if operation.revokes)


@dataclass(frozen=True, slots=True)
class Report:
    """The results of a run, in the order of the plan."""

    results: tuple[Result, ...]

    @property
    def complete(self) -> bool:
        """True when every change is settled."""
        return all(result.settled for result in self.results)

    def count(self, outcome: Outcome) -> int:
        """How many changes ended that way."""
        return sum(result.outcome is outcome for result in self.results)
