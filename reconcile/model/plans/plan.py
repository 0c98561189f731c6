"""The plan as a value: what would be done, why, what is kept, and who is set aside."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from reconcile.model.allowance import Allowance
from reconcile.model.baseline import AdditiveItem, Baseline, Scope, Undeclared
from reconcile.model.contact import Role
from reconcile.model.declaration import Declaration
from reconcile.model.guards import Verdict, guard_named
from reconcile.model.record import NOTHING_REMEMBERED, Remembered
from reconcile.model.settings import Policy

from .change import Change, SetAside
from .schedule import Lapsing, Scheduled, Withheld


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
    ``unchanged`` counts none of them. ``scheduled``, ``withheld`` and ``undeclared`` are what will happen
    later, what does not happen, and what stays although nothing declares it any more. ``scope`` is what the
    plan was cut down to; None for a plan of everything. ``allow`` are the declared entries that lift a guard.
    ``would_revoke`` is what the configuration's additive mode keeps of the contacts that were looked at: the
    plan leaves it as it is, and ``manage: authoritative`` would take it. ``pipeline``: a job of a pipeline
    has made it, which takes overrides from the declarations alone. ``lapsing`` is what the contacts that were
    looked at lose soon, by the clock alone.
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
    scheduled: tuple[Scheduled, ...] = ()
    withheld: tuple[Withheld, ...] = ()
    undeclared: tuple[Undeclared, ...] = ()
    scope: Scope | None = None
    allow: tuple[Allowance, ...] = ()
    would_revoke: tuple[AdditiveItem, ...] = ()
    pipeline: bool = False
    lapsing: tuple[Lapsing, ...] = ()

    @property
    def empty(self) -> bool:
        """True when there is nothing to write."""
        return not self.changes

    @property
    def schedules(self) -> bool:
        """True when it schedules what the baseline does not, or takes a schedule back: it is to be seen."""
        return not all(row.known for row in self.scheduled)

    @property
    def settled(self) -> bool:
        """True when there is nothing to write and nobody is set aside: the account is as declared."""
        return not self.changes and not self.set_aside

    @property
    def pending(self) -> bool:
        """True when there is something to write, or somebody set aside whom no run has told of yet."""
        return bool(self.changes) or not all(entry.known for entry in self.set_aside)

    @property
    def refused(self) -> tuple[Verdict, ...]:
        """The guards that have tripped, and that no entry under ``allow`` lifts."""
        return tuple(verdict for verdict in self.guards if verdict.refuses)

    @property
    def refusing(self) -> tuple[Verdict, ...]:
        """The guards that would refuse to apply this plan, not only some of its contacts."""
        return tuple(verdict for verdict in self.refused if not guard_named(verdict.guard).spares_others)

    @property
    def listed_whole(self) -> bool:
        """False when the account may have contacts that the plan knows nothing of."""
        return not any(guard_named(verdict.guard).incomplete for verdict in self.refused)


def override_text(verdict: Verdict, *, pipeline: bool) -> str:
    """What lets a plan through that a guard refuses, in words. In a pipeline nobody gives an option."""
    if pipeline:
        return f"an entry for {verdict.guard} under 'allow' in the declarations, to paste from the plan"
    return f"--allow {verdict.guard}={verdict.found}"


@dataclass(frozen=True, slots=True)
class KnownDigest:
    """The digest of these declarations, made before; an empty one is not known."""

    declarations: tuple[Declaration, ...] = ()
    digest: str = ""

    def of(self, declarations: Iterable[Declaration]) -> str:
        """The digest where these are the very same declarations, in whatever order; else an empty text."""
        same = self.digest and sorted(map(id, declarations)) == sorted(map(id, self.declarations))
        return self.digest if same else ""


@dataclass(frozen=True, slots=True)
class PlanContext:
    """What a plan is made for: the target and its account, the policy, the clock, the tool.

    ``revert`` names the run that the declarations undo; None for declarations from files. ``asking_roles``
    are the roles of the account that ask for an approval or a verification before they open anything.
    ``remembered`` is what earlier runs say of each declaration. ``baseline`` is what the declarations are
    compared with; None: all of them are new. ``scope`` is what the plan is cut down to; None for everything.
    ``due``: only what the clock asks for is wanted, so that what the baseline does not schedule is left to
    another run. ``config`` is the digest of the whole configuration. ``allowances`` are the declared entries
    that may lift a guard. ``pipeline``: a job of a pipeline plans. ``declared`` is the digest of all
    declarations, where it is known.
    """

    target: str
    account: str
    policy: Policy
    now: datetime
    tool_version: str
    revert: str | None = None
    asking_roles: frozenset[str] = frozenset()
    baseline: Baseline | None = None
    scope: Scope | None = None
    due: bool = False
    remembered: Remembered = NOTHING_REMEMBERED
    config: str = ""
    allowances: tuple[Allowance, ...] = ()
    pipeline: bool = False
    declared: KnownDigest = KnownDigest()

    def with_roles(self, roles: Iterable[Role]) -> "PlanContext":
        """The context with what the account's roles ask for."""
        asking = frozenset(role.reference for role in roles if role.asks)
        return replace(self, asking_roles=asking)
