"""What the pipeline asks a forge about merges, reviews and runs: facts that no branch can write."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Protocol

from reconcile.model.ci.pull_request import ForgeArtifact, ForgeRun, PullRequest, Review, WritingAttempt

KnownAttempts = AbstractSet[tuple[int, int]]
"""Run and attempt of those of which the caller knows what became of them."""

NOTHING_KNOWN: KnownAttempts = frozenset()


class Evidence(Protocol):
    """What a forge records. Each method raises ForgeError when the forge does not tell."""

    def tip(self, branch: str, /) -> str:
        """The commit at the tip of a branch; never that of a tag of the same name."""

    def pull_request(self, number: int, /) -> PullRequest:
        """The pull request of that number."""

    def merged_with(self, commit: str, /) -> tuple[PullRequest, ...]:
        """The merged pull requests that brought a commit to the branch it is on."""

    def reviews(self, pull: PullRequest, /) -> tuple[Review, ...]:
        """All reviews, oldest first."""

    def base_changes(self, pull: PullRequest, /) -> tuple[datetime, ...]:
        """When the branch that it goes to was changed."""

    def same_head(self, pull: PullRequest, /) -> tuple[PullRequest, ...]:
        """The other pull requests, open or not, whose head is of the same branch or at the same commit.

        Whatever branch one goes to now, it may have gone to another before: `base_changes` tells.
        """

    def keeps_workflows(self, pull: PullRequest, /) -> bool:
        """True when its head has the workflow text of the commit where its branch left the base branch."""

    def plans(self, pull: PullRequest, name: str, /) -> Iterator[ForgeArtifact]:
        """The artifacts of that name (or ``name-N`` of attempt N) that runs for this head left, newest first.

        Only runs that a pull request started, in this repository, and that have ended or are this one.
        """

    def kept(self, name: str, branch: str, since: datetime, /) -> Iterator[ForgeArtifact]:
        """The artifacts ``name-N`` (of attempt N) that runs on a branch left since then, newest first.

        A run on a tag, or one that a pull request started, is none.
        """

    def runs(self, branch: str, since: datetime, /) -> Iterator[ForgeRun]:
        """The runs on a branch of our workflows that write, of which something changed since then."""

    def writing_attempts(
        self, target: str, branch: str, since: datetime, known: KnownAttempts = NOTHING_KNOWN, /
    ) -> Iterator[WritingAttempt]:
        """The attempts of runs on a branch whose writing step for that target was begun since then.

        A run works on several targets, each in a job of its own, which names it; a job without a name of a
        target may be any target's. A run that has ended and of which every attempt is ``known`` may be left
        out: that saves a request for each of a day's hourly runs.
        """

    def download(self, artifact: ForgeArtifact, /) -> bytes:
        """The archive of an artifact."""
