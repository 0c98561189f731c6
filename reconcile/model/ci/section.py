"""What jobs hand on for people to read: what a pull request would do, and what became of what was merged.

And what people are asked to accept of an earlier run.
"""

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
    SUPERSEDED: the commit is not the tip, whose own run does the work. ELSEWHERE: the run that is to be
    accepted is another target's.
    """

    READY = "ready"
    EMPTY = "empty"
    REFUSED = "refused"
    SUPERSEDED = "superseded"
    ELSEWHERE = "elsewhere"
    FAILED = "failed"


class AcceptanceKind(StrEnum):
    """What is accepted: what contacts lost in a run, or that later runs remember nothing of it."""

    ACKNOWLEDGE = "acknowledge"
    RETIRE = "retire"


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What a run by hand accepts of an earlier run, and nothing else: what is seen is what is accepted.

    ``seen`` are lines with contacts by their ids alone: who lost which roles, or what the run did.
    """

    kind: AcceptanceKind
    run: str
    seen: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PreviewReport:
    """What a preview came to, written for other people: masked as configured, and without any digest.

    ``commit`` is the tip that was planned, ``base`` the commit of the last complete run; None for the whole
    account. ``pull_requests`` are the numbers of those merged since, oldest first. ``reasons`` are why it is
    refused, failed or superseded, ``notes`` what else is worth knowing. ``accepts`` is what the run is to
    accept, where it applies nothing.
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
    accepts: Acceptance | None = None
