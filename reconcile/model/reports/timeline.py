"""What starts and lapses in the days to come."""

from dataclasses import dataclass
from datetime import datetime

from reconcile.clock import Window
from reconcile.model.declaration import Declaration
from reconcile.model.facets import Facet
from reconcile.model.plans.operation import Origin
from reconcile.model.plans.plan import Boundary


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
