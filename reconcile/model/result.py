"""What became of each change, and of the whole run."""

from dataclasses import dataclass
from enum import StrEnum

from .facets import FACETS, SETS, Facet
from .plans.change import Change, SetAside


class Outcome(StrEnum):
    """How one contact's change ended."""

    APPLIED = "applied"
    UNNECESSARY = "already as declared"
    STALE = "skipped: changed meanwhile"
    FAILED = "not written"
    UNCONFIRMED = "not confirmed"
    LOST_ROLE = "lost a role"
    NOT_TRIED = "not tried"


SETTLED = {Outcome.APPLIED, Outcome.UNNECESSARY}
"""The outcomes after which the contact is as declared."""


class WriteEffect(StrEnum):
    """Whether one write changed the contact."""

    TAKEN = "taken"
    NOT_TAKEN = "not taken"
    UNKNOWN = "not known"


@dataclass(frozen=True, slots=True, order=True)
class LostItem:
    """A role, a tag or a field's value that a contact had before a write and not after it, unasked."""

    facet: Facet
    item: str

    def __str__(self) -> str:
        """How to name it to a person: ``role press``, ``tag vip``, ``address.city``."""
        if self.facet in SETS:
            return f"{FACETS[self.facet].noun} {self.item}"
        return f"{self.facet.value}.{self.item}"


@dataclass(frozen=True, slots=True)
class Result:
    """One change and how it ended, with the reason in words where it did not succeed.

    ``created`` is the id that the account gave a new contact. ``gap`` is the time in seconds from the last
    read to the answer to the write, or to its loss, the longest if there were several: an outside change
    within it may be overwritten, since the API has no lock. ``held`` are the roles of the last reading; None
    when there was none, or none since a write. ``lost`` is what the contact lost that nobody asked to take;
    ``notes`` say what else differs from the reading before the write and is no fault. ``in_doubt``: what a
    write did is yet to be looked at.
    """

    change: Change
    outcome: Outcome
    detail: str = ""
    created: str | None = None
    gap: float = 0.0
    held: frozenset[str] | None = None
    lost: tuple[LostItem, ...] = ()
    notes: tuple[str, ...] = ()
    in_doubt: bool = False

    @property
    def settled(self) -> bool:
        """True when the contact is known to be as declared."""
        return self.outcome in SETTLED

    @property
    def open_revocations(self) -> tuple[str, ...]:
        """The roles that should have been revoked and may still be held."""
        if self.settled:
            return ()
        revoked = (operation.item for operation in self.change.operations if operation.revokes)
        return tuple(role for role in revoked if self.held is None or role in self.held)


@dataclass(frozen=True, slots=True)
class Report:
    """The results of a run, in the order of the plan, and why it was stopped early, if it was.

    ``unnoted`` is how many outcomes the journal lacks, since they could not be written down. ``set_aside``
    are the contacts that have no change, but are not known to be as declared either. ``run`` names the run.
    ``unrecorded`` is why its record could not be written; empty where it was, or where none was due.
    """

    results: tuple[Result, ...]
    stopped: str | None = None
    unnoted: int = 0
    set_aside: tuple[SetAside, ...] = ()
    run: str = ""
    unrecorded: str = ""

    @property
    def noted(self) -> bool:
        """True when all that later runs need is written down."""
        return not self.unnoted and not self.unrecorded

    @property
    def complete(self) -> bool:
        """True when every change is settled, and there is one for every contact that needs it.

        Who is set aside and was so at an earlier complete run is known, and keeps no run from being complete.
        """
        return not self.newly_set_aside and all(result.settled for result in self.results)

    @property
    def newly_set_aside(self) -> tuple[SetAside, ...]:
        """Those set aside of whom no run has told before."""
        return tuple(entry for entry in self.set_aside if not entry.known)

    @property
    def wrote(self) -> bool:
        """True when something may have been written."""
        written = {Outcome.APPLIED, Outcome.UNCONFIRMED, Outcome.LOST_ROLE}
        return any(result.outcome in written for result in self.results)

    @property
    def untried(self) -> bool:
        """True when what is not settled was held back: nothing was written, and nothing failed."""
        unsettled = {result.outcome for result in self.results if not result.settled}
        return not self.wrote and unsettled == {Outcome.NOT_TRIED}

    @property
    def lost_role(self) -> bool:
        """True when a contact lost a role that nobody asked to take."""
        return self.count(Outcome.LOST_ROLE) > 0

    @property
    def notes(self) -> tuple[str, ...]:
        """What else has changed beside the writes, and is no fault."""
        return tuple(f"{result.change.label}: {note}" for result in self.results for note in result.notes)

    @property
    def longest_gap(self) -> float:
        """The longest time in seconds between a read and the write that followed."""
        return max((result.gap for result in self.results), default=0.0)

    def count(self, outcome: Outcome) -> int:
        """How many changes ended that way."""
        return sum(result.outcome is outcome for result in self.results)
