"""One reviewable step of a plan, and why an item is in the target or left it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from reconcile.model.contact import HANDOVER_FIELDS, Grant, email_key
from reconcile.model.facets import Facet
from reconcile.model.problem import Place


class Action(StrEnum):
    """What happens to one item of a contact."""

    ADD = "add"
    REMOVE = "remove"
    CHANGE = "change"


class OriginKind(StrEnum):
    """The kinds of origin: why an item is in the target, left it, or is not mentioned by a plan."""

    DECLARED = "declared"
    BUNDLE = "bundle"
    ADDITIVE = "kept: additive"
    IGNORED = "kept: ignored"
    LAPSED = "lapsed"
    NOT_STARTED = "not started"
    UNDECLARED = "undeclared"
    ABSENT = "absent"
    UNMANAGED = "not managed"
    EXPIRED = "expired"
    INHERITED = "kept: inherited"


UNPLANNED_ORIGINS = frozenset({OriginKind.UNMANAGED, OriginKind.EXPIRED, OriginKind.INHERITED})
"""The origins of items that a plan does not mention; only an explanation has them."""


KEPT_ORIGINS = frozenset({OriginKind.ADDITIVE, OriginKind.IGNORED})
"""The origins of items that no declaration takes away."""


PLANNED_ORIGINS = tuple(kind for kind in OriginKind if kind not in UNPLANNED_ORIGINS)
"""The kinds of origin that may stand in a plan."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Why an item is in the target or left it.

    ``detail`` names the bundle, the ignore pattern, or the pattern that is authoritative in additive mode.
    ``at`` is the boundary of the declared window that matters at the plan's clock: when it ends, ended
    (``lapsed``) or starts (``not started``).
    """

    kind: OriginKind
    detail: str | None = None
    place: Place | None = None
    reason: str | None = None
    at: datetime | None = None


Value = Grant | str | None


@dataclass(frozen=True, slots=True)
class Operation:
    """One reviewable step. ``before`` and ``after`` are grants for roles and text for all else.

    ``skips_approval``: a new grant is made active although its role asks for an approval.
    """

    facet: Facet
    item: str
    action: Action
    before: Value
    after: Value
    origin: Origin
    skips_approval: bool = False

    @property
    def revokes(self) -> bool:
        """True when the contact loses a role."""
        return self.facet is Facet.ROLES and self.action is Action.REMOVE

    @property
    def shortens(self) -> bool:
        """True when the contact keeps a role, for a shorter time than before."""
        return _outlasts(self.before, self.after)

    @property
    def lengthens(self) -> bool:
        """True when the contact keeps a role, for a longer time than before."""
        return _outlasts(self.after, self.before)

    @property
    def hands_over(self) -> bool:
        """True when an existing contact gets another mailbox or another name to log in with.

        The case of letters makes no other mailbox.
        """
        if self.facet is not Facet.PROFILE or self.item not in HANDOVER_FIELDS:
            return False
        before, after = str(self.before or ""), str(self.after or "")
        return email_key(before) != email_key(after) if self.item == "email" else before != after

    @property
    def activates(self) -> bool:
        """True when a grant that waits for approval is made active."""
        return (
            isinstance(self.before, Grant)
            and isinstance(self.after, Grant)
            and self.after.active
            and not self.before.active
        )

    @property
    def bypasses_approval(self) -> bool:
        """True when a role becomes active without the approval that it asks for, newly given or not."""
        return self.skips_approval or self.activates


def _outlasts(value: Value, other: Value) -> bool:
    """True when both are grants and the first ends later than the other, or never."""
    if not (isinstance(value, Grant) and isinstance(other, Grant)) or other.expires is None:
        return False
    return value.expires is None or value.expires > other.expires


@dataclass(frozen=True, slots=True)
class Kept:
    """An item of a managed facet that stays as it is."""

    facet: Facet
    item: str
    value: Value
    origin: Origin
