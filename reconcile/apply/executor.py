"""Carries out a plan: revocations, then changes, then grants; settles interrupted runs, too."""

from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import closing

from reconcile.errors import ApiError, NotFound, Rejected, ServerFailure, Stopped, UnexpectedResponse
from reconcile.evance.reader import Reader
from reconcile.journal.history import RunHistory
from reconcile.journal.journaled_run import NO_EFFECT, JournaledRun
from reconcile.journal.lines import IntentLine
from reconcile.journal.writer import Journal
from reconcile.model.facets import MANAGED, Facet
from reconcile.model.plans.change import Change, ChangeAction
from reconcile.model.plans.operation import Action
from reconcile.model.plans.plan import Plan, PlanContext
from reconcile.model.result import LostItem, Outcome, Report, Result, WriteEffect
from reconcile.plan.write_effect import effect_of, unasked_changes

from .create import create_contact
from .run_context import RunContext, failure_text
from .update import update_contact

CarryOutProgress = Callable[[int, int | None], None]
"""Called with how many contacts are done, and how many there are."""


def carry_out(plan: Plan, run: RunContext, progress: CarryOutProgress = lambda _done, _total: None) -> Report:
    """Apply every change of a plan: contacts that lose access first, then changes, then grants.

    Contacts are independent: the failure of one does not stop the others. Only the circuit breaker stops the
    whole run; contacts that were not reached by then are reported as not tried.
    """
    results: dict[str, Result] = {}
    proven: set[frozenset[Facet]] = set()
    with ThreadPoolExecutor(run.workers, thread_name_prefix="apply") as pool:
        try:
            for group in _groups(plan.changes, proven):
                futures = [pool.submit(execute_change, change, run) for change in group]
                for future in as_completed(futures):
                    result = future.result()
                    results[result.change.key] = result
                    if result.outcome is Outcome.APPLIED and result.created is None:
                        proven.add(_written_facets(result.change))
                    progress(len(results), len(plan.changes))
        except BaseException:
            run.breaker.stop("an unexpected error")  # or the pool would go on writing before it closes
            raise
    return Report(tuple(results[change.key] for change in plan.changes), run.breaker.reason)


def _groups(changes: Sequence[Change], proven: Collection[frozenset[Facet]]) -> Iterator[list[Change]]:
    """What may be carried out at the same time: phase by phase, the first writes of each kind alone.

    What a server does to all that a write does not name is known once one such write is read back: ``proven``
    grows while the groups are carried out. So a server that drops it takes the roles of one contact, and not
    of as many as there are workers. A new contact has nothing that could be dropped.
    """
    for phase in _phases(changes):
        others: list[Change] = []
        for change in phase:
            if change.action is ChangeAction.CREATE or _written_facets(change) in proven:
                others.append(change)
            else:
                yield [change]
        yield others


def _written_facets(change: Change) -> frozenset[Facet]:
    return frozenset(facet for facet in MANAGED if change.target.has(facet))


def _phases(changes: Sequence[Change]) -> Iterator[list[Change]]:
    """Revocations, then changes, then grants. A contact belongs to the first phase that it has a part in."""
    for phase in range(3):
        yield [change for change in changes if _phase(change) == phase]


def _phase(change: Change) -> int:
    if any(operation.revokes for operation in change.operations):
        return 0
    added = {operation.facet for operation in change.operations if operation.action is Action.ADD}
    return 2 if added & {Facet.ROLES, Facet.CONTACT} else 1


def execute_change(change: Change, run: RunContext) -> Result:
    """Bring one contact to its target; a failure becomes a result, so that the other contacts go on."""
    reason = run.stops(change)
    if reason is not None:
        return Result(change, Outcome.NOT_TRIED, reason)
    try:
        result = _attempt_change(change, run)
    except BaseException:
        run.breaker.stop("an unexpected error")
        raise
    if result.outcome is Outcome.LOST_ROLE:
        run.breaker.stop("a contact lost a role that nobody asked to take")
    elif result.settled or result.outcome is Outcome.STALE:
        run.breaker.succeeded()
    elif result.outcome is not Outcome.NOT_TRIED:
        run.breaker.failed()
    try:
        run.journal.outcome(result)
    except OSError as error:
        failure_text(error, run)  # without a journal nothing more is written
    return result


def _attempt_change(change: Change, run: RunContext) -> Result:
    write = create_contact if change.action is ChangeAction.CREATE else update_contact
    try:
        return write(change, run)
    except Stopped as error:
        return Result(change, Outcome.NOT_TRIED, str(error))
    except (ApiError, OSError) as error:
        return Result(change, Outcome.FAILED, failure_text(error, run))


def settle_interrupted_runs(past: RunHistory, account: Reader, context: PlanContext) -> tuple[str, ...]:
    """Look at every contact that an interrupted run left in doubt, and note the finding in the run's journal.

    The findings in words; a contact that can't be looked at now is left for the next run. What is left to do
    is in the next plan, like everything else.
    """
    interrupted = (run for run in past.runs if run.in_doubt or not run.ended)
    return tuple(finding for run in interrupted for finding in _resolve(run, account, context))


def _resolve(run: JournaledRun, account: Reader, context: PlanContext) -> Iterator[str]:
    seen = {line.key for line in run.outcomes}
    with closing(Journal(run.path)) as journal:
        for intent in run.in_doubt:
            how = "could not look at" if intent.key in seen else "was cut off while it wrote"
            try:
                finding, lost = _finding(intent, account, context)
            except (Rejected, ServerFailure, UnexpectedResponse) as error:
                # It stays in doubt, and must not keep all the others from being applied.
                yield f"run {run.name} {how} {intent.email}, and it still can't be looked at: {error}"
                continue
            journal.resolve(intent, finding, lost)
            yield f"run {run.name} {how} {intent.email}: {finding}"
        if not run.ended:
            journal.note_cut_off()


def _finding(intent: IntentLine, account: Reader, context: PlanContext) -> tuple[str, tuple[LostItem, ...]]:
    """What a look at the contact tells of the write: in words, and what the contact lost unasked."""
    before = intent.contact_before
    if intent.contact is None or before is None:
        return "it was to be created; the plan shows whether it exists", ()
    try:
        live = account.contact(intent.contact)
    except NotFound:
        return "the contact is gone", ()
    steps = tuple(intent.steps())
    unasked = unasked_changes(before, live, steps, context.policy, context.now)
    # A server that failed half-way takes roles and does nothing else of the write.
    if not unasked.lost_role and effect_of(steps, live, context.now) is WriteEffect.NOT_TAKEN:
        return NO_EFFECT, ()
    lost = unasked.lost
    return f"it lost {', '.join(map(str, lost))}" if lost else "the contact has changed since", lost
