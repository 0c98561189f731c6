"""Whether the machine's clock can be trusted, which decides about access. Pure: every time is an argument.

What is compared is the time of the machine, never the instant that ``--as-of`` asks for.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from reconcile.clock import ServerTime, zoned_text
from reconcile.errors import refuse_if
from reconcile.text import plural

TOLERANCE = 300.0
"""The seconds that two clocks may be apart: more than one drifts that is set now and then."""

_REMEDY = "set this machine's clock"


@dataclass(frozen=True, slots=True)
class ClockTimes:
    """What clocks show or have shown.

    ``machine`` is this machine's clock now, ``since`` what it showed when the command began (None: another
    instant was asked for). ``server`` is the clock of the account, None when no answer tells it. ``runs`` is
    what the machine of each earlier run showed when it began, by the run's name. ``timezone`` is the one in
    which people read times. ``pipeline``: the journals of earlier runs lie at a forge.
    """

    account: str
    machine: datetime
    since: datetime | None = None
    server: ServerTime | None = None
    runs: Mapping[str, datetime] | None = None
    timezone: str = "UTC"
    pipeline: bool = False

    def shown(self, instant: datetime) -> str:
        """An instant for people."""
        return zoned_text(instant, self.timezone)


@dataclass(frozen=True, slots=True)
class ClockReport:
    """``reasons`` why nothing may be written by this clock; ``warnings`` are merely worth knowing."""

    reasons: tuple[str, ...]
    warnings: tuple[str, ...]

    def refuse(self) -> None:
        """Raise Refusal when the clock can't be trusted."""
        refuse_if(self.reasons, "the clock decides about access and can't be trusted; nothing was written")


def compare_clocks(times: ClockTimes) -> ClockReport:
    """Compare the machine's clock with the account's, with itself, and with those of earlier runs."""
    reasons = (*_apart_from_server(times), *_set_back(times), *_runs_ahead(times))
    unchecked = f"no answer of {times.account} tells its time: this machine's clock could not be checked"
    return ClockReport(reasons, () if times.server else (unchecked,))


def _apart_from_server(times: ClockTimes) -> Iterator[str]:
    lead = times.server.lead_of(times.machine) if times.server else 0.0
    if times.server and abs(lead) > TOLERANCE:
        position = f"{_duration(abs(lead))} {'ahead of' if lead > 0 else 'behind'}"
        here, there = times.shown(times.machine), times.shown(times.server.instant)
        shown = f"here {here}, there {there}"
        yield f"this machine's clock is {position} that of {times.account} ({shown}): {_REMEDY}"


def _set_back(times: ClockTimes) -> Iterator[str]:
    """Time that goes backwards: the plan was made as of a time that has not come yet.

    A clock that was set forward needs no such check: the plan is valid only until its next boundary.
    """
    lead = (times.since - times.machine).total_seconds() if times.since else 0.0
    if lead > TOLERANCE:
        yield f"this machine's clock was set back by {_duration(lead)} since the command began: call it again"


def _runs_ahead(times: ClockTimes) -> Iterator[str]:
    """The runs that noted a later time than it is: this machine's clock is wrong, or theirs was."""
    for run, noted in (times.runs or {}).items():
        lead = (noted - times.machine).total_seconds()
        if lead > TOLERANCE:
            yield (
                f"run {run} began at {times.shown(noted)}, {_duration(lead)} ahead of this machine's clock "
                f"({times.shown(times.machine)}): {_REMEDY}; if the clock of that run was wrong, "
                f"{_retire(run, pipeline=times.pipeline)}"
            )


def _retire(run: str, *, pipeline: bool) -> str:
    """How a person lets later runs remember nothing of a run."""
    if pipeline:
        return f"start a run by hand whose 'retire' is {run} (GitLab: the variable RECONCILE_RETIRE)"
    return f"'reconcile history --retire {run}'"


def _duration(seconds: float) -> str:
    """``400 days``, ``7 hours``, ``12 minutes``: in the largest unit of which there are two."""
    units = (("day", 86_400), ("hour", 3_600), ("minute", 60))
    unit, length = next(((name, size) for name, size in units if seconds >= 2 * size), units[-1])
    number = round(seconds / length)
    return f"{number} {plural(number, unit)}"
