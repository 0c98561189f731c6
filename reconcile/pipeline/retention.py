"""What is kept of runs and for how long, what a job fetches of it, and what should be there and is not.

A job fetches a window, so that its requests and its disk do not grow with the years: the newest record, and
the journals of the guards' hours and of the time since that record was kept.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta

from reconcile.clock import later
from reconcile.model.ci.pull_request import ForgeArtifact, WritingAttempt

from .signatures import SignedKind

RECORDS_KEPT = timedelta(days=90)
"""How long the forge keeps a record; the longest that GitHub lets anybody keep an artifact without asking."""

RENEWED_AFTER = timedelta(days=30)
"""The age at which a record is kept anew although no run has noted one since."""

KEPT_AGAIN_AFTER = timedelta(hours=24)
"""The age at which a record that says the same as the one before is kept; until then its journal tells it."""

MOST_FOLLOWING = 48
"""Maximum number of journals after the record that was kept, then it is kept anew together with them."""

LONGEST_JOB = timedelta(hours=6)
"""Between what a job fetches and what it keeps; the longest that a job of GitHub's own machines may last."""

MOST_TRIED = 10
"""Maximum number of records that are looked at: the newest ones, until one can be believed."""

AttemptKey = tuple[int, int]
"""A run at the forge, and one of its attempts."""


def artifact_name(kind: SignedKind, target: str) -> str:
    """The name of what a run keeps for a target; each attempt N adds ``-N`` to it."""
    return f"reconcile-{kind}-{target}"


def attempt_of(artifact: ForgeArtifact, name: str) -> int | None:
    """The attempt that left an artifact, as its name says; None where the forge's names do not say it."""
    found = re.fullmatch(rf"{re.escape(name)}-([0-9]{{1,9}})", artifact.name, re.ASCII)
    return int(found[1]) if found else None


def window_start(now: datetime, hours: int, record_kept: datetime | None) -> datetime:
    """Since when journals are fetched: for the guards' hours, and since the newest record was kept.

    A job that was at work while that record was kept may have kept its journal later.
    """
    counted = later(now, -timedelta(hours=hours))
    return min(counted, later(record_kept, -LONGEST_JOB)) if record_kept else counted


def may_be_newer(artifact: ForgeArtifact, record_kept: datetime) -> bool:
    """Whether an artifact may hold a newer record than one that was signed at that instant.

    Nobody keeps a record before it was made. So what is old stays old, whenever somebody uploads it again.
    """
    return artifact.created >= later(record_kept, -LONGEST_JOB)


def without_a_trace(
    attempts: Iterable[WritingAttempt], kept: Collection[AttemptKey], own: AttemptKey
) -> Iterator[tuple[WritingAttempt, datetime]]:
    """The attempts that have ended and kept nothing, and when each ended; the one that asks is none."""
    for attempt in attempts:
        key = attempt.run, attempt.attempt
        if attempt.ended is not None and key != own and key not in kept:
            yield attempt, attempt.ended


def record_is_due(now: datetime, kept: datetime | None, *, own: bool, changed: bool, following: int) -> bool:
    """Whether a run keeps the newest record that it knows as an artifact of its own.

    ``kept`` is when the record was kept that the run has fetched. ``own``: the run has noted the newest one
    itself; ``changed``: it says something that the one before does not. ``following`` counts the journals
    since then. So an hour in which nothing happens costs no copy of all entries, and nothing runs out.
    """
    if kept is None or (own and changed):
        return True
    age = now - kept
    return age >= RENEWED_AFTER or following > MOST_FOLLOWING or (own and age >= KEPT_AGAIN_AFTER)


def longer_of(known: bytes | None, other: bytes) -> bytes:
    """The journal that has grown: later runs add to one, and no run takes anything away."""
    return other if known is None or len(other) > len(known) else known
