"""What GitLab records of merges, approvals, pipelines and what they left, for the pipeline's decisions."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from reconcile.forge.evidence import NOTHING_KNOWN, KnownAttempts
from reconcile.model.ci.pull_request import ForgeArtifact, ForgeRun, PullRequest, Review, WritingAttempt

from .approvals import GitLabApprovals
from .archives import GitLabArchives
from .jobs import GitLabJobs
from .merge_requests import GitLabMergeRequests
from .project import GitLabProject


@dataclass(frozen=True, slots=True)
class GitLabEvidence:
    """The evidence of one project. See forge/evidence.py."""

    project: GitLabProject
    _requests: GitLabMergeRequests = field(init=False, repr=False)
    _jobs: GitLabJobs = field(init=False, repr=False)
    _archives: GitLabArchives = field(init=False, repr=False)

    def __post_init__(self) -> None:
        jobs = GitLabJobs(self.project)
        object.__setattr__(self, "_requests", GitLabMergeRequests(self.project))
        object.__setattr__(self, "_jobs", jobs)
        object.__setattr__(self, "_archives", GitLabArchives(self.project, jobs))

    def tip(self, branch: str) -> str:
        """The commit at the tip of a branch."""
        return self._requests.tip(branch)

    def pull_request(self, number: int) -> PullRequest:
        """The merge request of that number."""
        return self._requests.read(number)

    def merged_with(self, commit: str) -> tuple[PullRequest, ...]:
        """The merged requests that brought a commit."""
        return self._requests.merged_with(commit)

    def reviews(self, pull: PullRequest) -> tuple[Review, ...]:
        """All approvals, withdrawals and requests for changes, oldest first."""
        return GitLabApprovals(self.project, self._requests).of(pull)

    def base_changes(self, pull: PullRequest) -> tuple[datetime, ...]:
        """When the branch that it goes to was changed."""
        return self._requests.base_changes(pull)

    def same_head(self, pull: PullRequest) -> tuple[PullRequest, ...]:  # noqa: ARG002 - see below
        """None: GitLab knows of each pipeline which merge request it is for, whoever shares its head."""
        return ()

    def keeps_workflows(self, pull: PullRequest) -> bool:
        """True when its head has the pipeline of the commit where its branch left."""
        return self._requests.keeps_workflows(pull)

    def plans(self, pull: PullRequest, name: str) -> Iterator[ForgeArtifact]:
        """The artifacts that pipelines for its head left, newest first."""
        return self._archives.of_request(pull, name)

    def kept(self, name: str, branch: str, since: datetime) -> Iterator[ForgeArtifact]:
        """The artifacts ``name-N`` that jobs N on a branch left, newest first."""
        return self._archives.of_branch(name, branch, since)

    def runs(self, branch: str, since: datetime) -> Iterator[ForgeRun]:
        """The pipelines on a branch."""
        return self._archives.runs(branch, since)

    def writing_attempts(
        self, target: str, branch: str, since: datetime, known: KnownAttempts = NOTHING_KNOWN
    ) -> Iterator[WritingAttempt]:
        """The jobs on a branch whose command that writes for that target was begun."""
        attempts = self._jobs.writing_attempts(target, branch, since)
        return (attempt for attempt in attempts if (attempt.run, attempt.attempt) not in known)

    def download(self, artifact: ForgeArtifact) -> bytes:
        """The files of an artifact."""
        return self._archives.download(artifact)
