"""What merging a pull request would do: the merge's declarations against its first parent.

The configuration and the tool are those of the target branch, for both sides: what a branch says of who may
be changed, and how, counts for nothing before it is merged.
"""

from dataclasses import dataclass, replace
from functools import cached_property

from reconcile.declare.capabilities import load_capabilities
from reconcile.declare.settings import load_settings
from reconcile.errors import UsageError
from reconcile.model.plans.plan import Plan
from reconcile.model.settings import Settings, Target
from reconcile.services.caller import Console, ScopeRequest
from reconcile.services.git import Repository, checked_out_commit
from reconcile.services.pipeline.commits import Commits
from reconcile.services.planning.project_plan import ProjectPlan, plan_project
from reconcile.services.project import Project

from .facts import ProjectFiles


@dataclass(frozen=True, slots=True)
class ConfigurationChange:
    """What a pull request changes of the configuration.

    ``plan`` is that of everything with it; None: there is none, and ``reason`` says why. Merging applies
    nothing of it and does not stop later merges: the run by hand carries it out. ``mixed``: declarations
    change with it, whose plan then does not count either.
    """

    files: tuple[str, ...]
    plan: Plan | None = None
    reason: str = ""
    mixed: bool = False


@dataclass(frozen=True, slots=True)
class PullRequestPlan:
    """What merging would do, why an apply would refuse it, and what the configuration that comes with it."""

    planned: ProjectPlan
    configuration: ConfigurationChange | None = None


def plan_pull_request(project: Project, console: Console, base: str, head: str | None) -> PullRequestPlan:
    """Plan the merge that is checked out beside the configuration of ``base``, which is its first parent.

    ``head`` is the commit at the head of the pull request; None: nobody says, as in a merge queue.
    UsageError: what is checked out is something else. DeclarationError: what is to be merged is invalid.
    """
    planning = _MergePlanning(project, console, Commits(Repository.around(project.choice.checkout)), base)
    planning.refuse_other_checkouts(head)
    return planning.plan()


@dataclass(frozen=True)
class _MergePlanning:
    """The target branch's project, and the checkout of the merge."""

    project: Project
    console: Console
    commits: Commits
    base_name: str

    @cached_property
    def base(self) -> str:
        return self.commits.repository.commit(self.base_name)

    def refuse_other_checkouts(self, head: str | None) -> None:
        """A plan of anything but the merge would be one that nobody gets by merging."""
        merge = self.commits.head()
        if self.commits.parents(merge)[:1] != (self.base,):
            raise UsageError(
                f"--base {self.base[:7]} is not the first parent of {merge[:7]}, which is checked out in "
                f"{self.project.choice.checkout}: check out what merging makes (GitHub: refs/pull/N/merge), "
                "or let it be made with --merge"
            )
        if head is not None and not self.commits.is_merge_of(merge, head):
            raise UsageError(
                f"{merge[:7]}, which is checked out, does not merge {head[:7]}, the head of the pull "
                "request; it has been pushed to since: its newest run has the plan"
            )
        self._refuse_other_configuration()

    def _refuse_other_configuration(self) -> None:
        """The target branch's configuration is that of the base: main may have moved on meanwhile."""
        config = self.project.choice.config
        files = [config.name, self.project.capabilities_file.name]
        found = checked_out_commit(config.resolve().parent, files)
        if found is None or found.name != self.base or found.dirty:
            raise UsageError(
                f"{config} is not that of {self.base[:7]}, the first parent of the merge: check that commit "
                "out for the configuration, and leave its files as they are"
            )

    def plan(self) -> PullRequestPlan:
        changed = self._changed_configuration()
        settings = self._settings_of_head() if changed else None
        project = self._with_folder_of(settings)
        request = ScopeRequest(self.base, own_configuration=True)
        planned = plan_project(project, self.console, request)
        if settings is None:
            return PullRequestPlan(planned)
        whole = self._whole(changed, settings)
        return PullRequestPlan(planned, replace(whole, mixed=self._declares(project)))

    def _changed_configuration(self) -> tuple[str, ...]:
        names = {self.project.choice.config.name, self.project.capabilities_file.name}
        return tuple(sorted(self.commits.changed(self.base, "HEAD") & names))

    def _declares(self, project: Project) -> bool:
        return any(map(ProjectFiles(project).is_declared, self.commits.changed(self.base, "HEAD")))

    def _settings_of_head(self) -> Settings:
        """What the pull request configures; DeclarationError with every problem."""
        choice = self.project.choice
        load_capabilities(choice.checkout / self.project.capabilities_file.name)
        return load_settings(choice.checkout / choice.config.name)

    def _with_folder_of(self, settings: Settings | None) -> Project:
        """The project, whose declarations lie where the merge puts them: that names no rule, only a place."""
        target = self._same_account(settings) if settings else None
        if settings is None or target is None:
            return self.project
        moved = replace(self.project.target, contacts=settings.folder(target))
        return replace(self.project, target=moved)

    def _same_account(self, settings: Settings) -> Target | None:
        """The target as the pull request configures it; None where it is gone, or leads elsewhere."""
        own = self.project.target
        target = next((target for target in settings.targets if target.name == own.name), None)
        same = target is not None and _place(target) == _place(own)
        return target if same else None

    def _whole(self, files: tuple[str, ...], settings: Settings) -> ConfigurationChange:
        """The plan of everything with the configuration of the pull request.

        The credentials go to the host that the target branch names, at its pace, and to no other.
        """
        target = self._same_account(settings)
        own = self.project.target
        if target is None:
            reason = (
                f"it takes away the target '{own.name}', or gives it another account or address, to which "
                "the credentials are not sent before that is merged"
            )
            return ConfigurationChange(files, reason=reason)
        pace = replace(target, rate=own.rate, concurrency=own.concurrency, auth=own.auth)
        choice = self.project.choice
        choice = replace(choice, config=choice.checkout / choice.config.name)
        project = replace(self.project, choice=choice, settings=settings, target=pace)
        return ConfigurationChange(files, plan_project(project, self.console).plan)


def _place(target: Target) -> tuple[object, ...]:
    """Where the credentials of a target are sent."""
    return target.kind, target.account, target.url
