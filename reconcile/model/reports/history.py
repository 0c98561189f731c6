"""What runs have done: who started each, when, what it did to whom, and how it ended."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from reconcile.model.contact import Identity
from reconcile.model.facets import FIELDS, Facet
from reconcile.model.plans.operation import Action, Operation
from reconcile.model.record import Provenance
from reconcile.model.result import LostItem


class RunEnding(StrEnum):
    """How a run ended."""

    COMPLETE = "complete"
    PARTLY = "partly done"
    STOPPED = "stopped"
    CUT_OFF = "cut off"


@dataclass(frozen=True, slots=True)
class RunContact:
    """What a run did to one contact, or may have done.

    ``operations`` are those of all writes that may have taken effect. ``outcome`` is how its change ended,
    None where the run was cut off before it could say so; ``detail`` says why it did not succeed. ``lost`` is
    what the contact lost that nobody asked to take. ``in_doubt``: nobody has looked yet what a write did.
    """

    contact: Identity
    operations: tuple[Operation, ...] = ()
    outcome: str | None = None
    detail: str = ""
    lost: tuple[LostItem, ...] = ()
    in_doubt: bool = False


@dataclass(frozen=True, slots=True)
class RunCounts:
    """How many contacts a run wrote, or may have written, and how many roles, tags and fields changed."""

    contacts: int = 0
    roles_granted: int = 0
    roles_revoked: int = 0
    roles_changed: int = 0
    tags_added: int = 0
    tags_removed: int = 0
    fields_changed: int = 0

    @classmethod
    def of(cls, contacts: Iterable[RunContact]) -> "RunCounts":
        """Those of what was done to these contacts."""
        written = [contact for contact in contacts if contact.operations]
        steps = [(step.facet, step.action) for contact in written for step in contact.operations]
        roles, tags = Facet.ROLES, Facet.TAGS
        return cls(
            len(written),
            steps.count((roles, Action.ADD)),
            steps.count((roles, Action.REMOVE)),
            steps.count((roles, Action.CHANGE)),
            steps.count((tags, Action.ADD)),
            steps.count((tags, Action.REMOVE)),
            sum(facet in FIELDS for facet, _ in steps),
        )


@dataclass(frozen=True, slots=True)
class RunReport:
    """One run. ``id`` is the shortest name by which it can be called, ``run`` the whole one.

    ``at`` is the instant that it worked as of, ``machine`` what the machine's clock showed then, ``ended``
    when it ended; None where the journal does not tell. ``provenance`` is None in journals of earlier
    versions. ``stopped`` is why it ended early; where it was cut off that a later run has closed its journal.
    ``due``: it did only what was due by the clock. ``reverts`` is the run that it undoes,
    ``reverted_by`` the complete one that undid it. ``declarations`` is how many declarations it was cut down
    to and ``base`` the commit they were compared with; None for a run of everything. ``acknowledged``: a
    person has accepted all that contacts are known to have lost in it.
    """

    run: str
    id: str
    account: str
    target: str
    at: datetime | None
    machine: datetime | None
    ended: datetime | None
    ending: RunEnding
    stopped: str | None
    provenance: Provenance | None
    tool_version: str
    plan: str
    due: bool = False
    reverts: str | None = None
    reverted_by: str | None = None
    declarations: int | None = None
    base: str | None = None
    retired: datetime | None = None
    acknowledged: bool = False
    recorded: bool = False
    contacts: tuple[RunContact, ...] = ()

    @property
    def counts(self) -> RunCounts:
        """How much it did."""
        return RunCounts.of(self.contacts)

    @property
    def losing(self) -> tuple[RunContact, ...]:
        """The contacts that lost something in it that nobody asked to take."""
        return tuple(contact for contact in self.contacts if contact.lost)


@dataclass(frozen=True, slots=True)
class SingleRun:
    """One run, contact by contact; times are shown in the ``timezone``."""

    report: RunReport
    timezone: str


@dataclass(frozen=True, slots=True)
class RunList:
    """Runs, the oldest first; ``earlier`` is how many before them are left out.

    ``contact`` is whom somebody asks about: then each run tells what it did to that contact alone.
    """

    runs: tuple[RunReport, ...]
    timezone: str
    earlier: int = 0
    contact: str | None = None
