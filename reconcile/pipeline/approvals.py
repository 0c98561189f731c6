"""Which plan of a merged pull request counts as seen by those who merged it, and else why none does.

What a branch can write is no evidence: an artifact counts by the run that left it, as the forge records the
run, and by reviews (design, section 10).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from reconcile.model.ci.pull_request import ForgeRun, PullRequest
from reconcile.model.plans.plan import Plan
from reconcile.text import quoted

from .facts import KeptPlan, PullRequestFacts
from .reviews import unapproved_reason

PULL_REQUEST_EVENTS = frozenset({"pull_request", "merge_request_event"})
"""What starts the run of a pull request: at GitHub, and at GitLab (``CI_PIPELINE_SOURCE``)."""

_BY_HAND = "start the run by hand"

MIXED = (
    "it changes the configuration and declarations at once, and its plan goes by the configuration before: "
    f"put the configuration into a pull request of its own, or {_BY_HAND}"
)
"""Why no plan of such a pull request counts."""


@dataclass(frozen=True, slots=True)
class ApprovalRules:
    """What a plan must be so that it counts: of this account, and merged into this branch.

    ``require_review``: it must have been approved after it was made; one that an entry under ``allow`` lifts
    must have been in any case.
    """

    branch: str
    account: str
    require_review: bool = True


@dataclass(frozen=True, slots=True)
class CountingPlan:
    """The plan of a pull request that counts; None: there is none, or none is needed.

    ``reasons`` are why not, each with the number of the pull request and what to do; of one that counts, why
    those that are newer do not.
    """

    number: int
    plan: Plan | None = None
    reasons: tuple[str, ...] = ()


def counting_plan(facts: PullRequestFacts, rules: ApprovalRules) -> CountingPlan:
    """The newest plan of a pull request that counts.

    One that changes nothing that is declared needs none: whatever a fresh plan does is not its doing. The run
    may have ended red: its check is red where an apply would refuse, and another target may have failed.
    """
    number = facts.pull.number
    if not facts.declares:
        return CountingPlan(number)
    reasons = list(reasons_against_all(facts, rules.branch))
    if not reasons:
        for kept in facts.plans:
            against = list(_reasons_against(kept, facts, rules))
            if not against:
                return CountingPlan(number, kept.plan, _numbered(number, reasons))
            reasons += (f"the plan of {_run_text(kept.artifact.run)} {reason}" for reason in against)
        reasons = reasons or [f"none of its plans is kept any more: {_BY_HAND}"]
    return CountingPlan(number, None, _numbered(number, reasons))


def _numbered(number: int, reasons: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"#{number}: {reason}" for reason in dict.fromkeys(reasons))


def reasons_against_all(facts: PullRequestFacts, branch: str) -> Iterator[str]:
    """Why no plan of a pull request can count, whatever is in it and whoever approves it, with what to do.

    It is known before the merge, too, when it can still be mended.
    """
    pull = facts.pull
    if not pull.own:
        yield (
            "it comes from a fork, whose runs plan nothing: push its commits to a branch of this repository, "
            f"or {_BY_HAND}"
        )
    if pull.base != branch:
        yield f"it goes to {quoted(pull.base)}, and not to {quoted(branch)}: {_BY_HAND}"
    if facts.configures and facts.declares:
        yield MIXED
    if not facts.keeps_workflows:
        yield (
            "its runs did not have the workflows of the branch that it goes to, so they may have kept any "
            f"plan: put changes of workflows into a pull request of their own, or {_BY_HAND}"
        )


def _reasons_against(kept: KeptPlan, facts: PullRequestFacts, rules: ApprovalRules) -> Iterator[str]:
    """Why one plan does not count, after ``the plan of run 7``."""
    run = kept.artifact.run
    yield from _foreign_run(run, facts.pull)
    if any(change >= run.created for change in facts.base_changes):
        yield f"was made for another branch, which the pull request went to then: {_PLAN_AGAIN}"
    for other in facts.same_head:
        if _is_rival(other, facts.pull, run):
            yield (
                f"may be that of #{other.number}, which had the same head and goes to {quoted(other.base)}: "
                f"{_BY_HAND}, and merge a branch into one other branch at a time"
            )
    if kept.plan is None:
        yield f"can't be read: it is damaged, or of another version of reconcile: {_PLAN_AGAIN}"
    else:
        yield from _unfit_plan(kept, kept.plan, facts, rules)


_PLAN_AGAIN = f"run the plan of the pull request again before the merge; now, {_BY_HAND}"


def _foreign_run(run: ForgeRun, pull: PullRequest) -> Iterator[str]:
    if run.event not in PULL_REQUEST_EVENTS or not run.own or run.branch != pull.head_branch:
        yield f"was not made for this pull request: {_PLAN_AGAIN}"
    elif run.head != pull.head:
        yield f"is of {run.head[:7]}, and what was merged is {pull.head[:7]}: {_PLAN_AGAIN}"
    elif not run.ended:
        yield "is of a run that has not ended: wait for its end, and start this run again"


def _is_rival(other: PullRequest, pull: PullRequest, run: ForgeRun) -> bool:
    """True when the run may have been that of another pull request.

    A run tells its commit and its branch, not its pull request. Those of a fork have runs that tell so; a
    branch has one open pull request into each other branch, so two of one branch go to two.
    """
    other_way = other.head_branch == pull.head_branch or other.base != pull.base
    was_open = other.opened <= run.created and (other.closed is None or other.closed >= run.created)
    return other.own and other_way and was_open


def _unfit_plan(kept: KeptPlan, plan: Plan, facts: PullRequestFacts, rules: ApprovalRules) -> Iterator[str]:
    if plan.account != rules.account:
        yield f"is for the account {quoted(plan.account)}, and this is {quoted(rules.account)}: {_BY_HAND}"
    if plan.revert is not None:
        yield f"undoes the run {quoted(plan.revert)}, which only a person does: apply it from a terminal"
    if rules.require_review or plan.allow:
        reason = unapproved_reason(facts, kept.artifact.created)
        if reason is not None:
            lifted = ", and an entry under 'allow' lifts a guard in it" if plan.allow else ""
            yield f"is not approved{lifted}: {reason}; or {_BY_HAND}"


def _run_text(run: ForgeRun) -> str:
    return f"run {run.id}" if run.attempt == 1 else f"run {run.id} (attempt {run.attempt})"
