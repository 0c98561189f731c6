"""The plan as a value: what would be done, why, what is kept, and who is set aside."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from .contact import HANDOVER_FIELDS, Grant, Identity, Role, State, email_key
from .declaration import NO_DECLARATION, Declaration
from .facets import Facet
from .guards import Verdict, guard_named
from .problem import Place
from .settings import Policy


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
    """Why an item is in the target or left it; ``detail`` names the bundle or the ignore pattern.

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


class ChangeAction(StrEnum):
    """What happens to a contact as a whole; a contact is never deleted."""

    CREATE = "create"
    UPDATE = "update"


Payload = Mapping[str, Any]
"""The exact JSON body of a write; never changed once it stands in a plan."""


@dataclass(frozen=True, slots=True)
class Change:
    """All operations of one contact, with the exact payload and the state it leads to.

    ``contact.id`` is empty for a contact to be created. ``live_fingerprint`` covers the contact's identity
    and its whole live role and tag set; it is None for a contact to be created. ``target`` is what the
    contact is compared with after the write, ``declaration`` what the change was made from; a plan read from
    a file has neither, since apply plans afresh. ``lapsed`` are grants whose own expiry has passed: they are
    held no longer, and the write does not carry them along.
    """

    contact: Identity
    source: Place
    action: ChangeAction
    operations: tuple[Operation, ...]
    kept: tuple[Kept, ...]
    payload: Payload
    live_fingerprint: str | None
    target: State = field(default=State(), compare=False, repr=False)
    declaration: Declaration = field(default=NO_DECLARATION, compare=False, repr=False)
    lapsed: tuple[Grant, ...] = ()

    @property
    def key(self) -> str:
        """What tells this change from the others of its plan, in every plan: the contact it is about."""
        return self.contact.id or f"new {email_key(self.contact.email)} {self.contact.reference or ''}"

    @property
    def label(self) -> str:
        """How to name the contact to a person."""
        return self.contact.label

    @property
    def handovers(self) -> tuple[Operation, ...]:
        """The steps that hand the contact, and with it all its roles, to another mailbox."""
        created = self.action is ChangeAction.CREATE
        return () if created else tuple(step for step in self.operations if step.hands_over)

    def is_called(self, label: str) -> bool:
        """True when the label, as a declaration gives it, names this contact."""
        identity = self.contact
        by_email = bool(identity.email) and email_key(label) == email_key(identity.email)
        return by_email or label in {identity.reference, f"id {identity.id}"}


@dataclass(frozen=True, slots=True)
class SetAside:
    """A declared contact that is neither written nor counted as declared, and why, with what to do.

    The other contacts do not wait for it. What is not known of ``contact`` is empty: the id and the type
    where the account shows no such contact. ``revocations`` are roles that it should lose and still holds.
    """

    contact: Identity
    source: Place
    reason: str
    revocations: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """How to name the contact to a person."""
        return self.contact.label


@dataclass(frozen=True, slots=True)
class Boundary:
    """An instant at which a window starts or lapses, and whose item it is."""

    at: datetime
    starts: bool
    item: str
    contact: str

    @property
    def event(self) -> str:
        """What happens then: ``starts`` or ``lapses``."""
        return "starts" if self.starts else "lapses"


@dataclass(frozen=True, slots=True)
class Plan:
    """All changes, sorted, as of one instant. ``digest`` covers everything but itself, notes and wording.

    ``revert`` names the run that the plan undoes; None for a plan of the declarations. ``set_aside`` are the
    declared contacts without a change although something differs, or may differ, or could not be found out;
    ``unchanged`` counts none of them.
    """

    tool_version: str
    target: str
    account: str
    as_of: datetime
    valid_until: Boundary | None
    timezone: str
    config_digest: str
    declarations_digest: str
    changes: tuple[Change, ...]
    unchanged: int
    notes: tuple[str, ...] = ()
    guards: tuple[Verdict, ...] = ()
    digest: str = ""
    revert: str | None = None
    set_aside: tuple[SetAside, ...] = ()

    @property
    def empty(self) -> bool:
        """True when there is nothing to write."""
        return not self.changes

    @property
    def settled(self) -> bool:
        """True when there is nothing to write and nobody is set aside: the account is as declared."""
        return not self.changes and not self.set_aside

    @property
    def refused(self) -> tuple[Verdict, ...]:
        """The guards that would refuse to apply this plan."""
        return tuple(verdict for verdict in self.guards if not verdict.passed)

    @property
    def listed_whole(self) -> bool:
        """False when the account may have contacts that the plan knows nothing of."""
        return not any(guard_named(verdict.guard).incomplete for verdict in self.refused)


@dataclass(frozen=True, slots=True)
class PlanContext:
    """What a plan is made for: the target and its account, the policy, the clock, the tool.

    ``revert`` names the run that the declarations undo; None for declarations from files. ``asking_roles``
    are the roles of the account that ask for an approval or a verification before they open anything.
    """

    target: str
    account: str
    policy: Policy
    now: datetime
    tool_version: str
    revert: str | None = None
    asking_roles: frozenset[str] = frozenset()

    def with_roles(self, roles: Iterable[Role]) -> "PlanContext":
        """The context with what the account's roles ask for."""
        asking = frozenset(role.reference for role in roles if role.asks)
        return replace(self, asking_roles=asking)
