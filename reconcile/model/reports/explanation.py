"""Why one contact holds what it holds, and what comes next."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from reconcile.clock import OPEN, Window
from reconcile.model.contact import Identity
from reconcile.model.declaration import DeclaredItem, Mode
from reconcile.model.facets import Facet
from reconcile.model.guards import Verdict
from reconcile.model.plans.change import ChangeAction
from reconcile.model.plans.operation import Operation, Origin, Value
from reconcile.model.plans.plan import Boundary
from reconcile.model.problem import Place


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
