"""What lies ahead or behind: items that the clock will give or take, and items whose window has closed."""

from dataclasses import dataclass
from datetime import datetime

from reconcile.clock import OPEN, Window
from reconcile.model.baseline import Comparison
from reconcile.model.contact import Identity
from reconcile.model.facets import Facet
from reconcile.model.problem import Place

from .operation import Action, Origin

SOON_DAYS = 14
"""For how many days ahead a plan names what lapses."""


@dataclass(frozen=True, slots=True)
class Scheduled:
    """An item that the clock will give to a contact or take from it (design, section 6).

    ``action`` is ``add`` for an item whose window has not started, ``remove`` for a tag whose window will
    end: the end of a role is in its grant. ``status`` is the declared one of a role. ``source`` is where the
    contact is declared, ``origin`` says which line or bundle gives the item. ``comparison`` is against the
    baseline; what was taken back is no longer scheduled. ``privileged``: a role that the guard ``granting``
    names, or that is protected, so that a reviewer must see it first. ``skips_approval``: a role that will be
    active although it asks for an approval.
    """

    contact: Identity
    source: Place
    facet: Facet
    item: str
    action: Action
    origin: Origin
    window: Window = OPEN
    status: str | None = None
    comparison: Comparison = Comparison.NEW
    privileged: bool = False
    skips_approval: bool = False

    @property
    def coming(self) -> bool:
        """True for what is scheduled anew or otherwise: somebody has to look at it."""
        return self.comparison in {Comparison.NEW, Comparison.CHANGED}

    @property
    def taken_back(self) -> bool:
        """True for what the baseline scheduled, and nothing schedules now."""
        return self.comparison is Comparison.TAKEN_BACK

    @property
    def known(self) -> bool:
        """True when the baseline has the very same schedule, so that nobody has to look at it again."""
        return self.comparison is Comparison.KNOWN


@dataclass(frozen=True, slots=True)
class Withheld:
    """A declared item whose window has closed, and that the contact does not hold."""

    contact: Identity
    source: Place
    facet: Facet
    item: str
    origin: Origin
    window: Window = OPEN
    status: str | None = None


@dataclass(frozen=True, slots=True)
class Lapsing:
    """A role or tag that a contact holds and the plan leaves as it is, and that ends soon by the clock alone.

    ``source`` is where the contact is declared, ``origin`` says which line or bundle gives the item, or why
    it is kept: a grant may have an end of its own.
    """

    contact: Identity
    source: Place
    facet: Facet
    item: str
    expires: datetime
    origin: Origin
