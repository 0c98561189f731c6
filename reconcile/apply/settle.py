"""One contact's change, brought to its end: whatever happens becomes a result, and stands in the journal."""

from reconcile.errors import ApiError, Halted
from reconcile.model import Change, ChangeAction

from .course import Run, trouble
from .create import create
from .outcome import Outcome, Result
from .update import update


def settle(change: Change, run: Run) -> Result:
    """Bring one contact to its target; every failure becomes a result, so that other contacts go on."""
    reason = run.stops(change)
    if reason is not None:
        return Result(change, Outcome.NOT_TRIED, reason)
    try:
        result = _tried(change, run)
    except BaseException:
        run.brake.stop("an unexpected error")
        raise
    if result.settled or result.outcome is Outcome.STALE:
        run.brake.succeeded()
    elif result.outcome is not Outcome.NOT_TRIED:
        run.brake.failed()
    return _noted(result, run)


def _noted(result: Result, run: Run) -> Result:
    """The result, once the journal has it. Without a journal nothing more is written."""
    try:
        run.journal.outcome(result)
    except OSError as error:
        run.brake.stop(f"the journal can't be written: {error.strerror}")
    return result


def _tried(change: Change, run: Run) -> Result:
    try:
        return create(change, run) if change.action is ChangeAction.CREATE else update(change, run)
    except Halted as error:
        return Result(change, Outcome.NOT_TRIED, str(error))
    except (ApiError, OSError) as error:
        return Result(change, Outcome.FAILED, trouble(error, run))
