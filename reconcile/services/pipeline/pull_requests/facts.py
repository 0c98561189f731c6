"""What the decisions about a pull request go by: what the forge records, what it changes, the plans it kept.

Plans are read as they came, whoever may have written them: the run that kept one tells whether it counts.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from posixpath import normpath

from reconcile.errors import Refusal
from reconcile.forge.artifacts import members
from reconcile.forge.evidence import Evidence
from reconcile.model.ci.pull_request import ForgeArtifact, PullRequest
from reconcile.model.plans.plan import Plan
from reconcile.pipeline.facts import KeptPlan, PullRequestFacts
from reconcile.services.files import approved_plan_in
from reconcile.services.project import Project

PLAN_FILE = "plan.json"


def plan_artifact(target: str) -> str:
    """The name of the artifact that keeps a target's plan, without the number of the attempt."""
    return f"reconcile-plan-{target}"


def kept_plans(evidence: Evidence, pull: PullRequest, target: str) -> Iterator[KeptPlan]:
    """The plans for the head of a pull request, newest first; each is fetched when it is asked for."""
    return fetched_plans(evidence, evidence.plans(pull, plan_artifact(target)))


def fetched_plans(evidence: Evidence, artifacts: Iterable[ForgeArtifact]) -> Iterator[KeptPlan]:
    """The plans in these artifacts; each is fetched when it is asked for."""
    for artifact in artifacts:
        yield KeptPlan(artifact, _plan_in(evidence, artifact))


def pushers_of(artifacts: Iterable[ForgeArtifact]) -> frozenset[str]:
    """Who started the runs that left these artifacts, as far as the forge tells.

    All of them count, also for a newer plan that somebody else had made of what they pushed.
    """
    return frozenset(artifact.run.actor for artifact in artifacts if artifact.run.actor)


def _plan_in(evidence: Evidence, artifact: ForgeArtifact) -> Plan | None:
    """The plan in an artifact; None where it has none, or one of another version or that was changed."""
    try:
        files = {name.rpartition("/")[2]: content for name, content in members(evidence.download(artifact))}
        return approved_plan_in(files[PLAN_FILE], artifact.name)
    except (Refusal, KeyError):
        return None


def earlier_digest(evidence: Evidence, number: int, head: str, target: str) -> str | None:
    """The digest of the newest plan that was kept for that very head; None where there is none."""
    pull = evidence.pull_request(number)
    plans = (kept.plan for kept in kept_plans(evidence, pull, target) if kept.artifact.run.head == head)
    plan = next(filter(None, plans), None)
    return plan.digest if plan else None


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
        artifacts = tuple(evidence.plans(pull, plan_artifact(self.project.target.name)))
        return PullRequestFacts(
            pull,
            reviews=evidence.reviews(pull),
            base_changes=evidence.base_changes(pull),
            same_head=evidence.same_head(pull),
            keeps_workflows=evidence.keeps_workflows(pull),
            configures=any(map(self.is_configuration, changed)),
            declares=any(map(self.is_declared, changed)),
            plans=fetched_plans(evidence, artifacts),
            pushers=pushers_of(artifacts),
        )
