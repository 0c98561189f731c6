"""Carry out a plan: each contact is read, planned anew, written and read back. Decides nothing itself."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Event
from typing import Protocol

from reconcile.errors import ApiError, Forbidden, OutcomeUnknown, Unauthorized
from reconcile.model import (
    Action,
    Change,
    ChangeAction,
    Contact,
    Declaration,
    Part,
    Payload,
    Place,
    Plan,
)
from reconcile.plan import Scene, exceeding, plan_change, unmet

from .outcome import Outcome, Report, Result

Progress = Callable[[int, int | None], None]


class Account(Protocol):
    """What carrying out a plan needs of the account."""

    def contact(self, contact_id: str, /) -> Contact:
        """Read one contact afresh."""

    def update(self, contact_id: str, payload: Payload, /) -> object:
        """Write one contact."""

    def create(self, payload: Payload, /) -> str:
        """Add a contact and tell its id."""


@dataclass(frozen=True, slots=True)
class Run:
    """Everything one run goes by. ``declarations`` are found by the place at which they stand."""

    account: Account
    scene: Scene
    declarations: Mapping[Place, Declaration]
    workers: int
    stop: Event


def carry_out(plan: Plan, run: Run, progress: Progress = lambda _done, _total: None) -> Report:
    """Apply every change of a plan: contacts that lose access first, then changes, then grants.

    Contacts are independent: the failure of one does not stop the others. Only a refusal of the credentials
    stops the run; what is left then is reported as not tried.
    """
    results: dict[Place, Result] = {}
    with ThreadPoolExecutor(run.workers) as pool:
        for phase in _phases(plan.changes):
            for result in pool.map(lambda change: _settle(change, run), phase):
                results[result.change.source] = result
                progress(len(results), len(plan.changes))
    return Report(tuple(results[change.source] for change in plan.changes))


def _phases(changes: Sequence[Change]) -> Iterator[list[Change]]:
    """Revocations, then changes, then grants. A contact goes with the first kind it has."""
    by_phase: dict[int, list[Change]] = {0: [], 1: [], 2: []}
    for change in changes:
        by_phase[_phase(change)].append(change)
    yield from by_phase.values()


def _phase(change: Change) -> int:
    if any(operation.revokes for operation in change.operations):
        return 0
    grants = any(
        operation.part in {Part.ROLES, Part.CONTACT} and operation.action is Action.ADD
        for operation in change.operations
    )
    return 2 if grants else 1


def _settle(change: Change, run: Run) -> Result:
    if run.stop.is_set():
        return Result(change, Outcome.NOT_TRIED, "the run was stopped")
    try:
        return _create(change, run) if change.action is ChangeAction.CREATE else _update(change, run)
    except (Unauthorized, Forbidden) as error:
        run.stop.set()
        return Result(change, Outcome.FAILED, str(error))
    except ApiError as error:
        return Result(change, Outcome.FAILED, str(error))


def _update(change: Change, run: Run) -> Result:
    """Read, plan anew, write, read back. What the fresh plan has beyond the shown one is never written."""
    live = run.account.contact(change.contact.id)
    if live.identity != change.contact:
        return Result(change, Outcome.STALE, "the contact now has another type, e-mail or reference")
    fresh = plan_change(run.declarations[change.source], live, run.scene)
    if fresh is None:
        return Result(change, Outcome.UNNECESSARY)
    beyond = exceeding(fresh.operations, change.operations)
    if beyond:
        items = ", ".join(f"{operation.part} {operation.item}" for operation in beyond)
        return Result(change, Outcome.STALE, f"it would now need more than was shown: {items}; plan again")
    lost = _write(lambda: run.account.update(change.contact.id, fresh.payload))
    return _confirm(change, fresh, change.contact.id, run, lost)


def _write(send: Callable[[], object]) -> bool:
    """Send a write once; True when its answer was lost, so that only reading back can tell."""
    try:
        send()
    except OutcomeUnknown:
        return True
    return False


def _create(change: Change, run: Run) -> Result:
    try:
        contact_id = run.account.create(change.payload)
    except OutcomeUnknown as error:
        return Result(change, Outcome.UNCONFIRMED, f"{error}; plan again to see whether it exists")
    return _confirm(change, change, contact_id, run, lost=False)


def _confirm(change: Change, written: Change, contact_id: str, run: Run, lost: bool) -> Result:  # noqa: FBT001
    """Read the contact back and compare it with its target."""
    try:
        after = run.account.contact(contact_id)
    except ApiError as error:
        return Result(change, Outcome.UNCONFIRMED, f"it was written but could not be read back: {error}")
    differences = unmet(written.target, after.state, run.scene.now)
    if not differences:
        return Result(change, Outcome.APPLIED)
    why = "the answer to the write was lost" if lost else "the account holds something else than was written"
    return Result(change, Outcome.UNCONFIRMED, f"{why}: {', '.join(differences)}")
