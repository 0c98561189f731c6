"""What jobs hand on for people to read: what a pull request would do, and what became of what was merged."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class SectionState(StrEnum):
    """How planning one target has ended.

    Refused: there is a plan, and guards, the clock or a switch keep it from being applied as it is.
    Problems: the declarations have errors. Failed: no plan could be made for another reason. Nothing: there
    is nothing to plan, or merging writes nothing and schedules nothing.
    """

    PLANNED = "planned"
    REFUSED = "refused"
    PROBLEMS = "problems"
    FAILED = "failed"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Section:
    """A section, written for other people: masked as configured, and without any digest.

    ``head`` is the commit at the head of the pull request, ``made`` when the plan was made. ``headline`` is
    one line of Markdown that stands alone where the comment has no room, ``text`` is the whole Markdown.
    ``digest_changed``: an earlier plan of this very head was another one. ``lifted``: an entry under
    ``allow`` lifts a guard for it.
    """

    target: str
    account: str
    head: str
    state: SectionState
    made: datetime
    headline: str
    text: str
    digest_changed: bool = False
    lifted: bool = False


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
