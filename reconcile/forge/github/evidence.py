"""What GitHub records of merges, reviews, runs and artifacts, for the pipeline's decisions."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from reconcile.forge.evidence import NOTHING_KNOWN, KnownAttempts
from reconcile.model.ci.pull_request import ForgeArtifact, ForgeRun, PullRequest, Review, WritingAttempt

from .artifacts import GitHubArtifacts
from .pull_requests import GitHubPullRequests
from .repository import GitHubRepository
from .reviews import GitHubReviews
from .runs import WRITING, GitHubRuns


@dataclass(frozen=True, slots=True)
class GitHubEvidence:
    """The evidence of one repository. ``own_run`` is the run that asks. See forge/evidence.py."""

    repository: GitHubRepository
    own_run: int | None = None
    _pulls: GitHubPullRequests = field(init=False, repr=False)
    _runs: GitHubRuns = field(init=False, repr=False)
    _artifacts: GitHubArtifacts = field(init=False, repr=False)

    def __post_init__(self) -> None:
        pulls = GitHubPullRequests(self.repository)
        runs = GitHubRuns(self.repository, pulls)
        object.__setattr__(self, "_pulls", pulls)
        object.__setattr__(self, "_runs", runs)
        object.__setattr__(self, "_artifacts", GitHubArtifacts(self.repository, runs, self.own_run))

    def tip(self, branch: str) -> str:
        """The commit at the tip of a branch."""
        return self._pulls.tip(branch)

    def pull_request(self, number: int) -> PullRequest:
        """The pull request of that number."""
        return self._pulls.read(number)

    def merged_with(self, commit: str) -> tuple[PullRequest, ...]:
        """The merged pull requests that brought a commit."""
        return self._pulls.merged_with(commit)

    def reviews(self, pull: PullRequest) -> tuple[Review, ...]:
        """All reviews, oldest first."""
        return GitHubReviews(self.repository).of(pull)

    def base_changes(self, pull: PullRequest) -> tuple[datetime, ...]:
        """When the branch that it goes to was changed."""
        return self._pulls.base_changes(pull)

    def same_head(self, pull: PullRequest) -> tuple[PullRequest, ...]:
        """The other pull requests of the same head branch or commit."""
        return self._pulls.same_head(pull)

    def keeps_workflows(self, pull: PullRequest) -> bool:
        """True when its head has the workflow text of the commit where its branch left."""
        return self._pulls.keeps_workflows(pull)

    def plans(self, pull: PullRequest, name: str) -> Iterator[ForgeArtifact]:
        """The artifacts that runs for its head left, newest first."""
        return self._artifacts.of_pull_request(pull, name)

    def kept(self, name: str, branch: str, since: datetime) -> Iterator[ForgeArtifact]:
        """The artifacts ``name-N`` that runs on a branch left, newest first."""
        return self._artifacts.of_branch(name, branch, since)

    def runs(self, branch: str, since: datetime) -> Iterator[ForgeRun]:
        """The runs on a branch of the workflows that write."""
        return (row.run for row in self._runs.of_branch(branch, since) if row.files & WRITING)

    def writing_attempts(
        self, target: str, branch: str, since: datetime, known: KnownAttempts = NOTHING_KNOWN
    ) -> Iterator[WritingAttempt]:
        """The attempts of runs on a branch whose writing step for that target was begun."""
        return self._runs.writing_attempts(target, branch, since, known)

    def download(self, artifact: ForgeArtifact) -> bytes:
        """The archive of an artifact."""
        return self._artifacts.download(artifact)
