"""The targets whose plans are asked for, and whether somebody else has reviewed those: the required check.

What counts in the end is decided after the merge, by the same rules.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from reconcile.declare.settings import load_settings
from reconcile.errors import refuse_if
from reconcile.forge.evidence import Evidence
from reconcile.model.ci.pull_request import PullRequest
from reconcile.model.plans.plan import Plan
from reconcile.pipeline.approvals import reasons_against_all
from reconcile.pipeline.facts import KeptPlan, PullRequestFacts
from reconcile.pipeline.matrix import reasons_against_targets
from reconcile.pipeline.reviews import unreviewed

from .facts import fetched_plans, plan_artifact, pushers_of


def targets_of_jobs(config: Path) -> tuple[str, ...]:
    """The names of a configuration's targets that the pipeline works on, a job each.

    Refusal where jobs can't be named after them, or would write beside each other. DeclarationError: the
    configuration is invalid.
    """
    targets = load_settings(config).ci_targets
    refuse_if(tuple(reasons_against_targets(targets)), "the pipeline works on nothing")
    return tuple(target.name for target in targets)


@dataclass(frozen=True, slots=True)
class ReviewCheck:
    """The check of a pull request's reviews. ``require_review`` is what the target branch configures."""

    evidence: Evidence
    require_review: bool

    def reasons(self, number: int, targets: Iterable[str]) -> tuple[str, ...]:
        """Why it is not reviewed yet, with what to do; nothing when it is, or when it changes nobody."""
        pull = self.evidence.pull_request(number)
        left = {target: tuple(self.evidence.plans(pull, plan_artifact(target))) for target in targets}
        newest = {target: tuple(fetched_plans(self.evidence, left[target][:1])) for target in left}
        if not any(map(_is_about_people, newest.values())):
            return ()
        facts = {
            target: replace(self._facts(pull, plans), pushers=pushers_of(left[target]))
            for target, plans in newest.items()
        }
        against = tuple(reasons_against_all(next(iter(facts.values())), pull.base))
        return against or unreviewed(facts, require_review=self.require_review)

    def _facts(self, pull: PullRequest, plans: tuple[KeptPlan, ...]) -> PullRequestFacts:
        """The plan tells whether anything is declared; the files of the head are not here."""
        evidence = self.evidence
        return PullRequestFacts(
            pull,
            reviews=evidence.reviews(pull),
            base_changes=(),
            same_head=(),
            keeps_workflows=evidence.keeps_workflows(pull),
            configures=False,
            declares=_is_about_people(plans),
            plans=plans,
        )


def _is_about_people(plans: tuple[KeptPlan, ...]) -> bool:
    """Whether there is something to review; also where there is no plan to tell."""
    return not plans or plans[0].plan is None or _does_something(plans[0].plan)


def _does_something(plan: Plan) -> bool:
    return bool(plan.changes or plan.schedules or plan.undeclared or plan.allow)
