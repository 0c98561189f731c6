"""The pull requests that were merged since a commit, and which of their plans count."""

from dataclasses import dataclass
from functools import cached_property

from reconcile.model.plans.plan import Plan
from reconcile.pipeline.approvals import ApprovalRules, counting_plan
from reconcile.pipeline.facts import PullRequestFacts
from reconcile.pipeline.merges import Merge, MergedWork, group_by_pull_request, unbrought_reason
from reconcile.services.pipeline.commits import Commits
from reconcile.services.pipeline.pull_requests.facts import ProjectFiles
from reconcile.services.project import Project

from .main_job import MainJob


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
        brought = {commit: self.job.evidence.merged_with(commit) for commit in self.since}
        return group_by_pull_request(self.since, brought, self.job.branch)

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers of the pull requests, in the order of their merges."""
        return tuple(merge.pull.number for merge in self.work.merged)

    def plans(self) -> MergedPlans:
        """The plans of these pull requests that count, and why those of others do not."""
        branch, require_review = self.job.branch, self.project.settings.ci.require_review
        rules = ApprovalRules(branch, self.account, require_review)
        counting = [counting_plan(self._facts(merge), rules) for merge in self.work.merged]
        reasons = [reason for one in counting for reason in one.reasons]
        reasons += (
            unbrought_reason(commit, branch) for commit in self.work.unbrought if self._is_declared(commit)
        )
        return MergedPlans(tuple(one.plan for one in counting if one.plan), tuple(reasons))

    def _facts(self, merge: Merge) -> PullRequestFacts:
        changed = frozenset(file for commit in merge.commits for file in self._changed(commit))
        return ProjectFiles(self.project).facts(self.job.evidence, merge.pull, changed)

    def _is_declared(self, commit: str) -> bool:
        return any(map(ProjectFiles(self.project).is_declared, self._changed(commit)))

    def _changed(self, commit: str) -> frozenset[str]:
        """The files that a commit changed on the main branch."""
        return self.commits.changed(self.commits.parents(commit)[0], commit)
