"""The plans that runs for a pull request have kept, read as they came, whoever may have written them."""

from collections.abc import Iterator

from reconcile.errors import Refusal
from reconcile.forge.artifacts import members
from reconcile.forge.evidence import Evidence
from reconcile.model.ci.pull_request import ForgeArtifact, PullRequest
from reconcile.model.plans.plan import Plan
from reconcile.pipeline.facts import KeptPlan
from reconcile.services.files import approved_plan_in

PLAN_FILE = "plan.json"


def plan_artifact(target: str) -> str:
    """The name of the artifact that keeps a target's plan, without the number of the attempt."""
    return f"reconcile-plan-{target}"


def kept_plans(evidence: Evidence, pull: PullRequest, target: str) -> Iterator[KeptPlan]:
    """The plans for the head of a pull request, newest first; each is fetched when it is asked for."""
    for artifact in evidence.plans(pull, plan_artifact(target)):
        yield KeptPlan(artifact, _plan_in(evidence, artifact))


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
