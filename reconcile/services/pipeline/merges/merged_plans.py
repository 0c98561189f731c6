"""The pull requests that were merged since a commit, and which of their plans count."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from reconcile.errors import Refusal
from reconcile.model.plans.plan import Plan
from reconcile.pipeline.approvals import ApprovalRules, counting_plan
from reconcile.pipeline.merges import MergedWork, group_by_pull_request, unbrought_reason
from reconcile.services.pipeline.commits import Commits
from reconcile.services.pipeline.pull_requests.facts import ProjectFiles
from reconcile.services.project import Project

from .main_job import MainJob

MOST_COMMITS = 400
"""Maximum number of commits that are asked about, a request each: GitHub allows a job 1,000 an hour."""


@dataclass(frozen=True, slots=True)
class MergedPlans:
    """The plans that count, together the ceiling; and in words, why those of others do not."""

    plans: tuple[Plan, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class PullRequestsSince:
    """The pull requests that brought these commits to the main branch; the commits come oldest first."""

    project: Project
    account: str
    job: MainJob
    commits: Commits
    since: tuple[str, ...]

    @cached_property
    def work(self) -> MergedWork:
        """The pull requests, and the commits that none has brought."""
        if len(self.since) > MOST_COMMITS:
            raise Refusal(
                f"{len(self.since)} commits have come to {self.job.branch} since the last complete run, more "
                "than a forge lets anybody ask about; nothing was written; start the run by hand"
            )
        brought = {commit: self.job.evidence.merged_with(commit) for commit in self.since}
        return group_by_pull_request(self.since, brought, self.job.branch)

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers of the pull requests, in the order of their merges."""
        return tuple(merge.pull.number for merge in self.work.merged)

    def plans(self, covers: Callable[[Sequence[Plan]], bool]) -> MergedPlans:
        """The plans that count, from the newest merge on until they cover all; and why others do not.

        A forge allows so many requests an hour, so those that change nothing that is declared, and those that
        are not needed, are not asked about.
        """
        plans: list[Plan] = []
        reasons: list[str] = []
        for merge in reversed(self.work.merged):
            changed = self._changed(merge.commits)
            if not any(map(self._files.is_declared, changed)):
                continue
            facts = self._files.facts(self.job.evidence, merge.pull, changed)
            counting = counting_plan(facts, self._rules)
            reasons += counting.reasons
            if counting.plan is not None:
                plans.append(counting.plan)
                if covers(plans):
                    break
        return MergedPlans(tuple(plans), (*reasons, *self._unbrought()))

    @property
    def _files(self) -> ProjectFiles:
        return ProjectFiles(self.project)

    @property
    def _rules(self) -> ApprovalRules:
        return ApprovalRules(self.job.branch, self.account, self.project.settings.ci.require_review)

    def _unbrought(self) -> Iterator[str]:
        """What came without a pull request, as far as it declares something."""
        for commit in self.work.unbrought:
            if any(map(self._files.is_declared, self._changed((commit,)))):
                yield unbrought_reason(commit, self.job.branch)

    def _changed(self, commits: Iterable[str]) -> frozenset[str]:
        """The files that these commits changed on the main branch."""
        own = (self.commits.changed(self.commits.parents(commit)[0], commit) for commit in commits)
        return frozenset(file for files in own for file in files)
