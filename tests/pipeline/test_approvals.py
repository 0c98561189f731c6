"""Which plan of a merged pull request counts: every rule by a pull request that keeps all the others."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from reconcile.model.allowance import Allowance
from reconcile.model.ci.pull_request import ForgeArtifact, ForgeRun, PullRequest, Review, ReviewState
from reconcile.model.plans.plan import Plan
from reconcile.model.problem import Place
from reconcile.pipeline.approvals import ApprovalRules, CountingPlan, counting_plan, reasons_against_all
from reconcile.pipeline.facts import KeptPlan, PullRequestFacts

CASES = Path(__file__).parent.parent / "cases" / "pipeline"

OPENED = datetime(2026, 11, 23, 8, tzinfo=UTC)


def at(minutes: int) -> datetime:
    """So many minutes after the pull request was opened; its run is created at 10, its plan kept at 12."""
    return OPENED + timedelta(minutes=minutes)


PULL = PullRequest(
    7, "a" * 40, "trade", "main", "alice", own=True, opened=OPENED, closed=at(60), merge="f" * 40
)

RUN = ForgeRun(
    id=55,
    attempt=1,
    workflow=".github/workflows/plan.yml",
    event="pull_request",
    branch="trade",
    head=PULL.head,
    own=True,
    on_branch=True,
    created=at(10),
    ended=True,
    succeeded=True,
)

PLAN = Plan("1.0", "shop", "shop.evance.me", at(11), None, "UTC", "", "", (), 0)

KEPT = KeptPlan(ForgeArtifact(1, "reconcile-plan-shop-1", RUN, at(12)), PLAN)

APPROVED = Review("bob", PULL.head, ReviewState.APPROVED, at(20), may_write=True)

FACTS = PullRequestFacts(
    PULL,
    reviews=(APPROVED,),
    base_changes=(),
    same_head=(),
    keeps_workflows=True,
    configures=False,
    declares=True,
    plans=(KEPT,),
)

RULES = ApprovalRules("main", "shop.evance.me")

ALLOW = Allowance("losing-access", at(10_000), "", Place("contacts/a.yaml"), ceiling=3)

RIVAL = replace(PULL, number=8, base="release", closed=None, merge=None)


def of_pull(**keys: Any) -> PullRequestFacts:
    return replace(FACTS, pull=replace(PULL, **keys))


def of_run(**keys: Any) -> PullRequestFacts:
    return replace(FACTS, plans=(replace(KEPT, artifact=replace(KEPT.artifact, run=replace(RUN, **keys))),))


def of_plan(**keys: Any) -> PullRequestFacts:
    return replace(FACTS, plans=(replace(KEPT, plan=replace(PLAN, **keys)),))


def reviewed(*reviews: Review) -> PullRequestFacts:
    return replace(FACTS, reviews=reviews)


def review(
    state: ReviewState = ReviewState.APPROVED, minute: int = 20, author: str = "bob", **keys: Any
) -> Review:
    return replace(APPROVED, state=state, at=at(minute), author=author, **keys)


COUNTING = {
    "a plan that was approved": FACTS,
    "a run that ended red": of_run(succeeded=False),
    "a run of GitLab": of_run(event="merge_request_event"),
    "a base that was changed before the run": replace(FACTS, base_changes=(at(9),)),
    "a rival that was closed before the run": replace(FACTS, same_head=(replace(RIVAL, closed=at(9)),)),
    "a rival that was opened after the run": replace(FACTS, same_head=(replace(RIVAL, opened=at(11)),)),
    "a rival from a fork": replace(FACTS, same_head=(replace(RIVAL, own=False),)),
    "another branch of the same commit into the same one": replace(
        FACTS, same_head=(replace(RIVAL, head_branch="other", base="main"),)
    ),
    "a comment after the approval": reviewed(APPROVED, review(ReviewState.COMMENTED, 30)),
    "somebody else who asks for changes": reviewed(
        APPROVED, review(ReviewState.CHANGES_REQUESTED, 30, "carol")
    ),
    "an approval after a request of changes": reviewed(review(ReviewState.CHANGES_REQUESTED, 15), APPROVED),
    "an approval after the merge": reviewed(review(minute=70)),
    "one approval of two that holds": reviewed(review(minute=5, author="carol"), APPROVED),
    "an approval by another than those who pushed": replace(FACTS, pushers=frozenset({"carol"})),
    "a plan that is lifted and approved": of_plan(allow=(ALLOW,)),
}


@pytest.mark.parametrize("case", COUNTING)
def test_the_plan_counts(case: str) -> None:
    """Whatever else is recorded of the pull request."""
    counting = counting_plan(COUNTING[case], RULES)
    assert counting.plan is not None
    assert counting.reasons == ()


REFUSED = {
    "a fork": of_pull(own=False),
    "another branch": of_pull(base="release"),
    "configuration and declarations": replace(FACTS, configures=True),
    "other workflows": replace(FACTS, keeps_workflows=False),
    "no plan": replace(FACTS, plans=()),
    "a push": of_run(event="push"),
    "pull_request_target": of_run(event="pull_request_target"),
    "a run of a fork": of_run(own=False),
    "a run of another branch": of_run(branch="other", attempt=2),
    "an earlier head": of_run(head="b" * 40),
    "a run that goes on": of_run(ended=False),
    "a base that was changed after the run": replace(FACTS, base_changes=(at(5), at(15))),
    "a base that was changed as the run was created": replace(FACTS, base_changes=(at(10),)),
    "a rival of the same branch": replace(FACTS, same_head=(RIVAL,)),
    "a rival of the same commit, closed as the run was created": replace(
        FACTS, same_head=(replace(RIVAL, head_branch="other", closed=at(10)),)
    ),
    "a plan that can't be read": replace(FACTS, plans=(replace(KEPT, plan=None),)),
    "another account": of_plan(account="outlet.evance.me"),
    "a revert": of_plan(revert="run-3"),
    "no review": reviewed(),
    "the author's own": reviewed(review(author="Alice")),
    "that of who pushed it": replace(FACTS, pushers=frozenset({"Bob", "alice"})),
    "any where a workflow pushed it": replace(FACTS, pushers=frozenset({"github-actions[bot]"})),
    "somebody who may only read": reviewed(replace(APPROVED, may_write=False)),
    "an approval of an earlier head": reviewed(replace(APPROVED, commit="b" * 40)),
    "a request of changes since": reviewed(
        APPROVED, review(ReviewState.CHANGES_REQUESTED, 30, "Bob", commit="b" * 40)
    ),
    "a request of changes at the same time": reviewed(APPROVED, review(ReviewState.CHANGES_REQUESTED)),
    "a dismissal since": reviewed(APPROVED, review(ReviewState.DISMISSED, 30)),
    "an approval that was dismissed": reviewed(review(ReviewState.DISMISSED)),
    "an approval before the plan": reviewed(review(minute=11)),
    "an approval at the time of the plan": reviewed(review(minute=12)),
}

REASONS = yaml.safe_load((CASES / "plans-that-do-not-count.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", REFUSED)
def test_the_plan_does_not_count(case: str) -> None:
    """The reason names the pull request and the way out, and nothing else is wrong."""
    assert counting_plan(REFUSED[case], RULES) == CountingPlan(7, None, (f"#7: {REASONS[case]}",))


@pytest.mark.parametrize("reviews", [(), (replace(APPROVED, may_write=False),)])
def test_a_lifted_plan_needs_an_approval_whatever_is_required(reviews: tuple[Review, ...]) -> None:
    """Where no review is required, a plan that lifts nothing counts without one."""
    rules = replace(RULES, require_review=False)
    assert counting_plan(replace(FACTS, reviews=reviews), rules).plan == PLAN
    (reason,) = counting_plan(replace(of_plan(allow=(ALLOW,)), reviews=reviews), rules).reasons
    assert "is not approved, and an entry under 'allow' lifts a guard in it: nobody who may write" in reason


def test_the_newest_plan_that_counts_is_taken() -> None:
    """One that was made after the approval has not been seen; the one before it has."""
    later = replace(
        KEPT, artifact=replace(KEPT.artifact, id=2, created=at(30)), plan=replace(PLAN, unchanged=3)
    )
    assert counting_plan(replace(FACTS, plans=(later, KEPT)), RULES).plan == PLAN
    approved = replace(FACTS, plans=(later, KEPT), reviews=(review(minute=40),))
    assert counting_plan(approved, RULES).plan == later.plan


def test_no_plan_is_fetched_in_vain() -> None:
    """Each is a download: neither those behind the one that counts, nor any where none can count."""

    def plans(number: int) -> Iterator[KeptPlan]:
        yield from [KEPT] * number
        raise AssertionError("one plan too many was fetched")

    assert counting_plan(replace(FACTS, plans=plans(1)), RULES).plan == PLAN
    assert counting_plan(replace(of_pull(own=False), plans=plans(0)), RULES).reasons
    assert counting_plan(replace(FACTS, declares=False, plans=plans(0)), RULES) == CountingPlan(7)


def test_a_pull_request_that_declares_nothing_needs_no_plan() -> None:
    """A dependency bot changes a workflow, and nobody has to plan that by hand."""
    facts = replace(FACTS, declares=False, keeps_workflows=False, configures=True, plans=(), reviews=())
    assert counting_plan(facts, RULES) == CountingPlan(7)


def test_what_can_never_count_is_known_before_the_merge() -> None:
    """All at once, so that it is mended at once."""
    facts = replace(
        FACTS, pull=replace(PULL, own=False, base="release"), configures=True, keeps_workflows=False
    )
    assert len(list(reasons_against_all(facts, "main"))) == 4
    assert list(reasons_against_all(FACTS, "main")) == []


def test_several_reasons_stand_in_lines_of_their_own() -> None:
    """Each of them once."""
    facts = replace(
        of_run(head="b" * 40), plans=(*of_run(head="b" * 40).plans, *of_run(id=56).plans), reviews=()
    )
    reasons = counting_plan(facts, RULES).reasons
    assert [reason.partition(" ")[0] for reason in reasons] == ["#7:"] * len(reasons) == ["#7:"] * 3
