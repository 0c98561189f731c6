"""Whether a pull request is reviewed: the required check, before its merge."""

from dataclasses import replace

import pytest

from reconcile.model.plans.plan import Plan
from reconcile.pipeline.facts import PullRequestFacts
from reconcile.pipeline.reviews import newest_approval, unreviewed
from tests.pipeline.test_approvals import ALLOW, APPROVED, FACTS, KEPT, PLAN, PULL, at, review, reviewed


def test_the_newest_approval_is_the_one_that_counts() -> None:
    """Of several reviewers, be the forge's order as it may."""
    later = review(minute=30, author="carol")
    assert newest_approval(PULL, (later, APPROVED)) == later


READY: dict[str, tuple[PullRequestFacts, bool]] = {
    "approved": (FACTS, True),
    "nothing is declared": (replace(FACTS, declares=False, plans=(), reviews=()), True),
    "no review is required": (reviewed(), False),
}


@pytest.mark.parametrize("case", READY)
def test_a_pull_request_is_reviewed(case: str) -> None:
    """The check is green."""
    facts, required = READY[case]
    assert unreviewed({"shop": facts}, require_review=required) == ()


def test_a_pull_request_is_not_reviewed_until_every_target_is() -> None:
    """Each target has a plan of its own, and its newest plan counts: the approval must be younger."""
    later = replace(KEPT, artifact=replace(KEPT.artifact, created=at(30)))
    targets = {
        "shop": FACTS,
        "outlet": replace(FACTS, plans=(later, KEPT)),
        "depot": replace(FACTS, plans=()),
    }
    outlet, depot = unreviewed(targets, require_review=True)
    assert outlet == (
        "outlet: bob approved aaaaaaa before the plan of 2026-11-23 08:30 (UTC) was made: look at that "
        "plan, and approve once more"
    )
    assert depot == (
        "no plan for depot is kept of the head aaaaaaa: wait for the job that plans it, or see its log "
        "(none is kept in a repository that is not private)"
    )


@pytest.mark.parametrize("plan", [None, replace(PLAN, allow=(ALLOW,))])
def test_a_plan_that_may_be_lifted_needs_a_review_in_any_case(plan: Plan | None) -> None:
    """One that can't be read may be, too."""
    targets = {"shop": replace(FACTS, plans=(replace(KEPT, plan=plan),), reviews=())}
    (reason,) = unreviewed(targets, require_review=False)
    assert reason.startswith("shop: nobody who may write, other than its author alice, has approved")
