"""The pull requests that were merged since a commit, and which of their plans count."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

from reconcile.declare.settings import load_settings
from reconcile.errors import DeclarationError, Refusal
from reconcile.model.plans.plan import Plan
from reconcile.pipeline.approvals import ApprovalRules, counting_plan
from reconcile.pipeline.merges import MergedWork, group_by_pull_request, unbrought_reason
from reconcile.pipeline.reviews import unapproved_configuration
from reconcile.services.pipeline.commits import Commits
from reconcile.services.pipeline.pull_requests.facts import ProjectFiles, plan_artifact, pushers_of
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

    def unapproved_configuration(self) -> Iterator[str]:
        """Why what was configured since the last complete run is not approved; nothing when all of it is.

        A merge must not gain by rules that were loosened beside it and that nobody has looked at.
        """
        work = self.work if self._asks_for_review() else MergedWork((), ())
        for merge in work.merged:
            if self._configures(merge.commits):
                pull, evidence = merge.pull, self.job.evidence
                pushers = pushers_of(evidence.plans(pull, plan_artifact(self.project.target.name)))
                reason = unapproved_configuration(pull, evidence.reviews(pull), pushers)
                yield from [reason] if reason else []
        for commit in work.unbrought:
            if self._configures((commit,)):
                yield unbrought_reason(commit, self.job.branch)

    def _asks_for_review(self) -> bool:
        """Whether the configuration asks for reviews, or did before: it may be what was changed."""
        if self.project.settings.ci.require_review or not self.since:
            return self.project.settings.ci.require_review
        base, config = self.commits.parents(self.since[0])[0], self.project.choice.config.name
        content = self.commits.content(base, config)
        with TemporaryDirectory(prefix="reconcile-base-") as folder, suppress(DeclarationError):
            file = Path(folder, config)
            file.write_bytes(content or b"")
            return load_settings(file).ci.require_review
        return True

    def _configures(self, commits: Iterable[str]) -> bool:
        return any(map(self._files.is_configuration, self._changed(commits)))

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
