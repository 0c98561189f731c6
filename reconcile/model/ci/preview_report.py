"""What a run on the main branch says of its preview of one target, for those who were merged."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class PreviewState(StrEnum):
    """What becomes of a preview.

    READY: somebody has to see it. EMPTY: nothing is written, and nothing is scheduled that was not.
    SUPERSEDED: the commit is not the tip, whose own run does the work.
    """

    READY = "ready"
    EMPTY = "empty"
    REFUSED = "refused"
    SUPERSEDED = "superseded"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class PreviewReport:
    """What a preview came to, written for other people: masked as configured, and without any digest.

    ``commit`` is the tip that was planned, ``base`` the commit of the last complete run; None for the whole
    account. ``pull_requests`` are the numbers of those merged since, oldest first. ``reasons`` are why it is
    refused, failed or superseded, ``notes`` what else is worth knowing.
    """

    target: str
    account: str
    commit: str
    base: str | None
    state: PreviewState
    made: datetime
    pull_requests: tuple[int, ...] = ()
    reasons: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
