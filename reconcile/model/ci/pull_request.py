"""What a forge records of pull requests, reviews and runs: nothing in it can be written by a branch.

The names are GitHub's. GitLab calls a pull request a merge request, a review an approval, a run a pipeline.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

ANY_WORKFLOW = "github-actions[bot]"
"""The login as which every workflow of every branch acts at GitHub, whoever has written it."""


@dataclass(frozen=True, slots=True)
class PullRequest:
    """A pull request as the forge records it now.

    ``head`` is the commit at the head of ``head_branch``, ``base`` the branch that it goes to, ``author`` the
    login of who opened it. ``own`` is False when its head lies in another repository, a fork. ``merge`` is
    the commit that its merge made; None while it is not merged. ``closed`` is None while it is open.
    """

    number: int
    head: str
    head_branch: str
    base: str
    author: str
    own: bool
    opened: datetime
    closed: datetime | None = None
    merge: str | None = None


class ReviewState(StrEnum):
    """What a reviewer said last with one review."""

    APPROVED = "approved"
    CHANGES_REQUESTED = "changes-requested"
    COMMENTED = "commented"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class Review:
    """One review: of which commit, when. ``may_write``: the reviewer may push to the repository."""

    author: str
    commit: str
    state: ReviewState
    at: datetime
    may_write: bool


@dataclass(frozen=True, slots=True)
class ForgeRun:
    """A run of a workflow (GitLab: a pipeline). ``attempt`` counts from 1; a run can be started again.

    ``own`` is False when its head lies in a fork. ``on_branch``: nothing tells that it ran for a
    tag. ``waiting``: it waits for somebody to let a job run. ``actor`` is the login of who started its first
    attempt, for a pull request most often by pushing; empty where the forge does not tell.
    """

    id: int
    attempt: int
    workflow: str
    event: str
    branch: str
    head: str
    own: bool
    on_branch: bool
    created: datetime
    ended: bool
    succeeded: bool
    waiting: bool = False
    actor: str = ""


@dataclass(frozen=True, slots=True)
class ForgeArtifact:
    """Files that an attempt of a run left and that are still kept.

    ``created`` is the forge's time of the upload, ``run.attempt`` the attempt that its name or job tells.
    """

    id: int
    name: str
    run: ForgeRun
    created: datetime


@dataclass(frozen=True, slots=True)
class WritingAttempt:
    """An attempt of a run whose writing step for one target was begun, as the forge records it.

    ``at`` is when the step began, ``ended`` when its job ended; None while it goes on.
    """

    run: int
    attempt: int
    at: datetime
    ended: datetime | None = None
