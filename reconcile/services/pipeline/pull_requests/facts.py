"""What the decisions about a pull request go by, gathered from the forge, from Git and from the project."""

from collections.abc import Collection
from dataclasses import dataclass
from posixpath import normpath

from reconcile.forge.evidence import Evidence
from reconcile.model.ci.pull_request import PullRequest
from reconcile.pipeline.facts import PullRequestFacts
from reconcile.services.project import Project

from .kept_plans import kept_plans


@dataclass(frozen=True, slots=True)
class ProjectFiles:
    """Which files of the checkout are configuration, and which declare something."""

    project: Project

    def is_configuration(self, file: str) -> bool:
        """Whether a file, named from the folder of the configuration, steers what is done to whom."""
        return file in {self.project.choice.config.name, self.project.capabilities_file.name}

    def is_declared(self, file: str) -> bool:
        """Whether a file lies in the folder of the target's declarations."""
        folder = normpath(self.project.settings.folder(self.project.target))
        return folder == "." or file.startswith(f"{folder}/")

    def facts(self, evidence: Evidence, pull: PullRequest, changed: Collection[str]) -> PullRequestFacts:
        """The facts of a pull request that changes these files, for the project's target."""
        return PullRequestFacts(
            pull,
            reviews=evidence.reviews(pull),
            base_changes=evidence.base_changes(pull),
            same_head=evidence.same_head(pull),
            keeps_workflows=evidence.keeps_workflows(pull),
            configures=any(map(self.is_configuration, changed)),
            declares=any(map(self.is_declared, changed)),
            plans=kept_plans(evidence, pull, self.project.target.name),
        )
