"""What the commands that read answer: drift, an explanation, a timeline, the reports of probe and import."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from reconcile.clock import OPEN, Window

from .contact import Identity
from .declaration import Declaration, DeclaredItem, Mode
from .edits import Omission
from .facets import Facet
from .guards import Verdict
from .plans.change import Change, ChangeAction
from .plans.operation import Operation, Origin, Value
from .plans.plan import Boundary, Plan
from .problem import Place
from .settings import Capabilities


class Cause(StrEnum):
    """Why an item differs."""

    STARTED = "started"
    LAPSED = "lapsed"
    OUTSIDE = "changed outside"
    INTERRUPTED = "left over"
    NOT_APPLIED = "not applied yet"


@dataclass(frozen=True, slots=True)
class Difference:
    """One operation of a plan and why it is needed.

    ``at`` is the boundary of the window that the clock has passed; ``run`` names the run that left it over.
    ``due`` is True when the clock alone asks for it since the last apply of the very same declarations.
    """

    change: Change
    operation: Operation
    cause: Cause
    at: datetime | None = None
    run: str | None = None
    due: bool = False


@dataclass(frozen=True, slots=True)
class Drift:
    """A plan, and why it is not empty: a difference for each of its operations, in its order."""

    plan: Plan
    differences: tuple[Difference, ...]

    @property
    def due(self) -> tuple[Change, ...]:
        """The changes of which every operation is due by the clock alone: approved with the declarations."""
        waiting = {difference.change.key for difference in self.differences if not difference.due}
        return tuple(change for change in self.plan.changes if change.key not in waiting)


class Effect(StrEnum):
    """What an apply now would do with an item: the actions of operations, and two ways of doing nothing.

    What is kept is there and stays; ``none`` is what the contact neither holds nor would hold, what is not
    managed, and what would have to be guessed.
    """

    ADD = "add"
    REMOVE = "remove"
    CHANGE = "change"
    KEEP = "keep"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class ExplainedItem:
    """One item of a contact: how it is now, how it would be, and why.

    ``live`` and ``target`` are grants for roles and text for all else; None is not there, or empty. A live
    grant stands here even when its own expiry has passed. ``told`` is False when the account did not tell how
    the item is now, or not in full: where that would have to be guessed, nothing is done. ``window`` is the
    declared one. ``passed_over`` are the items of bundles that the one which counts goes before. ``next`` is
    the next instant at which the clock alone makes a difference: of the declared window, or of the live
    grant's own expiry where nothing is declared.
    """

    facet: Facet
    item: str
    effect: Effect
    live: Value
    target: Value
    origin: Origin
    operation: Operation | None = None
    window: Window = OPEN
    passed_over: tuple[DeclaredItem, ...] = ()
    next: Boundary | None = None
    told: bool = True


@dataclass(frozen=True, slots=True)
class FacetManagement:
    """How a facet is managed: its mode (None: profile and address have none), and who says so.

    ``authoritative`` are the patterns of what is revoked although the mode is additive.
    """

    mode: Mode | None
    by_contact: bool = False
    authoritative: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """What holds for one contact, as of one instant.

    ``source`` is where it is declared, None when it is not; ``action`` what an apply would do with the
    contact as a whole. ``managed`` has the facets that its declaration manages. ``next`` is the nearest
    instant at which the clock changes an item. ``untold`` are the sets that the account did not tell.
    ``refused`` are the guards that this contact alone would trip. ``set_aside`` says why an apply would leave
    the contact as it is although it differs, where no guard says it; empty for all others.
    """

    tool_version: str
    target: str
    account: str
    as_of: datetime
    timezone: str
    contact: Identity
    source: Place | None
    present: bool
    action: ChangeAction | None
    managed: Mapping[Facet, FacetManagement]
    items: tuple[ExplainedItem, ...]
    next: Boundary | None
    untold: tuple[Facet, ...] = ()
    refused: tuple[Verdict, ...] = ()
    set_aside: str = ""


@dataclass(frozen=True, slots=True)
class UpcomingChange:
    """One boundary that lies ahead: of which role or tag of whom, and where its window is declared.

    ``origin`` says whether the contact itself or a bundle declares it; ``origin.place`` is that item's line,
    ``contact.place`` the contact's.
    """

    boundary: Boundary
    facet: Facet
    window: Window
    origin: Origin
    contact: Declaration


@dataclass(frozen=True, slots=True)
class Timeline:
    """What starts and lapses after ``as_of``, up to and including ``until``, sorted by instant.

    ``contacts`` is the number of contacts that it is about.
    """

    tool_version: str
    target: str
    as_of: datetime
    until: datetime
    days: int
    timezone: str
    contacts: int
    upcoming: tuple[UpcomingChange, ...]

    @property
    def starts(self) -> int:
        """How many windows start."""
        return sum(change.boundary.starts for change in self.upcoming)

    @property
    def lapses(self) -> int:
        """How many windows lapse."""
        return len(self.upcoming) - self.starts


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


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """What an import puts into one file: numbers of entries and bundles, and the file before and after.

    ``before`` is None for a new file.
    """

    file: str
    added: int
    edited: int
    bundles: int
    before: str | None
    after: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import has written, or would write.

    ``unchanged`` counts the contacts that were declared as they are before; ``holding_nothing`` those that
    hold no role or tag that may be managed, ``unmanaged`` those that hold some which their entries leave
    unmanaged. ``left_out`` are whole contacts, ``undeclarable`` is what of
    imported ones is not declared. ``differing`` counts contacts that it is not about, for which a plan has
    changes as before; ``unsettled`` are entries that a plan refuses or sets aside as before, and why.
    """

    account: str
    as_of: datetime
    timezone: str
    dry_run: bool
    files: tuple[ImportedFile, ...]
    unchanged: int = 0
    holding_nothing: int = 0
    unmanaged: int = 0
    left_out: tuple[Omission, ...] = ()
    undeclarable: tuple[Omission, ...] = ()
    differing: int = 0
    unsettled: tuple[str, ...] = ()

    @property
    def imported(self) -> int:
        """The number of contacts whose entries are new or edited."""
        return sum(file.added + file.edited for file in self.files)
