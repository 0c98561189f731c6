"""Carry out a plan: revocations, then changes, then grants. Decides nothing of its own."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed

from reconcile.model import Action, Change, Part, Plan

from .course import Run
from .outcome import Report, Result
from .settle import settle

Progress = Callable[[int, int | None], None]


def carry_out(plan: Plan, run: Run, progress: Progress = lambda _done, _total: None) -> Report:
    """Apply every change of a plan: contacts that lose access first, then changes, then grants.

    Contacts are independent: the failure of one does not stop the others. What stops the whole run is the
    brake; contacts that were not reached by then are reported as not tried.
    """
    results: dict[str, Result] = {}
    with ThreadPoolExecutor(run.workers, thread_name_prefix="apply") as pool:
        try:
            for phase in _phases(plan.changes):
                for result in _carried(phase, run, pool):
                    results[result.change.key] = result
                    progress(len(results), len(plan.changes))
        except BaseException:
            run.brake.stop("an unexpected error")  # or the pool would go on writing before it closes
            raise
    in_order = (results[change.key] for change in plan.changes)
    return Report(tuple(in_order), run.brake.reason)


def _carried(phase: Sequence[Change], run: Run, pool: ThreadPoolExecutor) -> Iterator[Result]:
    waiting = [pool.submit(settle, change, run) for change in phase]
    for done in as_completed(waiting):
        yield done.result()


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
