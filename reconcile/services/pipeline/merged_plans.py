"""The pull requests that were merged since a commit, and which of their plans count."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from reconcile.model.ci.pull_request import PullRequest
from reconcile.model.plans.plan import Plan
from reconcile.pipeline.facts import PullRequestFacts
from reconcile.services.project import Project

from .commits import Commits
from .kept_plans import kept_plans
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
    def _brought(self) -> Mapping[str, tuple[PullRequest, ...]]:
        """By the commit, who brought it to this branch."""
        evidence, branch = self.job.evidence, self.job.branch
        return {
            commit: tuple(pull for pull in evidence.merged_with(commit) if pull.base == branch)
            for commit in self.since
        }

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers of the pull requests, in the order of their merges."""
        return tuple(dict.fromkeys(pull.number for pulls in self._brought.values() for pull in pulls))

    def plans(self) -> MergedPlans:
        """The plans of these pull requests that count, and why those of others do not."""
        return MergedPlans((), tuple(self._undecided()))

    def _undecided(self) -> Iterator[str]:
        """Until `pipeline.approvals` decides, no plan counts."""
        for number in self.numbers:
            yield f"pull request {number}: its plan does not count yet"

    def _facts(self, pull: PullRequest) -> PullRequestFacts:
        evidence, changed = self.job.evidence, self._changed(pull)
        return PullRequestFacts(
            pull,
            reviews=evidence.reviews(pull),
            base_changes=evidence.base_changes(pull),
            same_head=evidence.same_head(pull),
            keeps_workflows=evidence.keeps_workflows(pull),
            configures=any(map(self._is_configuration, changed)),
            declares=any(map(self._is_declared, changed)),
            plans=kept_plans(evidence, pull, self.project.target.name),
        )

    def _changed(self, pull: PullRequest) -> frozenset[str]:
        """The files that its commits changed on the main branch."""
        own = (commit for commit, pulls in self._brought.items() if pull in pulls)
        return frozenset(
            file for commit in own for file in self.commits.changed(self.commits.parents(commit)[0], commit)
        )

    def _is_configuration(self, file: str) -> bool:
        return file in {self.project.choice.config.name, self.project.capabilities_file.name}

    def _is_declared(self, file: str) -> bool:
        """Whether a file lies in a folder of declarations, be it another target's: the rule is simple."""
        settings = self.project.settings
        folders = {settings.folder(target).strip("/") for target in settings.targets}
        return any(file.startswith(f"{folder}/") for folder in folders)
