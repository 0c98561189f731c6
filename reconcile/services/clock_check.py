"""Whether the machine's clock can be trusted: it decides about access, so the account's is compared with it.

What is compared is the time of the machine, never the instant that ``--as-of`` asks for.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from reconcile.clock import utc_text
from reconcile.errors import refuse_if
from reconcile.evance.reader import Reader
from reconcile.evance.server_clock import ServerTime
from reconcile.journal.journaled_run import JournaledRun
from reconcile.text import escape_unprintable, plural

from .caller import Console
from .project import Project

TOLERANCE = 300.0
"""The seconds that two clocks may be apart: more than one drifts that is set now and then."""

_REMEDY = "set this machine's clock"


@dataclass(frozen=True, slots=True)
class ClockReport:
    """``reasons`` why nothing may be written by this clock; ``warnings`` are merely worth knowing."""

    reasons: tuple[str, ...]
    warnings: tuple[str, ...] = ()

    def refuse(self) -> None:
        """Raise Refusal when the clock can't be trusted."""
        refuse_if(self.reasons, "the clock decides about access and can't be trusted; nothing was written")

    def warn(self, console: Console) -> None:
        """Say everything as warnings, since nothing is to be written."""
        for text in (*self.reasons, *self.warnings):
            console.note(f"Warning: {escape_unprintable(text)}")


def check_clock(project: Project, account: Reader, runs: Iterable[JournaledRun] = ()) -> ClockReport:
    """Compare the machine's clock with the account's newest answer, and with what earlier runs noted."""
    machine, server = project.machine_time(), account.server_time()
    where = account.connection.account
    reasons = (*_apart(machine, server, where), *_set_back(project, machine), *_runs_ahead(machine, runs))
    unchecked = f"no answer of {where} tells its time: whether this machine's clock is right is not known"
    return ClockReport(reasons, () if server else (unchecked,))


def _apart(machine: datetime, server: ServerTime | None, where: str) -> Iterator[str]:
    lead = server.lead_of(machine) if server else 0.0
    if server and abs(lead) > TOLERANCE:
        position = f"{_duration(abs(lead))} {'ahead of' if lead > 0 else 'behind'}"
        times = f"here {utc_text(machine)}, there {utc_text(server.instant)}"
        yield f"this machine's clock is {position} that of {where} ({times}): {_REMEDY}"


def _set_back(project: Project, machine: datetime) -> Iterator[str]:
    """Time that goes backwards: the plan was made as of a time that has not come yet.

    A clock that was set forward needs no such check: the plan is valid only until its next boundary.
    """
    lead = 0.0 if project.choice.as_of else (project.now - machine).total_seconds()
    if lead > TOLERANCE:
        yield f"this machine's clock was set back by {_duration(lead)} since the command began: call it again"


def clock_fault(project: Project, account: Reader) -> str | None:
    """Why the machine's clock can't be trusted at this moment, by the account's newest answer, or None."""
    return next(iter(check_clock(project, account).reasons), None)


def _runs_ahead(machine: datetime, runs: Iterable[JournaledRun]) -> Iterator[str]:
    """The runs that noted a later time than it is: this machine's clock is wrong, or theirs was."""
    for run in runs:
        noted = None if run.retired else run.machine_time
        lead = (noted - machine).total_seconds() if noted else 0.0
        if noted and lead > TOLERANCE:
            yield (
                f"run {run.name} began at {utc_text(noted)}, {_duration(lead)} ahead of this machine's clock "
                f"({utc_text(machine)}): {_REMEDY}; if the clock of that run was wrong, "
                f"'reconcile history --retire {run.name}'"
            )


def _duration(seconds: float) -> str:
    """``400 days``, ``7 hours``, ``12 minutes``: the largest unit of which there are two."""
    units = (("day", 86_400), ("hour", 3_600), ("minute", 60))
    unit, length = next(((name, size) for name, size in units if seconds >= 2 * size), units[-1])
    number = round(seconds / length)
    return f"{number} {plural(number, unit)}"
