"""Why a plan is not empty: judged from the declared windows and what earlier runs have done. Pure."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from reconcile.model.baseline import EntryKey
from reconcile.model.contact import Grant
from reconcile.model.declaration import Declaration, DeclaredItem
from reconcile.model.facets import SETS, item_key
from reconcile.model.guards import Verdict, guard_named
from reconcile.model.plans.change import Change
from reconcile.model.plans.operation import Action, Operation, OriginKind
from reconcile.model.plans.plan import Plan
from reconcile.model.record import RecordedEntry, Remembered, UnrecordedRun
from reconcile.model.reports.drift import Cause, Difference, Drift, ItemWrites, LastKnown
from reconcile.model.settings import Policy
from reconcile.plan.contact_plan import ContactPlan
from reconcile.plan.digest import declarations_digest, plan_digest, policy_digest, resolved_digest
from reconcile.plan.schedule.timeline import next_boundary
from reconcile.text import plural, verb_form

from .last_known import LastSettled, differing_from_live, settled_as_declared, settled_before

NO_WRITES: ItemWrites = {}
"""Of plans of which only the clock is asked."""


def explain_drift(
    plan: Plan, remembered: Remembered, policy: Policy, writes: ItemWrites = NO_WRITES
) -> Drift:
    """Why each operation of a plan is needed; ``writes`` are those of all runs to its contacts."""
    config, declared = policy_digest(policy, plan.account), plan.declarations_digest
    explainers = (
        (change, replace(_ContactDrift.of(change, declared, remembered, policy, config), writes=writes))
        for change in plan.changes
    )
    differences = (
        explainer.difference(operation) for change, explainer in explainers for operation in change.operations
    )
    # What additive mode keeps is as it should be: no drift.
    return Drift(replace(plan, would_revoke=()), tuple(differences))


def carried_out(
    declaration: Declaration, config: str, remembered: Remembered, policy: Policy
) -> RecordedEntry | None:
    """What the record says of a declaration that is resolved as it was then, under the same configuration.

    ``config`` is the policy's digest.
    None for all others: no complete run has carried them out as they are now.
    """
    entry = remembered.entry(declaration.key)
    if entry is None or remembered.record is None or remembered.record.config != config:
        return None
    return entry if entry.resolved == resolved_digest(declaration, policy) else None


def carried_out_of(
    declarations: Iterable[Declaration], remembered: Remembered, policy: Policy, account: str
) -> Iterator[Declaration]:
    """Those of the declarations that a complete run has carried out as they are now."""
    config = policy_digest(policy, account)
    for declaration in declarations:
        if carried_out(declaration, config, remembered, policy) is not None:
            yield declaration


def with_boundary(
    declarations: Iterable[Declaration], remembered: Remembered, policy: Policy, account: str, now: datetime
) -> Iterator[Declaration]:
    """The declarations of which something may be due.

    A complete run has carried them out as they are now, and a window of theirs has started or ended since a
    run last left the contact as declared.
    """
    config = policy_digest(policy, account)
    for declaration in declarations:
        entry = remembered.entry(declaration.key)
        last = last_settled(entry, remembered) if entry else None
        # The digest last: of 100,000 declarations a few have a boundary.
        passed = last is not None and has_boundary(declaration, last, now)
        if passed and carried_out(declaration, config, remembered, policy) is not None:
            yield declaration


def has_boundary(declaration: Declaration, since: datetime, now: datetime) -> bool:
    """True when a window of the declaration has started or ended since then."""
    windows = (item.window for facet in SETS for item in declaration.items(facet))
    instants = (at for window in windows for at in (window.starts, window.expires))
    return any(at is not None and since < at <= now for at in instants)


def last_settled(entry: RecordedEntry, remembered: Remembered) -> datetime | None:
    """When the last run began that left an entry's contact as declared; None: the record's run had not."""
    later = remembered.settled.get(entry.contact or "")
    return max(entry.settled, later) if entry.settled and later else entry.settled


def waiting_for_others(
    contacts: Iterable[ContactPlan], remembered: Remembered, policy: Policy, account: str
) -> frozenset[EntryKey]:
    """The declarations of contacts that differ for another reason than the clock alone.

    A write of what is due would overwrite the rest, too, which nobody has judged.
    """
    config = policy_digest(policy, account)
    changes = (change for contact in contacts if (change := contact.change()) is not None)
    return frozenset(
        change.declaration.key
        for change in changes
        for drift in [_ContactDrift.of(change, "", remembered, policy, config)]
        if not all(drift.difference(operation).due for operation in change.operations)
    )


def without_waiting(
    contacts: Iterable[ContactPlan], waiting: Collection[EntryKey]
) -> tuple[ContactPlan, ...]:
    """The contacts as a run of what is due leaves them: who waits is as it is, or is not there yet."""
    waits = ((contact, contact.declaration.key in waiting) for contact in contacts)
    return tuple(
        contact.left_alone() if wait else contact
        for contact, wait in waits
        if not (wait and contact.live is None)
    )


def due_plan(
    plan: Plan, folder: Sequence[Declaration], waiting: int, remembered: Remembered, policy: Policy
) -> Plan:
    """A plan as one of what is due by the clock alone; ``waiting`` contacts differ that are not in it.

    It was made of the declarations of the ``folder`` with a boundary, and holds until the next one of any.
    What is declared no longer is for a whole plan to tell: the clock has no part in it.
    """
    differ = f"{plural(waiting, 'contact')} {verb_form(waiting, 'differs', 'differ')}"
    note = f"{waiting} more {differ} for other reasons, which 'reconcile drift' tells"
    stopped = _why_nothing_is_due(plan, remembered, policy)
    notes = (*stopped, *plan.notes, *([note] if waiting else []))
    guards = tuple(map(_of_due_plan, plan.guards))
    plan = replace(
        plan,
        scope=None,
        valid_until=next_boundary(folder, plan.as_of),
        declarations_digest=declarations_digest(folder),
        notes=notes,
        guards=guards,
        undeclared=(),
        would_revoke=(),
    )
    return replace(plan, digest=plan_digest(plan))


def _why_nothing_is_due(plan: Plan, remembered: Remembered, policy: Policy) -> Iterator[str]:
    """Why no window starts or ends by the clock alone, whatever the declarations say."""
    record = remembered.record
    if record is None or record.config != policy_digest(policy, plan.account):
        other = (
            "no run of everything is complete yet"
            if record is None
            else ("the configuration is not that of the last complete run")
        )
        yield f"nothing starts or ends by the clock, since {other}: plan and apply everything first"


def _of_due_plan(verdict: Verdict) -> Verdict:
    """A run of what is due makes nothing forgotten, since its record takes all else over."""
    if verdict.passed or not guard_named(verdict.guard).forgets:
        return verdict
    return Verdict(verdict.guard, passed=True, message="not judged: only what is due is looked at")


@dataclass(frozen=True, slots=True)
class _ContactDrift:
    """Judges the operations of one contact.

    ``entry`` is what the record says of it, where its declaration is the same. ``unrecorded`` is the last run
    of the very same declarations, where it left no record. ``settled`` is when the last run began that left
    the contact as declared; ``last`` what a run proves that left it so.
    """

    change: Change
    entry: RecordedEntry | None
    unrecorded: UnrecordedRun | None
    settled: datetime | None
    last: LastSettled | None
    writes: ItemWrites = field(default_factory=dict)

    @classmethod
    def of(
        cls, change: Change, declarations: str, remembered: Remembered, policy: Policy, config: str
    ) -> "_ContactDrift":
        entry = carried_out(change.declaration, config, remembered, policy)
        unrecorded = remembered.unrecorded
        made_for = (declarations, config)
        same = unrecorded is not None and (unrecorded.declarations, unrecorded.config) == made_for
        instants = (entry.settled if entry else None, remembered.settled.get(change.contact.id))
        settled = max((instant for instant in instants if instant is not None), default=None)
        last = _last_settled_form(change, unrecorded if same else None, entry, remembered)
        return cls(change, entry, unrecorded if same else None, settled, last)

    def difference(self, operation: Operation) -> Difference:
        by_clock = self._by_clock(operation)
        known = self.last.value_of(operation) if self.last else None
        if by_clock is None:
            cause, run = self._by_hand()
            if cause is Cause.OUTSIDE:
                return self._since_last_write(operation, known)
            return Difference(self.change, operation, cause, run=run, last_known=known)
        cause, at = by_clock
        due = self.entry is not None and self.entry.settled is not None
        return Difference(self.change, operation, cause, at, due=due, last_known=known)

    def _since_last_write(self, operation: Operation, known: LastKnown | None) -> Difference:
        """What happened after the last proof of an item, which may be a later run that wrote the item alone.

        Where the item is as that run left it, such as one that took another back, nobody did it outside.
        """
        key = item_key(operation.facet, operation.item)
        written = self.writes.get((self.change.contact.id, operation.facet, key))
        if written is not None and (known is None or known.at <= written.at):
            known = LastKnown(written.value, written.at)
            if differing_from_live(known, operation) is None:
                return Difference(self.change, operation, Cause.RUN, run=written.run)
        known = differing_from_live(known, operation)
        return Difference(self.change, operation, Cause.OUTSIDE, last_known=known)

    def _by_clock(self, operation: Operation) -> tuple[Cause, datetime] | None:
        """The window's boundary that explains an operation; None when it does not, or not any more.

        A boundary explains nothing once a run has been past it: what that run set right was then changed.
        Nor does it explain what a person has touched since.
        """
        boundary = self._boundary(operation)
        if boundary is None or _touched(operation, boundary[1]):
            return None
        return boundary if self.settled is None or self.settled < boundary[1] else None

    def _boundary(self, operation: Operation) -> tuple[Cause, datetime] | None:
        if (
            operation.action is Action.REMOVE
            and operation.origin.kind is OriginKind.LAPSED
            and operation.origin.at is not None
        ):
            return Cause.LAPSED, operation.origin.at
        item = self._declared(operation) if operation.action is Action.ADD else None
        return (Cause.STARTED, item.window.starts) if item is not None and item.window.starts else None

    def _declared(self, operation: Operation) -> DeclaredItem | None:
        if operation.facet not in SETS:
            return None
        key = operation.facet, item_key(operation.facet, operation.item)
        items = self.change.declaration.items(operation.facet)
        return next((item for item in items if item.key == key), None)

    def _by_hand(self) -> tuple[Cause, str | None]:
        if self.unrecorded is None:
            is_known = self.entry is not None and self.entry.settled is not None
            return (Cause.OUTSIDE if is_known else Cause.NOT_APPLIED), None
        if self.unrecorded.complete or self.change.contact.id in self.unrecorded.settled:
            return Cause.OUTSIDE, None
        return Cause.INTERRUPTED, self.unrecorded.run


def _last_settled_form(
    change: Change, same: UnrecordedRun | None, entry: RecordedEntry | None, remembered: Remembered
) -> LastSettled | None:
    """The newest proof of what a contact held: by a run of the same declarations, by the record, or none."""
    if same is not None and (same.complete or change.contact.id in same.settled):
        return settled_as_declared(change.declaration, same.at)
    if entry is not None:
        return settled_as_declared(change.declaration, entry.settled)
    return settled_before(remembered.entry(change.declaration.key))


def _touched(operation: Operation, boundary: datetime) -> bool:
    """True for a role that is held beyond the end that it was given: it lapses by itself, so somebody did.

    A tag has no end in the account, so nobody can tell who has put it there.
    """
    return isinstance(operation.before, Grant) and operation.before.expires != boundary
